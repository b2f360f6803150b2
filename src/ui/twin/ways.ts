import { type Asked, shownWays, type Way } from "../../graph/twin.ts";
import { archive, usePage } from "../store/store.ts";

/** The ways of the connections that something came for, as far as they are asked for and shown; afterwards none is touched. */
export function takeWays(touched: Set<string>, asked: Asked): readonly (Way & { readonly number: number })[] {
  const { connections } = usePage.getState();
  const ways = [...touched].flatMap((id) => {
    const number = asked.numberOf(id);
    if (number === undefined || number < asked.size - shownWays) return [];
    const connection = connections.findLast((c) => c.id === id);
    return connection === undefined ? [] : [{ number, connection, hops: archive.hops(id) }];
  });
  touched.clear();
  return ways;
}
