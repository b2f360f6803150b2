import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { ConnectionInfo, HopRecord } from "../cluster/hop-record.ts";
import type { LoadFailure, LoadMark, LoadSnapshot, PacketField, PacketLayer, PacketWay, WayCount } from "../cluster/index.ts";
import type { Problem } from "../scenario/problem.ts";
import type { HopSketch, PackedHops } from "./hop-codec.ts";

export type {
  ConnectionInfo,
  HopRecord,
  HopSketch,
  LoadFailure,
  LoadMark,
  LoadSnapshot,
  PacketField,
  PacketLayer,
  PacketWay,
  Problem,
  WayCount,
};

export type ProxyMode = "iptables" | "ipvs" | "nftables";

/**
 * What passes between the page and the worker: commands in, an ordered stream of updates out, one batch a frame. Plain data only.
 * Times are microseconds since loading.
 */
export type Command =
  /** A new cluster from a scenario text; `record` replays what a link or a crash carried. */
  | {
      readonly type: "open";
      readonly text: string;
      readonly record?: readonly RecordEntry[];
      readonly seed?: number;
      /** Instead of what the text says. */
      readonly proxyMode?: ProxyMode;
      /** Nothing is told before the record has been played and this much time has passed; then all at once, so that no picture flickers. */
      readonly untilUs?: number;
    }
  /** Markers for a text that is still being typed; nothing is applied. */
  | { readonly type: "check"; readonly text: string }
  /** The editor's text changed. `settled`: the cursor left the document or Ctrl+Enter was pressed, so deletions and renames may take effect. */
  | { readonly type: "edit"; readonly text: string; readonly settled: boolean }
  | { readonly type: "openTerminal"; readonly terminal: number; readonly columns: number; readonly rows: number }
  | { readonly type: "closeTerminal"; readonly terminal: number }
  /** A line typed at a terminal, without its newline; whoever reads that terminal gets it. */
  | { readonly type: "line"; readonly terminal: number; readonly text: string }
  | { readonly type: "interrupt"; readonly terminal: number }
  /** What once came in elsewhere, now and here: a cluster that keeps step with another one is given its entries as their time comes. */
  | { readonly type: "enter"; readonly entry: RecordEntry }
  | { readonly type: "endOfInput"; readonly terminal: number }
  | { readonly type: "complete"; readonly id: number; readonly terminal: number; readonly text: string; readonly cursor: number }
  /** Simulated time may pass up to here, as fast as it goes; the worker answers with `time` as it gets along. */
  | { readonly type: "advance"; readonly toUs: number }
  /**
   * Time is held (a followed packet plays), but the terminal must not wait for the picture: run on until no packet is under way and no
   * program is about to run, at most `maxUs` further.
   */
  | { readonly type: "advanceQuiet"; readonly maxUs: number }
  /** As fast as it goes until this comes true, at most `maxUs` further; time then stands exactly there. Answered by `ranTo`. */
  | { readonly type: "runTo"; readonly goal: RunGoal; readonly maxUs: number }
  /** Ends a `runTo` where it is. */
  | { readonly type: "stopRun" }
  /** `atUs`: the answer is of that moment, from a copy of the cluster that is taken there. */
  | { readonly type: "query"; readonly id: number; readonly query: Query; readonly atUs?: number }
  /** Nobody looks at an earlier moment any more. */
  | { readonly type: "forgetPast" }
  | { readonly type: "link"; readonly id: number; readonly view?: LinkView }
  /** What a link's fragment carries: `{text, record, view}` or `{problem}`; the codec lives in the worker. */
  | { readonly type: "readLink"; readonly id: number; readonly fragment: string }
  /** What the page's editor saved: a machine's file (`vi`), or the object of `kubectl edit`. */
  | { readonly type: "saveFile"; readonly place: string; readonly path: string; readonly text: string }
  /** The page's editor was closed without saving. */
  | { readonly type: "closeFile"; readonly place: string; readonly path: string }
  /** Applies one object of the text again, whatever became of it by kubectl since. */
  | { readonly type: "reapply"; readonly object: string }
  /** Looks for small changes that make the terminal's last line work; `fixes` updates follow. A new search ends the one before. */
  | { readonly type: "findFixes"; readonly terminal: number }
  | { readonly type: "stopFixes" }
  | { readonly type: "ping"; readonly id: number };

/** The next thing that a component does; all that the text declares is ready; something fails; this time has passed. */
export type RunGoal = "event" | "ready" | "failure" | "time";

