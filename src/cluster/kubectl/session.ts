import type { ClusterVersion } from "../api/kind.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { ApiHandler, ApiRequest, ApiResponse, Status, WatchEvent } from "../apiserver/request.ts";
import type { Run, Sys } from "../machine/syscall.ts";
import { Exit, StatusError, usageError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { type HintSink, hintSink } from "./hints.ts";
import { currentContext, type Kubeconfig, readKubeconfig } from "./kubeconfig.ts";
import { talkElsewhere } from "./other-server.ts";
import { discover, type Resource, type Resources } from "./resources.ts";
import { type ClientBehaviour, clientBehaviour } from "./versions.ts";

/** What the cluster lends to kubectl. */
export interface KubectlOptions {
  readonly handle: ApiHandler;
  readonly clusterVersion: ClusterVersion;
  /** Runs it later in this instant, in an event of its own: news of a watch never run inside the writer's call. */
  readonly defer: (run: () => void) => void;
  /** `192.168.0.254:6443` */
  readonly apiServer: string;
}

/** What one run of kubectl knows and may do. */
export class Session {
  readonly sys: Sys;
  readonly options: KubectlOptions;
  readonly flags: Flags;
  /** `kubectl get` */
  readonly commandPath: string;
  readonly behaviour: ClientBehaviour;
  readonly kubeconfig: Kubeconfig;
  readonly #hints: HintSink | undefined;
  /** Each text of a `Warning:` header is told once a run. @source client-go rest/warnings.go, WarningWriterOptions.Deduplicate */
  readonly #warned = new Set<string>();
  #resources: Resources | undefined;

  constructor(sys: Sys, options: KubectlOptions, flags: Flags, commandPath: string) {
    this.sys = sys;
    this.options = options;
    this.flags = flags;
    this.commandPath = commandPath;
    this.behaviour = clientBehaviour(options.clusterVersion.minor);
    this.kubeconfig = readKubeconfig(sys, options.apiServer);
    this.#hints = sys.service(hintSink);
  }

  get version(): ClusterVersion {
    return this.options.clusterVersion;
  }

  /** The namespace that unqualified names are in: `-n`, else the context's, else `default`. */
  get namespace(): string {
    const given = this.flags.text("namespace");
    return given !== "" ? given : (currentContext(this.kubeconfig, this.flags.text("context"))?.namespace ?? "default");
  }

  /** Whether `-n` was given: then it must agree with a manifest. */
  get enforcesNamespace(): boolean {
    return this.flags.text("namespace") !== "";
  }

  get nowMs(): number {
    return this.sys.dateMs();
  }

  hint(code: string, args: Readonly<Record<string, string | number>> = {}, command?: string): void {
    this.#hints?.({ code, args, ...(command === undefined ? {} : { command }) });
  }

  *out(text: string): Run<void> {
    if (text !== "") yield* this.sys.out(text);
  }

  *err(text: string): Run<void> {
    if (text !== "") yield* this.sys.err(text);
  }

  usage(message: string): Error {
    return usageError(this.commandPath, message);
  }

  /** One request; warnings go to standard error. @throws StatusError */
  *request<T = KubernetesObject>(request: Omit<ApiRequest, "userAgent">): Run<T> {
    return (yield* this.send(request)).body as T;
  }

  *send(request: Omit<ApiRequest, "userAgent">): Run<ApiResponse> {
    const server = this.flags.text("server");
    if (server !== "") yield* talkElsewhere(this, server);
    const withManagedFields = showsManagedFields(this.flags, this.behaviour);
    const response = this.options.handle({ ...request, ...(withManagedFields ? { withManagedFields } : {}), userAgent: "kubectl" });
    for (const text of response.warnings) {
      if (this.#warned.has(text)) continue;
      this.#warned.add(text);
      yield* this.err(`Warning: ${text}\n`);
    }
    if (response.warnings.length > 0 && this.flags.is("warnings-as-errors")) {
      const count = response.warnings.length;
      yield* this.err(`error: ${count} warning${count === 1 ? "" : "s"} received\n`);
      throw new Exit(1);
    }
    if (response.code >= 400) throw new StatusError(response.body as Status);
    return response;
  }

  /** The same, with undefined for NotFound. */
  *requestIfFound<T = KubernetesObject>(request: Omit<ApiRequest, "userAgent">): Run<T | undefined> {
    try {
      return yield* this.request<T>(request);
    } catch (error) {
      if (error instanceof StatusError && error.isNotFound) return undefined;
      throw error;
    }
  }

  /** What the server serves, asked once a run. */
  *resources(): Run<Resources> {
    this.#resources ??= yield* discover(this);
    return this.#resources;
  }

  /** Opens a watch; `next()` waits for its events in order. */
  *watch(request: Omit<ApiRequest, "userAgent">): Run<Watch> {
    const response = yield* this.send({ ...request, query: { ...request.query, watch: "true" } });
    return new Watch(response, this.options.defer);
  }
}

/**
 * Whether metadata.managedFields may come to light: `-o yaml` and `-o json` leave it out unless asked for it (before 1.21 they did not),
 * templates and raw answers have it. @source cli-runtime printers/managedfields.go, genericclioptions/json_yaml_flags.go
 */
function showsManagedFields(flags: Flags, { hidesManagedFields }: ClientBehaviour): boolean {
  if (flags.is("show-managed-fields") || flags.text("raw") !== "") return true;
  const output = flags.text("output");
  return /^(?:jsonpath|(?:go-)?template|custom-columns)/.test(output) || (!hidesManagedFields && /^(?:json|yaml)$/.test(output));
}

/** A watch as a queue that a program may wait on. */
export class Watch {
  readonly #events: WatchEvent[] = [];
  readonly #stop: (() => void) | undefined;
  #waiting: (() => void) | undefined;

  constructor(response: ApiResponse, defer: (run: () => void) => void) {
    this.#stop = response.watch?.((event) => {
      this.#events.push(event);
      if (this.#waiting !== undefined) defer(() => this.#waiting?.());
    });
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  *next(): Run<WatchEvent> {
    while (this.#events.length === 0) {
      yield (resume) => {
        this.#waiting = () => {
          this.#waiting = undefined;
          resume(undefined);
        };
        return () => {
          this.#waiting = undefined;
        };
      };
    }
    return this.#events.shift() as WatchEvent;
  }

  close(): void {
    this.#stop?.();
  }
}

/** `/apis/apps/v1/namespaces/default/deployments/web/scale` */
export function resourcePath(resource: Resource, namespace: string | undefined, name?: string, subresource?: string): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.isNamespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${root}${scope}/${resource.plural}${name === undefined ? "" : `/${name}`}${subresource === undefined ? "" : `/${subresource}`}`;
}
