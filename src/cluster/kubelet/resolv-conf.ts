import type { Pod } from "../api/pod/types.ts";

interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

const maxNameservers = 3;
const maxSearches = 32;
const maxSearchCharacters = 2048;

/** The first minor version whose nodes run containerd here; before, dockershim wrote the file. */
const containerdSince = 24;

/**
 * A pod's /etc/resolv.conf. Pure. `nodeText` is the node's own.
 * @source pkg/kubelet/network/dns/dns.go, GetPodDNS; containerd writes search, nameserver, options, dockershim (rewriteResolvFile) nameserver, search, options
 */
export function podResolvConf(
  pod: Pod,
  cluster: { readonly domain: string; readonly dns: readonly string[]; readonly minor: number },
  nodeText: string,
): string {
  const node = parse(nodeText);
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  const usesCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && pod.spec.hostNetwork !== true);
  let resolver: Resolver = node;
  if (policy === "None") resolver = { nameservers: [], searches: [], options: [] };
  else if (usesCluster && cluster.dns.length > 0) {
    const own = [`${pod.metadata.namespace}.svc.${cluster.domain}`, `svc.${cluster.domain}`, cluster.domain];
    resolver = { nameservers: cluster.dns, searches: [...own, ...node.searches], options: ["ndots:5"] };
  }
  const given = pod.spec.dnsConfig;
  const nameservers = unique([...resolver.nameservers, ...(given?.nameservers ?? [])]).slice(0, maxNameservers);
  const searches = cut(unique([...resolver.searches, ...(given?.searches ?? [])]));
  const options = mergeOptions(resolver.options, given?.options ?? []);
  return format({ nameservers, searches, options }, cluster.minor < containerdSince);
}

function parse(text: string): Resolver {
  const nameservers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === "nameserver" && words[0] !== undefined) nameservers.push(words[0]);
    else if (keyword === "search") searches = words;
    else if (keyword === "options") options = words;
  }
  return { nameservers, searches, options };
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function cut(searches: readonly string[]): readonly string[] {
  const kept = [...searches.slice(0, maxSearches)];
  while (kept.join(" ").length > maxSearchCharacters) kept.pop();
  return kept;
}

function mergeOptions(own: readonly string[], given: readonly { readonly name?: string; readonly value?: string }[]): readonly string[] {
  const options = new Map<string, string>(own.map((option) => [option.split(":")[0] ?? "", option]));
  for (const { name = "", value } of given) options.set(name, value === undefined || value === "" ? name : `${name}:${value}`);
  return [...options.values()];
}

function format({ nameservers, searches, options }: Resolver, isNameserverFirst: boolean): string {
  const search = searches.length > 0 ? [`search ${searches.join(" ")}`] : [];
  const servers = nameservers.map((server) => `nameserver ${server}`);
  const lines = isNameserverFirst ? [...servers, ...search] : [...search, ...servers];
  if (options.length > 0) lines.push(`options ${options.join(" ")}`);
  return lines.map((line) => `${line}\n`).join("");
}
