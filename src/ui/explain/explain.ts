import { create } from "zustand";
import type { Ending, FixReport, Shown } from "../../playground/protocol.ts";
import { reveal } from "../editor/reveal.ts";
import { showHop } from "../graph/playback.ts";
import { onUpdate, send } from "../store/link-to-worker.ts";
import { archive, usePage } from "../store/store.ts";

/** What the worker explains of its own accord, and which parts of the page are lit together. */
interface ExplainState {
  /** By terminal: what went wrong in its last line. */
  readonly endings: ReadonlyMap<number, { readonly line: string; readonly endings: readonly Ending[] }>;
  readonly fixes: ReadonlyMap<number, FixReport>;
  /** Lit in editor, graph and hop list while something is pointed at. */
  readonly lit: readonly Shown[];
}

export const useExplain = create<ExplainState>(() => ({ endings: new Map(), fixes: new Map(), lit: [] }));

export function startExplain(): () => void {
  return onUpdate((update) => {
    switch (update.type) {
      case "opened":
        useExplain.setState({ endings: new Map(), fixes: new Map(), lit: [] });
        return;
      case "endings":
        useExplain.setState((s) => ({
          endings: new Map(s.endings).set(update.terminal, { line: update.line, endings: update.endings }),
          fixes: without(s.fixes, update.terminal),
        }));
        return;
      case "fixes":
        useExplain.setState((s) => ({ fixes: new Map(s.fixes).set(update.terminal, update.report) }));
        return;
    }
  });
}

function without<T>(map: ReadonlyMap<number, T>, key: number): ReadonlyMap<number, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

export function findFixes(terminal: number): void {
  send({ type: "findFixes", terminal });
  useExplain.setState((s) => ({ fixes: new Map(s.fixes).set(terminal, { tried: 0, total: 0, fixes: [], isDone: false }) }));
}

export function stopFixes(terminal: number): void {
  send({ type: "stopFixes" });
  useExplain.setState((s) => ({ fixes: without(s.fixes, terminal) }));
}

export function light(lit: readonly Shown[]): void {
  useExplain.setState({ lit });
}

/** Takes the eye there: the line, the hop or the object, and all of them lit. */
export function show(shown: readonly Shown[]): void {
  light(shown);
  const place = shown.find((one) => one.place !== undefined)?.place;
  if (place !== undefined) reveal(place);
  const hop = shown.find((one) => one.connection !== undefined && one.hop !== undefined);
  const object = shown.find((one) => one.object !== undefined)?.object;
  if (object !== undefined && isPicturable(object)) usePage.setState({ selection: { kind: "object", id: object } });
  else if (hop !== undefined) showHop(hop.connection as string, hop.hop as number);
}

/** Takes the eye to how it ended: the line that is to blame, the hop where it happened in the list of hops, and the object on the picture. */
export function showEnding({ show: shown, connection }: Ending): void {
  if (connection === undefined) {
    show(shown);
    return;
  }
  const hop = shown.find((one) => one.connection === connection)?.hop ?? Math.max(0, archive.hops(connection).length - 1);
  light([...shown, { connection, hop }]);
  const place = shown.find((one) => one.place !== undefined)?.place;
  if (place !== undefined) reveal(place);
  showHop(connection, hop);
}

/** Kinds that the inspector and the picture know. */
function isPicturable(object: string): boolean {
  return /^(pod|service|ingress|node|client|rules|lb|external|networkpolicy|deployment|replicationcontroller|endpoints|endpointslice)\//.test(
    object,
  );
}
