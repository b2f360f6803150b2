import type { ControllerRevision } from "../api/controller-revision/types.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { PodTemplateSpec } from "../api/pod/types.ts";
import type { ApiClient, Informer } from "../apiclient/client.ts";
import { controllerReference } from "./ownership.ts";
import { canonicalText, templateHash } from "./template-hash.ts";

const hashLabel = "controller.kubernetes.io/hash";

interface RevisionOwner extends KubernetesObject {
  readonly spec: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number };
}

/**
 * The record of the owner's current template: found, raised to the newest number, or made. `kubectl rollout history` and `undo` read these.
 * @source pkg/controller/history/controller_history.go; pkg/controller/statefulset/stateful_set_control.go, getStatefulSetRevisions
 */
export function ensureRevision(
  client: ApiClient,
  revisions: Informer<ControllerRevision>,
  owner: RevisionOwner,
): { readonly name: string; readonly hash: string } {
  const { template } = owner.spec;
  const hash = templateHash(template);
  const name = `${owner.metadata.name}-${hash}`;
  const known = revisions.byIndex("controller", owner.metadata.uid).toSorted((a, b) => a.revision - b.revision);
  const next = (known.at(-1)?.revision ?? 0) + 1;
  const data = { spec: { template: { ...template, $patch: "replace" } } };
  const text = canonicalText(data);
  const same = known.findLast((revision) => canonicalText(revision.data) === text);
  if (same !== undefined) {
    // Rolled back: the old record becomes the newest.
    if (same.revision < next - 1) client.patch("ControllerRevision", same.metadata.namespace, same.metadata.name, { revision: next });
    return { name: same.metadata.name, hash: same.metadata.labels?.[hashLabel] ?? hash };
  }
  client.create("ControllerRevision", {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision: next,
  });
  return { name, hash };
}

/** Takes away records beyond the limit that no pod is of any more, oldest first. @source stateful_set_control.go, truncateHistory */
export function truncateHistory(
  client: ApiClient,
  revisions: Informer<ControllerRevision>,
  owner: RevisionOwner,
  isLive: (revision: ControllerRevision) => boolean,
): void {
  const idle = revisions
    .byIndex("controller", owner.metadata.uid)
    .filter((revision) => !isLive(revision))
    .toSorted((a, b) => a.revision - b.revision);
  const over = idle.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const { metadata } of idle.slice(0, Math.max(0, over))) client.delete("ControllerRevision", metadata.namespace, metadata.name);
}

/** The template that a record holds. */
export function revisionTemplate(revision: ControllerRevision | undefined): PodTemplateSpec | undefined {
  const template = (revision?.data as { readonly spec?: { readonly template?: LooseObject } } | undefined)?.spec?.template;
  if (template === undefined) return undefined;
  const { $patch: _patch, ...rest } = template;
  return rest as unknown as PodTemplateSpec;
}
