/** What is on the canvas: boxes with places, and the lines between them. Plain data, in a stable order; the page only draws it. */
export interface GraphModel {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly lanes: readonly Lane[];
  readonly width: number;
  readonly height: number;
  /** Where each pod stands among those beside it; handed to the next picture, so that a box keeps its place while others come and go. */
  readonly slots: Slots;
}

/** The place of a pod (`pod/default/kubia-x`) in its row of boxes, from 0. */
export type Slots = ReadonlyMap<string, number>;

export type ViewName = "logical" | "physical";

/** A title above a column. */
export interface Lane {
  readonly code: "outside" | "cluster" | "entry" | "services" | "pods";
  readonly count: number;
  readonly x: number;
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
    | { readonly type: "node"; readonly name: string; readonly ip: string; readonly state: NodeState; readonly pods: number }
    | {
        readonly type: "rules";
        readonly node: string;
        readonly mode: string;
        readonly services: readonly ServicePill[];
        readonly more: number;
      }
    | ({ readonly type: "pod" } & PodFacts)
    /** Many pods of one owner as one box with counts. */
    | { readonly type: "podGroup"; readonly name: string; readonly pods: readonly string[]; readonly ready: number }
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

export interface ServicePill {
  /** `service/default/kubia` */
  readonly id: string;
  readonly label: string;
  readonly address: string;
}

export type NodeState = "ready" | "notReady" | "cordoned";

export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  /** `1/1` */
  readonly ready: string;
  readonly isReady: boolean;
  readonly status: string;
  readonly restarts: number;
  readonly isTerminating: boolean;
  readonly node: string;
  /** `ReplicaSet/web-5d4f` */
  readonly owner: string | undefined;
  readonly size: "full" | "compact";
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
  readonly view: ViewName;
  /** Namespaces that are not drawn. */
  readonly hiddenNamespaces: readonly string[];
  /** Positions that the user gave, by box; they win over the layout. */
  readonly pins: Readonly<Record<string, readonly [number, number]>>;
  /** The places in the picture before this one. */
  readonly slots?: Slots;
}
