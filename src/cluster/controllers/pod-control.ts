import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod, PodTemplateSpec } from "../api/pod/types.ts";
import type { ApiClient, ApiResult } from "../apiclient/client.ts";
import { controllerReference } from "./ownership.ts";

/** The pod that a template makes, without a name of its own unless `name` gives one. @source pkg/controller/controller_utils.go, GetPodFromTemplate */
export function podFromTemplate(owner: KubernetesObject, template: PodTemplateSpec, name?: string): LooseObject {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }),
      namespace: owner.metadata.namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}

/** Creates a pod for `owner` and tells so in an event, as all controllers with nameless pods do. */
export function createPod(client: ApiClient, owner: KubernetesObject, pod: LooseObject, component: string): ApiResult<Pod> {
  const result = client.create<Pod>("Pod", pod);
  if (result.ok) {
    client.event(owner, { type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${result.object.metadata.name}`, component });
  } else if (!isNamespaceTerminating(result)) {
    client.event(owner, { type: "Warning", reason: "FailedCreate", message: `Error creating: ${result.status.message}`, component });
  }
  return result;
}

export function deletePod(client: ApiClient, owner: KubernetesObject, pod: Pod, component: string): ApiResult {
  const { namespace, name, uid } = pod.metadata;
  const result = client.delete("Pod", namespace, name, { preconditions: { uid } });
  if (result.ok) client.event(owner, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${name}`, component });
  else if (result.status.reason !== "NotFound") {
    client.event(owner, { type: "Warning", reason: "FailedDelete", message: `Error deleting: ${result.status.message}`, component });
  }
  return result;
}

export function isNamespaceTerminating(result: ApiResult): boolean {
  return !result.ok && (result.status.details?.causes ?? []).some(({ reason }) => reason === "NamespaceTerminating");
}
