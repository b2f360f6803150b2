import type { HopRecord } from "../../cluster/index.ts";
import { asText } from "./fields.ts";
import type { Look } from "./look.ts";

/** The policies that a hop was denied by, as objects: its reason names them within the pod's namespace. */
export function policyIds(look: Look, { reason }: HopRecord): readonly string[] {
  const names = asText(reason.args["policies"]).split(/, */);
  const pod = asText(reason.args["pod"]);
  const slash = pod.indexOf("/");
  const namespace = slash >= 0 ? pod.slice(0, slash) : look.list("Pod").find(({ metadata }) => metadata.name === pod)?.metadata.namespace;
  return names.map((name) => `networkpolicy/${name.includes("/") ? name : `${namespace ?? "default"}/${name}`}`);
}
