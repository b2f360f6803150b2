import { create } from "zustand";
import type { KubernetesObject } from "../../cluster/api/meta.ts";
import { type Filters, noFilters } from "../../graph/filter.ts";
import type { Collapsed } from "../../graph/groups.ts";
import type { ViewName } from "../../graph/model.ts";
import { Moments } from "../../graph/moments.ts";
import { keyOf } from "../../graph/objects.ts";
import type { HopSketch } from "../../playground/hop-codec.ts";
import type { ConnectionInfo, Hint, Problem, RecordEntry, ScenarioSummary, Update } from "../../playground/protocol.ts";
import { HopArchive, type Received } from "./hop-archive.ts";

/** The page's read-only copy of what the worker told, and what the user looks at. The first part is what `take` took; who closes something of it may forget it. */
export interface PageState {
  readonly summary: ScenarioSummary | undefined;
  readonly engine: string;
  readonly nowUs: number;
  readonly isSettled: boolean;
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, KubernetesObject>>;
  readonly problems: readonly Problem[];
  /** False while the cluster still runs on an earlier text. */
  readonly isApplied: boolean;
  readonly restartFields: readonly string[];
  readonly connections: readonly ConnectionInfo[];
  readonly terminals: ReadonlyMap<number, TerminalState>;
  /** With the text that was opened, all it takes to come here again. */
  readonly record: readonly RecordEntry[];
  /** The text is kept on this machine; false where the browser's store is full or forbidden. */
  readonly isKept: boolean;
  readonly crash: string | undefined;
  /** The file that `vi` or `kubectl edit` has open, until it is saved or closed. */
  readonly file: OpenFile | undefined;
  /** Why a link could not be opened. */
  readonly linkProblem: string | undefined;
  /** A record plays: what it brings is no news, and no film starts. */
  readonly isReplaying: boolean;
  /** How many connections each pod has answered, by `<pod> <the address that was asked for>`. */
  readonly answered: ReadonlyMap<string, number>;
  readonly tabs: Tabs;

  readonly text: string;
  readonly view: ViewName;
  readonly showsSystem: boolean;
  readonly showsNoise: boolean;
  readonly selection: Selection | undefined;
  readonly pins: Readonly<Record<string, readonly [number, number]>>;
  readonly filters: Filters;
  readonly collapsed: Collapsed;
  /** How often the picture was tidied: each time its boxes find their places anew. */
  readonly tidied: number;
}

export type OpenFile = Extract<Update, { type: "openFile" }>;

/** What the inspector shows. */
export type Selection =
  | { readonly kind: "connection"; readonly connection: string; readonly hop: number | undefined }
  | { readonly kind: "object"; readonly id: string };

export interface Tabs {
  readonly open: readonly number[];
  readonly shown: number;
}

export interface TerminalState {
  readonly prompt: string | undefined;
  readonly place: string;
  /** Real milliseconds at which the program in the foreground began. */
  readonly busySinceMs: number | undefined;
  /** Real milliseconds at which its last line was sent. */
  readonly lineMs?: number;
  readonly hints: readonly Hint[];
}

const empty: PageState = {
  summary: undefined,
  engine: "",
  nowUs: 0,
  isSettled: false,
  objects: new Map(),
  problems: [],
  isApplied: true,
  restartFields: [],
  connections: [],
  terminals: new Map(),
  record: [],
  isKept: true,
  crash: undefined,
  file: undefined,
  linkProblem: undefined,
  isReplaying: false,
  answered: new Map(),
  tabs: { open: [1], shown: 1 },
  text: "",
  view: "physical",
  showsSystem: false,
  showsNoise: false,
  selection: undefined,
  pins: {},
  filters: noFilters,
  collapsed: {},
  tidied: 0,
};

export const usePage = create<PageState>(() => empty);

/** How many connections the page remembers; older ones leave the timeline. */
const connectionsMax = 5000;

export const archive = new HopArchive(connectionsMax);

/** Called with the connections that got hops, and with those hops, after the store knows of them. */
type HopListener = (connections: readonly string[], fresh: ReadonlyMap<string, readonly HopSketch[]>) => void;
const hopListeners = new Set<HopListener>();
export function onHops(listener: HopListener): () => void {
  hopListeners.add(listener);
  return () => hopListeners.delete(listener);
}

