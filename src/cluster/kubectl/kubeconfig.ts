import { parseDocument } from "../../yaml/parse.ts";
import { printYaml } from "../../yaml/print.ts";
import type { Sys } from "../machine/syscall.ts";

/** `~/.kube/config`, as far as a cluster without credentials needs it. @source client-go tools/clientcmd */
export interface Kubeconfig {
  readonly apiVersion: "v1";
  readonly kind: "Config";
  readonly "current-context": string;
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
  readonly contexts: readonly { readonly name: string; readonly context: KubeContext }[];
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[];
  readonly preferences: Readonly<Record<string, unknown>>;
}

export interface KubeContext {
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}

/** What kubeadm writes, minus the certificates. */
export function defaultKubeconfig(apiServer: string): Kubeconfig {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "kubernetes-admin@kubernetes",
    clusters: [{ name: "kubernetes", cluster: { "certificate-authority-data": "DATA+OMITTED", server: `https://${apiServer}` } }],
    contexts: [{ name: "kubernetes-admin@kubernetes", context: { cluster: "kubernetes", user: "kubernetes-admin" } }],
    users: [{ name: "kubernetes-admin", user: { "client-certificate-data": "DATA+OMITTED", "client-key-data": "DATA+OMITTED" } }],
    preferences: {},
  };
}

function configPath(sys: Sys): string {
  return `${sys.host.home}/.kube/config`;
}

/** The machine's own file once there is one (`config set-context` writes it). */
export function readKubeconfig(sys: Sys, apiServer: string): Kubeconfig {
  const fallback = defaultKubeconfig(apiServer);
  const file = sys.files.read(configPath(sys));
  if (!file.ok) return fallback;
  const content = parseDocument(file.value);
  if (!content.ok || typeof content.value !== "object" || content.value === null) return fallback;
  return { ...fallback, ...(content.value as Partial<Kubeconfig>) };
}

export function writeKubeconfig(sys: Sys, config: Kubeconfig): void {
  sys.files.makeDirectory(`${sys.host.home}/.kube`, { parents: true });
  sys.files.write(configPath(sys), printYaml(config), { mode: 0o600 });
}

export function currentContext(config: Kubeconfig, name: string): KubeContext | undefined {
  const wanted = name === "" ? config["current-context"] : name;
  return config.contexts.find((context) => context.name === wanted)?.context;
}
