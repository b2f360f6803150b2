import type { KubernetesObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { KubectlError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { lastApplied } from "./last-applied.ts";
import { type DryRun, printResult } from "./output.ts";
import type { Target } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

export const pruneFlags: readonly FlagDefinition[] = [
  { name: "prune", type: "bool", default: "false", usage: "Automatically delete resource objects, that do not appear in the configs." },
  { name: "prune-allowlist", type: "array", usage: "Overwrite the default allowlist with <group/version/kind> for --prune" },
];

/** What is looked through, in this order. @source kubectl pkg/util/prune/prune.go */
const prunable = [
  "core/v1/ConfigMap",
  "core/v1/Endpoints",
  "core/v1/Namespace",
  "core/v1/PersistentVolumeClaim",
  "core/v1/PersistentVolume",
  "core/v1/Pod",
  "core/v1/ReplicationController",
  "core/v1/Secret",
  "core/v1/Service",
  "batch/v1/Job",
  "batch/v1/CronJob",
  "networking.k8s.io/v1/Ingress",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/ReplicaSet",
  "apps/v1/StatefulSet",
];

/** @throws KubectlError @source kubectl pkg/cmd/apply/apply.go, Validate */
export function checkPrune(flags: Flags): void {
  if (flags.is("all") && flags.text("selector") !== "") throw new KubectlError("cannot set --all and --selector at the same time");
  if (flags.is("prune") && !flags.is("all") && flags.text("selector") === "")
    throw new KubectlError(
      "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
    );
}

/**
 * `apply --prune`: what apply once made, the selector chooses, and no file names any more, goes.
 * @source kubectl pkg/cmd/apply/prune.go
 */
export function* prune(session: Session, flags: Flags, targets: readonly Target[], dryRun: DryRun): Run<void> {
  const kept = new Set<string>();
  const namespaces = new Set<string>();
  for (const target of targets) {
    if (target.type !== "one") continue;
    if (target.namespace !== undefined) namespaces.add(target.namespace);
    const path = resourcePath(target.resource, target.namespace, target.name);
    const found = yield* session.requestIfFound({ method: "GET", path });
    if (found !== undefined) kept.add(found.metadata.uid);
  }
  const resources = yield* session.resources();
  const given = flags.list("prune-allowlist");
  const found = (given.length > 0 ? given : prunable).flatMap((text) => {
    const [group, version, kind = ""] = text.split("/");
    const resource = resources.byKind(group === "core" ? `${version}` : `${group}/${version}`, kind);
    if (resource === undefined && given.length > 0)
      throw new KubectlError(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`);
    return resource === undefined ? [] : [resource];
  });
  const places = [
    ...[...namespaces].flatMap((namespace) =>
      found.filter(({ isNamespaced }) => isNamespaced).map((resource) => ({ resource, namespace })),
    ),
    ...(session.enforcesNamespace
      ? []
      : found.filter(({ isNamespaced }) => !isNamespaced).map((resource) => ({ resource, namespace: undefined }))),
  ];
  for (const { resource, namespace } of places) {
    const { items } = yield* session.request<{ readonly items: readonly KubernetesObject[] }>({
      method: "GET",
      path: resourcePath(resource, namespace),
      query: { labelSelector: flags.text("selector") },
    });
    for (const object of items) {
      const { name, uid, annotations } = object.metadata;
      if (annotations?.[lastApplied] === undefined || kept.has(uid)) continue;
      if (dryRun !== "client")
        yield* session.request({
          method: "DELETE",
          path: resourcePath(resource, namespace, name),
          body: {
            kind: "DeleteOptions",
            apiVersion: "v1",
            propagationPolicy: "Background",
            ...(dryRun === "server" ? { dryRun: ["All"] } : {}),
          },
        });
      yield* printResult(session, flags, undefined, resource, object, "pruned", dryRun);
    }
  }
}