/** What the inspector asks for; answers are plain data, made when asked. */
export type Query =
  | { readonly kind: "object"; readonly object: string }
  /** The user's text that the cluster runs on. */
  | { readonly kind: "text" }
  | { readonly kind: "rules"; readonly node: string }
  | { readonly kind: "conntrack"; readonly node: string }
  | { readonly kind: "routes"; readonly place: string }
  | { readonly kind: "file"; readonly place: string; readonly path: string }
  | { readonly kind: "yaml"; readonly object: string }
  /** The newest load, with its marks and lost requests from these numbers on. */
  | { readonly kind: "load"; readonly marksFrom: number; readonly lostFrom: number }
  | { readonly kind: "describe"; readonly object: string }
  /** `Ending`: how a connection ended and why. */
  | { readonly kind: "ending"; readonly connection: string }
  /** `PacketLayer[]`: what is in the packet after the hop of that number in the whole cluster's order; undefined when that is forgotten. */
  | { readonly kind: "packet"; readonly connection: string; readonly sequence: number }
  /** `ChainLink[]`: from a packet to the line of YAML, asked from either end. */
  | { readonly kind: "chain"; readonly from: "hop"; readonly connection: string; readonly hop: number }
  | { readonly kind: "chain"; readonly from: "object"; readonly object: string }
  | { readonly kind: "chain"; readonly from: "line"; readonly line: number }
  /** `ServiceFacts`, `PodFactsAnswer`, `IngressRoutes`; undefined where there is no such object. */
  | { readonly kind: "service"; readonly object: string }
  | { readonly kind: "pod"; readonly object: string }
  | { readonly kind: "ingress"; readonly object: string }
  /** `Difference[]`: where the text and the cluster say different things. */
  | { readonly kind: "differences" }
  /** The whole text with this object of the cluster added, or with this field as it lives; undefined where that can't be done. */
  | { readonly kind: "adopted"; readonly object: string; readonly path?: readonly (string | number)[] };

/** One entry of the record: at which simulated time (ms, with up to 3 decimals) what came in. */
export type RecordEntry =
  | readonly [timeMs: number, kind: "line", body: { readonly terminal: number; readonly text: string }]
  | readonly [timeMs: number, kind: "interrupt", body: { readonly terminal: number }]
  | readonly [timeMs: number, kind: "end", body: { readonly terminal: number }]
  | readonly [timeMs: number, kind: "edit", body: { readonly from: number; readonly removed: number; readonly added: readonly string[] }]
  | readonly [timeMs: number, kind: "reapply", body: { readonly object: string }]
  | readonly [timeMs: number, kind: "file", body: { readonly place: string; readonly path: string; readonly text: string }]
  /** The page's editor was closed without saving. */
  | readonly [timeMs: number, kind: "close", body: { readonly place: string; readonly path: string }];

/** The moment that a link looks at. */
export interface LinkView {
  readonly connection?: string;
  readonly hop?: number;
  readonly selection?: string;
  readonly view?: "logical" | "physical";
  readonly pins?: Readonly<Record<string, readonly [number, number]>>;
  /** What is left out of the picture: namespaces shown (true) or not, kinds, single objects. */
  readonly filters?: {
    readonly namespaces: Readonly<Record<string, boolean>>;
    readonly kinds: readonly string[];
    readonly objects: readonly string[];
  };
  /** What is folded (true) to one card, or unfolded. */
  readonly collapsed?: Readonly<Record<string, boolean>>;
  /** Which of the page's switches are on: the cluster's own pods, DNS and probes. */
  readonly shows?: readonly ("system" | "noise")[];
  readonly caption?: string;
  /** Simulated time at which the link was made, in milliseconds. */
  readonly timeMs?: number;
  /** The earlier moment that is looked at, in milliseconds with up to 3 decimals; absent at the head. */
  readonly atMs?: number;
  /** Time stands, until the reader lets it go on. */
  readonly paused?: boolean;
}

