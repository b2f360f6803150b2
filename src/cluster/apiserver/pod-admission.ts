import { goQuote } from "../api/go-value.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { PriorityClass } from "../api/priority-class/types.ts";
import type { ServerContext, Target } from "./context.ts";
import { isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { forbidden } from "./status.ts";

type Fields = Record<string, unknown>;

interface Container {
  readonly volumeMounts?: readonly { readonly mountPath: string }[];
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly priorityClassName?: string;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly LooseObject[];
  readonly tolerations?: readonly Toleration[];
}

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly effect?: string;
}

/** What the server adds to every new pod: its account and token, its priority, how long it stays on a node that does not answer. */
export function admitPod(context: ServerContext, target: Target, object: LooseObject, podName: string): LooseObject {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  if (annotations["kubernetes.io/config.mirror"] !== undefined) return object; // a static pod's image in the API
  let spec = { ...(isRecord(object.spec) ? object.spec : {}) } as PodSpec & Fields;
  spec = withAccount(context, target, spec, podName);
  spec = withPriority(context, target, spec, podName);
  spec = { ...spec, tolerations: withNodeTolerations(spec.tolerations ?? []) };
  return { ...object, spec };
}

const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

/** @source plugin/pkg/admission/serviceaccount/admission.go */
function withAccount(context: ServerContext, { resource, namespace }: Target, spec: PodSpec & Fields, podName: string): PodSpec & Fields {
  const account = spec.serviceAccountName ?? "default";
  const named = { ...spec, serviceAccountName: account, serviceAccount: account };
  const found = context.store.get("ServiceAccount", namespace, account) as
    | (KubernetesObject & { readonly automountServiceAccountToken?: boolean })
    | undefined;
  if (found === undefined) {
    if (context.registry.stored("ServiceAccount") === undefined) return named; // a server of fewer kinds
    const detail = `error looking up service account ${namespace}/${account}: serviceaccount ${goQuote(account)} not found`;
    throw new Refusal(forbidden(resource, podName, detail));
  }
  if ((spec.automountServiceAccountToken ?? found.automountServiceAccountToken) === false) return named;

  const existing = spec.volumes?.find((volume) => typeof volume.name === "string" && volume.name.startsWith("kube-api-access-"));
  const volumeName =
    (existing?.name as string | undefined) ?? `kube-api-access-${context.identities.suffix(`token/${namespace}/${podName}`)}`;
  let isMounted = false;
  const mounted = (containers: readonly Container[] | undefined): readonly Container[] | undefined =>
    containers?.map((container) => {
      const mounts = container.volumeMounts ?? [];
      if (mounts.some(({ mountPath }) => mountPath === tokenPath)) return container;
      isMounted = true;
      return { ...container, volumeMounts: [...mounts, { name: volumeName, readOnly: true, mountPath: tokenPath }] };
    });
  const containers = mounted(spec.containers);
  const initContainers = mounted(spec.initContainers);
  if (!isMounted) return named;
  return {
    ...named,
    ...(containers === undefined ? {} : { containers }),
    ...(initContainers === undefined ? {} : { initContainers }),
    volumes: existing === undefined ? [...(spec.volumes ?? []), { name: volumeName, ...tokenVolume }] : (spec.volumes ?? []),
  };
}

/** One value for all pods. */
const tokenVolume = {
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
    ],
    defaultMode: 0o644,
  },
};

/** @source plugin/pkg/admission/priority/admission.go */
function withPriority(context: ServerContext, { resource }: Target, spec: PodSpec & Fields, podName: string): PodSpec & Fields {
  const given = spec.priorityClassName ?? "";
  const found =
    given === ""
      ? (context.store.list("PriorityClass") as readonly PriorityClass[]).find(({ globalDefault }) => globalDefault === true)
      : (context.store.get("PriorityClass", undefined, given) as PriorityClass | undefined);
  if (given !== "" && found === undefined) throw new Refusal(forbidden(resource, podName, `no PriorityClass with name ${given} was found`));
  return {
    ...spec,
    ...(found === undefined ? {} : { priorityClassName: found.metadata.name }),
    priority: found?.value ?? 0,
    preemptionPolicy: spec.preemptionPolicy ?? found?.preemptionPolicy ?? "PreemptLowerPriority",
  };
}

const nodeTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** @source plugin/pkg/admission/defaulttolerationseconds/admission.go */
function withNodeTolerations(given: readonly Toleration[]): readonly Toleration[] {
  const added = nodeTaints
    .filter(
      (taint) => !given.some(({ key = "", effect = "" }) => (key === taint || key === "") && (effect === "NoExecute" || effect === "")),
    )
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  return [...given, ...added];
}
