import type { Collapsed } from "./groups.ts";

/** What is on the canvas: boxes with places, and the lines between them. Plain data, in a stable order; the page only draws it. */
export interface GraphModel {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly lanes: readonly Lane[];
  readonly width: number;
  readonly height: number;
  /** Which box stands for what has none of its own: a pod in a group, the rules of a node that is one card, a pod that is filtered away. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Where cards may stand within a frame, by its name. */
  readonly grids: ReadonlyMap<string, Grid>;
  /** What the next picture needs to know of this one. */
  readonly memory: LayoutMemory;
}

/** Places and sizes that a picture hands on to the next one, so that a box keeps its place while others come and go. */
export interface LayoutMemory {
  readonly slots: Slots;
  /** How crowded each row of boxes was; a row that has shrunk its cards does not grow them again at once. */
  readonly crowds: ReadonlyMap<string, Crowd>;
  /** Boxes stand elsewhere than they would if nothing had come and gone. */
  readonly isUntidy: boolean;
}

/** The place of a box in its row of boxes, from 0, by the names of both: `node/node1 pod/default/kubia-x`. */
export type Slots = ReadonlyMap<string, number>;

/** The places of equal cards in a frame, in lines and columns: place 0 is the upper left one, 1 the one beneath it. */
export interface Grid {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly lines: number;
  readonly columns: number;
}

/** Positions that the user gave, by box, the newest last; of a card in a frame from the frame's corner. */
export type Pins = Readonly<Record<string, readonly [x: number, y: number]>>;

/** `full` cards, `compact` ones, or pods of one workload `grouped` as one card with counts. */
export type Crowd = "full" | "compact" | "grouped";

export type ViewName = "logical" | "physical";

/** A title above a column, or above the pods that no node has. */
export interface Lane {
  readonly code: "outside" | "cluster" | "entry" | "services" | "pods" | "unscheduled";
  readonly count: number;
  readonly x: number;
  readonly y: number;
}

interface Box {
  /** `client/laptop`, `node/node1`, `rules/node1`, `pod/default/kubia-x`, `service/default/kubia` …: a place or an object name. */
  readonly id: string;
  /** Inside this box; x and y count from its corner. */
  readonly parent?: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type GraphNode = Box &
  (
    | { readonly type: "client"; readonly name: string; readonly ip: string }
    | { readonly type: "external"; readonly name: string; readonly ip: string }
    | { readonly type: "loadBalancer"; readonly name: string; readonly ip: string | undefined; readonly service: string }
    | ({
        readonly type: "node";
        readonly name: string;
        readonly ip: string;
        readonly zone: string;
        readonly state: NodeState;
        readonly isCollapsed: boolean;
      } & Counts)
    | { readonly type: "rules"; readonly node: string; readonly mode: string; readonly services: readonly ServicePill[] }
    | ({ readonly type: "pod"; readonly size: "full" | "compact" } & PodFacts)
    /** Many pods as one box with counts. */
    | ({
        readonly type: "podGroup";
        /** What folds and unfolds it: `workload/default/Deployment/kubia`, `service/default/kubia`. */
        readonly key: string;
        readonly name: string;
        readonly namespace: string;
        readonly pods: readonly string[];
        readonly size: "full" | "compact";
      } & Counts)
    /** Pods of a node that the user has filtered away. */
    | { readonly type: "hidden"; readonly count: number }
    | {
        readonly type: "service";
        readonly name: string;
        readonly namespace: string;
        readonly kind: string;
        readonly address: string;
        readonly ports: string;
        readonly ready: number;
        readonly total: number;
        readonly isHeadless: boolean;
        readonly isCollapsed: boolean;
      }
    | {
        readonly type: "ingress";
        readonly name: string;
        readonly namespace: string;
        readonly hosts: string;
        readonly address: string;
        readonly className: string;
      }
  );

/** Of the pods behind a box. */
export interface Counts {
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
}

export interface ServicePill {
  /** `service/default/kubia` */
  readonly id: string;
  /** `kubia`; `kubia.shop` where it is in another namespace than `default`. */
  readonly label: string;
  /** `:30123 · 10.111.249.153:80`: where the rules take packets in. */
  readonly address: string;
}

export type NodeState = "ready" | "notReady" | "cordoned";

/** How a pod is, at a glance; each has a shape of its own. */
export type PodState = "ready" | "notReady" | "starting" | "failing" | "terminating" | "done";

export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  /** `1/1` */
  readonly ready: string;
  readonly isReady: boolean;
  /** The STATUS column's word. */
  readonly status: string;
  readonly state: PodState;
  readonly restarts: number;
  readonly node: string;
}

export interface GraphEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** A wire carries packets; `selects` and `routes` are relations between objects. */
  readonly kind: "wire" | "selects" | "routes";
  readonly isFaint: boolean;
}

export interface GraphOptions {
  /** What is not drawn, by the names and kinds that `filter.ts` knows. */
  readonly hidden: Hidden;
  /** What the user has folded (true) or unfolded (false); the rest is grouped when it is many. */
  readonly collapsed?: Collapsed;
  /** The picture before this one. */
  readonly memory?: LayoutMemory;
}

/** What is left out of the picture. */
export interface Hidden {
  /** Namespaces that nobody has asked for: their packets are told where they were last seen. */
  readonly quiet: readonly string[];
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
  /** `pod/default/kubia-x`, `service/default/kubia` … */
  readonly objects: readonly string[];
}