export type Update =
  | {
      readonly type: "opened";
      readonly scenario: ScenarioSummary;
      readonly nowUs: number;
      readonly engine: string;
      readonly view?: LinkView;
    }
  /** The whole text as the worker has it now (after a link or a replay). */
  | { readonly type: "text"; readonly text: string }
  /** What was added to the record; with it and the first text everything comes again. */
  | { readonly type: "recorded"; readonly entries: readonly RecordEntry[] }
  /** Problems of the text; empty when it is well. `applied` is false while the cluster still runs on an earlier text. */
  | { readonly type: "problems"; readonly problems: readonly Problem[]; readonly applied: boolean }
  | { readonly type: "objects"; readonly events: readonly ObjectEvent[] }
  | { readonly type: "output"; readonly terminal: number; readonly text: string; readonly timeUs: number }
  /** A line that a replay typed: the page shows it as if it had been typed here. */
  | { readonly type: "typed"; readonly terminal: number; readonly text: string; readonly timeUs: number }
  /** A replay pressed Ctrl-C. */
  | { readonly type: "interrupted"; readonly terminal: number }
  /** Whoever reads the terminal now waits for a line and shows this; `undefined` text: a program runs in the foreground and reads nothing. */
  | {
      readonly type: "prompt";
      readonly terminal: number;
      readonly text: string | undefined;
      readonly place: string;
      readonly secret?: boolean;
      readonly timeUs: number;
    }
  | { readonly type: "clear"; readonly terminal: number }
  | { readonly type: "hints"; readonly terminal: number; readonly hints: readonly Hint[] }
  /** What went wrong in the terminal's last line, once it has ended; empty when nothing did, and when a new line begins. */
  | { readonly type: "endings"; readonly terminal: number; readonly line: string; readonly endings: readonly Ending[] }
  /** How far the search for small changes has come, and what was found to work. */
  | { readonly type: "fixes"; readonly terminal: number; readonly report: FixReport }
  /** Hops since the last batch, packed (see hop-codec.ts), and the connections that are new. */
  | {
      readonly type: "hops";
      readonly packed: PackedHops;
      readonly connections: readonly ConnectionInfo[];
    }
  /** Of packets that leave no hops (a load's): how many went which way since the last batch. */
  | { readonly type: "ways"; readonly atUs: number; readonly ways: readonly WayCount[] }
  | { readonly type: "time"; readonly nowUs: number; readonly settled: boolean; readonly running: boolean; readonly waitingFor?: string }
  /** What components have done since the last batch, oldest first. */
  | { readonly type: "steps"; readonly steps: readonly ControlStep[] }
  /** What has failed since the last batch: a packet, a command, a probe. */
  | { readonly type: "failures"; readonly failures: readonly Failure[] }
  | RanTo
  | { readonly type: "completions"; readonly id: number; readonly from: number; readonly candidates: readonly string[] }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "link"; readonly id: number; readonly fragment: string }
  /** `vi FILE` on a machine: the page opens its editor on it. */
  | { readonly type: "openFile"; readonly place: string; readonly path: string; readonly text: string }
  | { readonly type: "pong"; readonly id: number }
  | { readonly type: "restartNeeded"; readonly fields: readonly string[] }
  /** We broke a promise of our own; the page starts a new worker and replays. */
  | { readonly type: "crashed"; readonly message: string };

export interface ScenarioSummary {
  readonly name: string;
  readonly version: string;
  readonly proxyMode: string;
  readonly domain: string;
  readonly seed: number;
  readonly podCIDR: string;
  readonly serviceCIDR: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly ips: readonly string[];
    readonly podCIDRs: readonly string[];
    readonly zone?: string;
  }[];
  readonly clients: readonly { readonly name: string; readonly ips: readonly string[] }[];
  readonly external: readonly { readonly name: string; readonly ip: string }[];
}

export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
  readonly timeUs: number;
}

/** One thing that a component of the cluster did: a write that changed something, an Event, rules programmed. */
export interface ControlStep {
  readonly timeUs: number;
  /** As the component calls itself: `endpointslice-controller`, `kubelet/node1`. */
  readonly by: string;
  readonly said: Said;
  /** `pod/default/kubia-x` */
  readonly object?: string;
  readonly mark?: "rollout" | "failure";
  /** Rules that began to be behind by it, or that have caught up. */
  readonly stale?: readonly StaleRules[];
}

/** For so long a node's rules went on to send a Service's connections to a pod that its EndpointSlice no longer offered. */
export interface StaleRules {
  readonly node: string;
  /** `default/kubia` */
  readonly service: string;
  /** `pod/default/kubia-x` */
  readonly pod: string;
  readonly fromUs: number;
  /** undefined: they do still. */
  readonly toUs?: number;
}

export interface Failure {
  readonly timeUs: number;
  readonly said: Said;
  readonly shown: Shown;
}

/** Where a run came to. `reached`: time stands where it came true; `bound`: it did not within its time; `stopped`: the user ended it. */
export interface RanTo {
  readonly type: "ranTo";
  readonly goal: RunGoal;
  readonly outcome: "reached" | "bound" | "stopped";
  readonly nowUs: number;
  /** What came, in the order in which it came; at the bound of "ready": what is still missing. */
  readonly came: readonly { readonly said: Said; readonly shown: Shown }[];
}

