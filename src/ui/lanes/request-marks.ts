import { hostAndPort } from "../../graph/address-change.ts";
import { endingOf } from "../../graph/ending.ts";
import type { RequestMark } from "../../graph/lanes.ts";
import type { ConnectionInfo, HopRecord, LoadFailure, LoadMark } from "../../playground/protocol.ts";
import { archive, onHops, usePage } from "../store/store.ts";

/** Connections whose hops are read at once: reading makes objects of them. */
const readMax = 200;
const connectionsMax = 1500;

/** Requests that the user's commands made, one mark a connection; what is known of a connection is kept until it gets more hops. */
export class ConnectionMarks {
  readonly #marks = new Map<string, RequestMark | undefined>();
  readonly #stop: () => void;

  constructor() {
    this.#stop = onHops((touched) => {
      for (const id of touched) this.#marks.delete(id);
    });
  }

  close(): void {
    this.#stop();
  }

  /** Marks of the newest connections, oldest first. */
  marks(): readonly RequestMark[] {
    const { connections, objects } = usePage.getState();
    const wanted = connections.slice(-connectionsMax).filter(isRequest);
    let left = readMax;
    const marks: RequestMark[] = [];
    for (const connection of wanted.toReversed()) {
      let mark = this.#marks.get(connection.id);
      if (mark === undefined && !this.#marks.has(connection.id) && left > 0) {
        left--;
        mark = markOf(connection, archive.hops(connection.id), (ip) => podAt(objects, ip));
        this.#marks.set(connection.id, mark);
      }
      if (mark !== undefined) marks.push(mark);
    }
    return marks.reverse();
  }
}

/** What a command sent, and what an Ingress controller sent on for it. */
function isRequest({ purpose, session, parent }: ConnectionInfo): boolean {
  return purpose === "traffic" && (session !== 0 || parent !== undefined);
}

function markOf(
  connection: ConnectionInfo,
  hops: readonly HopRecord[],
  podOf: (address: string) => string | undefined,
): RequestMark | undefined {
  const ending = endingOf(connection, hops);
  const base = { timeUs: connection.openedUs, count: 1, connection: connection.id };
  switch (ending.type) {
    case "answered":
      return { ...base, lane: ending.by, lost: undefined };
    case "refused":
    case "lost": {
      const meant = hops.findLast((hop) => hop.packet === 1)?.destination;
      const lane = ending.at.startsWith("pod/") ? ending.at : ((meant === undefined ? undefined : podOf(meant)) ?? "");
      return { ...base, lane, lost: { type: ending.type, at: ending.at } };
    }
    case "open":
      return undefined;
  }
}

function podAt(objects: ReturnType<typeof usePage.getState>["objects"], address: string): string | undefined {
  const ip = hostAndPort(address).host.replace(/^\[|\]$/g, "");
  for (const [key, pod] of objects.get("Pod") ?? []) {
    if ((pod as { readonly status?: { readonly podIP?: string } }).status?.podIP === ip) return `pod/${key}`;
  }
  return undefined;
}

/** Requests of the load generator, which the worker has counted by tenths of a second. */
export function loadMarks(marks: readonly LoadMark[], lost: readonly LoadFailure[]): readonly RequestMark[] {
  return [
    ...marks.map(({ timeUs, pod, count }): RequestMark => ({ timeUs, lane: pod, count, lost: undefined, connection: undefined })),
    ...lost.map(
      ({ timeUs, pod, reason }): RequestMark => ({
        timeUs,
        lane: pod,
        count: 1,
        lost: { type: "said", text: /^\d+$/.test(reason) ? `HTTP ${reason}` : reason },
        connection: undefined,
      }),
    ),
  ];
}
