import { formatSelector, fromLabelSelector } from "../api/labels.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Run } from "../machine/syscall.ts";
import { KubectlError } from "./failure.ts";
import { fetch, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** The pod that `POD`, `pod/NAME`, `deploy/NAME` or `svc/NAME` means: of several, the best one. @source kubectl pkg/polymorphichelpers/attachablepodforobject.go */
export function* podFor(session: Session, word: string, purpose = "attach to"): Run<Pod> {
  const args = word.includes("/") ? [word] : ["pods", word];
  const { infos, errors } = yield* fetch(session, yield* select(session, { args }));
  if (errors[0] !== undefined) throw errors[0];
  const info = infos[0];
  if (info === undefined) throw new KubectlError(`pods "${word}" not found`);
  if (info.object.kind === "Pod") return info.object as Pod;
  const selector = selectorOf(info.object);
  if (selector === undefined) {
    const { kind } = info.object;
    const why =
      kind === "Service"
        ? `invalid service '${info.name}': Service is defined without a selector`
        : `selector for *v1.${kind} not implemented`;
    throw new KubectlError(`cannot ${purpose} *v1.${kind}: ${why}`);
  }
  const pods = yield* podsOf(session, info.namespace ?? session.namespace, selector);
  const best = pods.toSorted(byActivity)[0];
  if (best === undefined) throw new KubectlError("timed out waiting for the condition");
  return best;
}

export function* podsOf(session: Session, namespace: string | undefined, labelSelector: string): Run<readonly Pod[]> {
  const resources = yield* session.resources();
  const list = yield* session.request<{ items: readonly Pod[] }>({
    method: "GET",
    path: resourcePath(resources.get("pods"), namespace),
    query: { labelSelector },
  });
  return list.items;
}

/** As text for `labelSelector`; undefined for kinds that choose no pods. */
export function selectorOf(object: KubernetesObject): string | undefined {
  const spec = ((object as unknown as LooseObject).spec ?? {}) as LooseObject;
  const { selector } = spec;
  if (typeof selector !== "object" || selector === null) return undefined;
  if (object.kind === "Service" || object.kind === "ReplicationController") {
    const labels = selector as Readonly<Record<string, string>>;
    if (Object.keys(labels).length === 0) return undefined;
    return formatSelector(fromLabelSelector({ matchLabels: labels }));
  }
  return formatSelector(fromLabelSelector(selector as Parameters<typeof fromLabelSelector>[0]));
}

/** Scheduled, running, ready and older ones first. @source kubernetes pkg/controller ActivePods, reversed */
function byActivity(a: Pod, b: Pod): number {
  const rank = (pod: Pod): number => {
    const isReady = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
    return (pod.spec.nodeName === undefined ? 4 : 0) + (pod.status?.phase === "Running" ? 0 : 2) + (isReady ? 0 : 1);
  };
  const difference = rank(a) - rank(b);
  if (difference !== 0) return difference;
  if (a.metadata.creationTimestamp !== b.metadata.creationTimestamp)
    return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** The container that is meant, with the line that tells which was taken of several. @source kubectl pkg/cmd/util/podcmd/podcmd.go */
export function* containerFor(session: Session, pod: Pod, asked: string, isQuiet: boolean): Run<string> {
  const containers = pod.spec.containers;
  const init = pod.spec.initContainers ?? [];
  if (asked !== "") {
    if ([...containers, ...init].some(({ name }) => name === asked)) return asked;
    throw new KubectlError(`container ${asked} not found in pod ${pod.metadata.name}`);
  }
  const annotated = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (annotated !== undefined && containers.some(({ name }) => name === annotated)) return annotated;
  const first = containers[0]?.name ?? "";
  const all = [...containers.map(({ name }) => name), ...init.map(({ name }) => `${name} (init)`)];
  if (all.length > 1 && !isQuiet) yield* session.err(`Defaulted container ${JSON.stringify(first)} out of: ${all.join(", ")}\n`);
  return first;
}