/** A stretch of the user's text, from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A sentence of Kubehop's own: its code in the catalogue, and its arguments. */
export interface Said {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Something to look at: an object, a stretch of the text, a hop of a connection. */
export interface Shown {
  readonly object?: string;
  readonly place?: TextPlace;
  readonly connection?: string;
  /** Index among the connection's hops. */
  readonly hop?: number;
}

/** How a request ended and why: the tool's or kernel's own text, the cause in one sentence, and where to look. */
export interface Ending {
  readonly cause: Said;
  readonly isFailure: boolean;
  /** What the real program (or the kernel) says. */
  readonly text?: string;
  readonly connection?: string;
  readonly show: readonly Shown[];
}

/** A small change that was seen to make a failed request work, on a copy of the cluster. */
export interface Fix {
  readonly said: Said;
  /** The user's text with the change in it. */
  readonly text?: string;
  /** A command instead: where the object is not in the text, or the request itself was wrong. */
  readonly command?: string;
  /** Which part of the world it changes: `selector`, `target-port`. */
  readonly touches: string;
}

export interface FixReport {
  readonly tried: number;
  readonly total: number;
  readonly fixes: readonly Fix[];
  readonly isDone: boolean;
}

/** A place where the text and the cluster say different things. */
export interface Difference {
  readonly object: string;
  /**
   * `changed`: a field that the text gives lives otherwise; `missing`: in the text, not in the cluster; `extra`: made by kubectl, not in the text.
   */
  readonly kind: "changed" | "missing" | "extra";
  readonly path?: readonly (string | number)[];
  readonly text?: string;
  readonly live?: string;
  /** Where the text says so; for `extra` there is no place. */
  readonly place?: TextPlace;
  /** Who made it so by metadata.managedFields: `kubectl-edit`, `kube-controller-manager`. */
  readonly manager?: string;
  /** The line of a terminal that did it, and when: `kubectl scale rc kubia --replicas=5`. */
  readonly by?: string;
  readonly atMs?: number;
}

/** One link of the way from a packet to the line of YAML that made it go so. */
export interface ChainLink {
  readonly kind: "packet" | "rule" | "service" | "slice" | "pod" | "condition" | "probe" | "policy" | "ingress" | "text";
  /** In the real things' own words: a rule, an address, a condition, an event's message, a line of the text. */
  readonly label: string;
  readonly said?: Said;
  readonly shown: Shown;
  readonly isWell: boolean;
}

/** A pod as a Service sees it: in, or out and why. */
export interface Membership {
  /** `pod/default/kubia-x` */
  readonly pod: string;
  readonly isIn: boolean;
  readonly address: string;
  readonly why: Said;
  readonly shown: Shown;
}

/** One way to a Service: who may use it, and by which address. */
export interface Way {
  readonly from: Said;
  readonly address: string;
  readonly isOpen: boolean;
  readonly why?: Said;
}

export interface ServiceFacts {
  readonly service: string;
  readonly ways: readonly Way[];
  readonly pods: readonly Membership[];
  readonly policies: readonly { readonly policy: string; readonly said: Said }[];
  /** Only with `sessionAffinity: ClientIP`. */
  readonly affinity?: Affinity;
}

/** Which clients a Service's nodes remember: each node its own, until they were silent for so long. */
export interface Affinity {
  readonly timeoutSeconds: number;
  readonly clients: readonly {
    readonly node: string;
    /** Its address as the node sees it, and whose that is; "" when nobody's that is known here. */
    readonly client: string;
    readonly name: string;
    /** `pod/default/kubia-x`, or the endpoint's address where no pod has it. */
    readonly pod: string;
    /** IPVS remembers for each virtual server alone. */
    readonly virtual?: string;
    readonly leftSeconds: number;
  }[];
}

/** One probe of a container: how many of the same in a row it has met, of how many that count. */
export interface ProbeCounter {
  readonly container: string;
  readonly kind: "Startup" | "Liveness" | "Readiness";
  readonly said: Said;
  /** When it is tried again, and how it is set. */
  readonly next: Said;
  readonly count: number;
  readonly threshold: number;
  readonly isFailing: boolean;
}

export interface PodFactsAnswer {
  readonly pod: string;
  readonly resolvConf: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly listening: readonly string[];
  /** Where each probe stands, as its kubelet counts. */
  readonly counters: readonly ProbeCounter[];
  /** What its probes met, oldest first, from the pod's Events. */
  readonly probes: readonly {
    readonly atMs: number;
    readonly count: number;
    readonly reason: string;
    readonly message: string;
    readonly isWell: boolean;
  }[];
}

export interface IngressRoutes {
  readonly ingress: string;
  readonly className: string;
  readonly problem?: Said;
  readonly routes: readonly {
    readonly host: string;
    readonly path: string;
    readonly pathType: string;
    readonly backend: string;
    readonly endpoints: readonly string[];
    readonly problem?: Said;
    readonly shown: Shown;
  }[];
  /** The controller's last decisions about its requests: the outcome, then each rule it looked at. */
  readonly decisions: readonly (readonly string[])[];
}

/** Kubehop's own words beside a command's output; never on stdout or stderr. */
export interface Hint {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  /** English sentence; the page takes its own language by code. */
  readonly text: string;
  /** A corrected command, offered as a chip. */
  readonly command?: string;
}
