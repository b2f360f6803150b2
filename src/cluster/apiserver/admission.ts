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
  return target.resource.definition.kind === "Pod"
    ? admitPod(context, target, object, name === "" ? nameForMessages(object) : name)
    : object;
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
