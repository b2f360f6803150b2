import type { KubernetesObject, LooseObject } from "../api/meta.ts";

/**
 * The API server's one door, shaped as HTTP so that `kubehop serve` and `curl -k https://10.96.0.1` pass through it as well.
 * Everything happens at one instant of simulated time.
 */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/api/v1/namespaces/default/services/kubia`, `/apis/apps/v1/deployments`, `/version`, `/healthz`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** A value, not text: in-process callers hand objects over; HTTP doors parse first. Patches: the patch document. */
  readonly body?: unknown;
  /** For PATCH: which of the four patch types. Default `application/json`. */
  readonly contentType?: string;
  /** `application/json;as=Table;v=v1;g=meta.k8s.io` asks for a Table. */
  readonly accept?: string;
  /** Objects are to come with metadata.managedFields. HTTP doors always ask for it; who hides them spares the work. */
  readonly withManagedFields?: boolean;
  /** Who asks, for managedFields and events: `kubectl`, `kubelet/node1`, `deployment-controller`. */
  readonly userAgent: string;
  /** Scenario documents: status and given metadata are kept. In-process only; HTTP doors never set it. */
  readonly trusted?: boolean;
  /** A component of this process: reaches every kind in its stored version, served or not, and is not warned. HTTP doors never set it. */
  readonly isComponent?: boolean;
}

export interface ApiResponse {
  readonly code: number;
  /** The stored value itself for in-process callers (frozen): object, list, Table, Status, or text for logs. */
  readonly body: unknown;
  /** Texts for `Warning: 299 - "…"` headers. */
  readonly warnings: readonly string[];
  /** A watch (`watch=true`): hand in a listener, get a stop function. */
  readonly watch?: (listener: (event: WatchEvent) => void) => () => void;
  /** `pods/exec`, `pods/attach`, `pods/portforward`: what the kubelet's socket answered (see KubeletSocket). */
  readonly upgrade?: unknown;
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubernetesObject;
  /** The object before the change, for in-process watchers; undefined for ADDED. */
  readonly old?: KubernetesObject;
}

export type ApiHandler = (request: ApiRequest) => ApiResponse;

/** `kind: Status`. @source apimachinery meta/v1 types.go; kubernetes.io "Kubernetes API Concepts" */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: LooseObject;
  readonly status: "Success" | "Failure";
  readonly message: string;
  readonly reason: StatusReason;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly { readonly reason?: string; readonly message: string; readonly field?: string }[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

export type StatusReason =
  | ""
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Expired"
  | "Invalid"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "UnsupportedMediaType"
  | "TooManyRequests"
  | "InternalError"
  | "ServiceUnavailable"
  | "Timeout";

/** `Table` of meta.k8s.io/v1, as the server sends it and kubectl prints it. */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: "meta.k8s.io/v1";
  readonly metadata: LooseObject;
  readonly columnDefinitions: readonly {
    readonly name: string;
    readonly type: string;
    readonly format: string;
    readonly description: string;
    readonly priority: number;
  }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: KubernetesObject }[];
}

/** The kubelet's side of `pods/exec` and `pods/log`, declared here and plugged in by the cluster. */
export interface KubeletSocket {
  /**
   * Starts `command` in the container. `streams` are the machine's stream objects (opaque here), the result is the machine's Process.
   * A text answer is an error message (the OCI runtime's, or `unable to upgrade connection: container not found ("x")`).
   */
  exec(
    pod: KubernetesObject,
    options: { readonly container: string; readonly command: readonly string[]; readonly tty: boolean; readonly streams: unknown },
  ): { readonly ok: true; readonly process: unknown } | { readonly ok: false; readonly code: number; readonly message: string };
  /** Connects the caller's streams to the container's main process; the result is that process. */
  attach(
    pod: KubernetesObject,
    options: { readonly container: string; readonly streams: unknown },
  ): { readonly ok: true; readonly process: unknown } | { readonly ok: false; readonly code: number; readonly message: string };
  /** The log as text; `follow` as a stream of pieces until the container ends. */
  logs(
    pod: KubernetesObject,
    options: {
      readonly container: string;
      readonly previous: boolean;
      readonly tailLines?: number;
      readonly sinceMs?: number;
      readonly timestamps: boolean;
      readonly follow?: (text: string) => void;
      readonly onEnd?: () => void;
    },
  ):
    | { readonly ok: true; readonly text: string; readonly stop?: () => void }
    | { readonly ok: false; readonly code: number; readonly message: string };
  /** Connects to a port inside the pod's network: the machine's Stream-making function (opaque here). */
  portForward(
    pod: KubernetesObject,
    port: number,
  ): { readonly ok: true; readonly connect: unknown } | { readonly ok: false; readonly code: number; readonly message: string };
}
