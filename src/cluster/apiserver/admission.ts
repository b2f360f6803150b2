import { defaultClassAnnotation } from "../api/ingress-class/types.ts";
import type { LooseObject } from "../api/meta.ts";
import type { ServerContext, Target } from "./context.ts";
import { isRecord } from "./json.ts";
import { admitPod } from "./pod-admission.ts";
import { Refusal } from "./refusal.ts";
import { forbidden, notFound } from "./status.ts";

const namespaces = { group: "", plural: "namespaces", kind: "Namespace" };

/** The admission plugins that a user meets, in the server's order. @source kube-apiserver options/plugins.go, AllOrderedPlugins */
export function admitCreate(context: ServerContext, target: Target, object: LooseObject, name: string): LooseObject {
  checkNamespaceLifecycle(context, target, object);
  const { kind } = target.resource.definition;
  if (kind === "Pod") return admitPod(context, target, object, name === "" ? nameForMessages(object) : name);
  return kind === "Ingress" ? withDefaultClass(context, object) : object;
}

/** Nothing is made in a namespace that is absent or going. @source apiserver admission/plugin/namespace/lifecycle/admission.go */
function checkNamespaceLifecycle(context: ServerContext, { resource, namespace, name }: Target, object: LooseObject): void {
  if (!resource.definition.namespaced || namespace === undefined) return;
  const found = context.store.get("Namespace", undefined, namespace);
  if (found === undefined) throw new Refusal(notFound(namespaces, namespace));
  if (found.metadata.deletionTimestamp === undefined) return;
  const detail = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new Refusal(forbidden(resource, name ?? nameForMessages(object), detail));
}

/** @source apiserver admission/errors.go, extractResourceName */
function nameForMessages(object: LooseObject): string {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  if (typeof metadata.name === "string" && metadata.name !== "") return metadata.name;
  if (typeof metadata.generateName === "string" && metadata.generateName !== "") return metadata.generateName;
  return "Unknown";
}

const classAnnotation = "kubernetes.io/ingress.class";

/** The newest class that is marked default, for an Ingress that names none. @source plugin/pkg/admission/network/defaultingressclass/admission.go */
function withDefaultClass({ store }: ServerContext, object: LooseObject): LooseObject {
  const spec = isRecord(object.spec) ? object.spec : {};
  const annotations = isRecord(object.metadata) && isRecord(object.metadata.annotations) ? object.metadata.annotations : {};
  if (spec.ingressClassName !== undefined || annotations[classAnnotation] !== undefined) return object;
  const defaults = store.list("IngressClass").filter(({ metadata }) => metadata.annotations?.[defaultClassAnnotation] === "true");
  // The list is by name, and the sort keeps that order among classes of one age.
  const [newest] = defaults.toSorted((a, b) =>
    a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : a.metadata.creationTimestamp > b.metadata.creationTimestamp ? -1 : 0,
  );
  return newest === undefined ? object : { ...object, spec: { ...spec, ingressClassName: newest.metadata.name } };
}
