import { queryValue, type Target } from "./context.ts";
import type { Writer } from "./field-managers.ts";

/** Components that are a binary of their own. All others run within kube-controller-manager. */
const binaries: Readonly<Record<string, string>> = {
  kubelet: "kubelet",
  kindnetd: "kindnetd",
  "kube-proxy": "kube-proxy",
  "kube-apiserver": "kube-apiserver",
  "default-scheduler": "kube-scheduler",
  "service-controller": "cloud-controller-manager",
  coredns: "coredns",
  "ingress-nginx": "nginx-ingress-controller",
  "nginx-gateway": "gateway",
};

/**
 * Who writes: the request's `fieldManager`, else the program's name as its user agent begins.
 * @source apiserver endpoints/handlers/create.go, managerOrUserAgent
 */
export function writerOf({ request, resource, subresource }: Target): Writer {
  const given = queryValue(request, "fieldManager") ?? "";
  const agent = request.userAgent.split("/")[0] as string;
  const manager = given !== "" ? given : request.isComponent === true ? (binaries[agent] ?? "kube-controller-manager") : agent;
  return { manager, apiVersion: resource.apiVersion, ...(subresource === undefined ? {} : { subresource }) };
}