/** Takes one batch of updates, in order, with one change of the state. */
export function take(updates: readonly Update[]): void {
  usePage.setState((before) => {
    let state = before;
    for (const update of updates) {
      state = reduce(state, update);
      if (update.type !== "hops") continue;
      state = countAnswers(state, archive.take(update.packed));
    }
    return state;
  });
  const fresh = archive.takeFresh();
  // A cluster that comes with its whole past brings no news: no film starts for it.
  if (fresh.size === 0 || updates.some((update) => update.type === "opened")) return;
  const touched = [...fresh.keys()];
  for (const listener of hopListeners) listener(touched, fresh);
}

function reduce(state: PageState, update: Update): PageState {
  switch (update.type) {
    case "opened":
      archive.clear();
      answers.clear();
      return {
        ...state,
        summary: update.scenario,
        engine: update.engine,
        nowUs: update.nowUs,
        objects: new Map(),
        connections: [],
        restartFields: [],
        record: [],
        terminals: new Map(),
        answered: new Map(),
        selection: undefined,
        file: undefined,
      };
    case "text":
      return { ...state, isReplaying: false };
    case "typed":
      return state.tabs.open.includes(update.terminal)
        ? state
        : { ...state, tabs: { ...state.tabs, open: [...state.tabs.open, update.terminal] } };
    case "recorded":
      return {
        ...state,
        record: [...state.record, ...update.entries],
        // A replay saves or closes it by itself.
        file: update.entries.some((entry) => isEnd(entry, state.file)) ? undefined : state.file,
      };
    case "openFile":
      return { ...state, file: update };
    case "problems":
      return { ...state, problems: update.problems, isApplied: update.applied };
    case "objects": {
      const objects = new Map(state.objects);
      const copied = new Set<string>();
      for (const { type, object } of update.events) {
        if (!copied.has(object.kind)) {
          objects.set(object.kind, new Map(objects.get(object.kind)));
          copied.add(object.kind);
        }
        const ofKind = objects.get(object.kind) as Map<string, KubernetesObject>;
        if (type === "DELETED") ofKind.delete(keyOf(object));
        else ofKind.set(keyOf(object), object);
      }
      return { ...state, objects };
    }
    case "hops": {
      if (update.connections.length === 0) return state;
      const connections = [...state.connections, ...update.connections];
      return { ...state, connections: connections.length > connectionsMax ? connections.slice(-connectionsMax) : connections };
    }
    case "time":
      return { ...state, nowUs: update.nowUs, isSettled: update.settled };
    case "prompt":
      return withTerminal(state, update.terminal, (terminal) => ({
        ...terminal,
        prompt: update.text,
        place: update.place,
        busySinceMs: update.text === undefined ? (terminal.busySinceMs ?? performance.now()) : undefined,
      }));
    case "hints":
      return withTerminal(state, update.terminal, (terminal) => ({ ...terminal, hints: update.hints }));
    case "restartNeeded":
      return { ...state, restartFields: update.fields };
    case "crashed":
      return { ...state, crash: update.message };
    default:
      return state; // for the terminal, the palette and whoever asked
  }
}

function isEnd([, kind, body]: RecordEntry, file: OpenFile | undefined): boolean {
  return (kind === "file" || kind === "close") && body.place === file?.place && body.path === file.path;
}

/** When each of the counted answers came, for who looks back. */
export const answers = new Moments<{ readonly timeUs: number; readonly key: string }>(connectionsMax);

/** Probes and health checks are no answers. */
function countAnswers(state: PageState, received: readonly Received[]): PageState {
  if (received.length === 0) return state;
  const answered = new Map(state.answered);
  let isChanged = false;
  for (const { connection, place, timeUs } of received) {
    if (!place.startsWith("pod/")) continue;
    const info = state.connections.findLast((c) => c.id === connection);
    if (info?.purpose !== "traffic") continue;
    const key = `${place} ${info.destination}`;
    answered.set(key, (answered.get(key) ?? 0) + 1);
    answers.add([{ timeUs, key }]);
    isChanged = true;
  }
  return isChanged ? { ...state, answered } : state;
}

function withTerminal(state: PageState, id: number, change: (terminal: TerminalState) => TerminalState): PageState {
  const terminals = new Map(state.terminals);
  terminals.set(id, change(terminals.get(id) ?? { prompt: undefined, place: "", busySinceMs: undefined, hints: [] }));
  return { ...state, terminals };
}

/** It was closed: another one that gets its number must not be taken for it. */
export function forgetTerminal(id: number): void {
  usePage.setState(({ terminals }) => {
    const rest = new Map(terminals);
    rest.delete(id);
    return { terminals: rest };
  });
}
