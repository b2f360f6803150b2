import type { Pod } from "../api/pod/types.ts";

/** The pod's name inside: `spec.hostname` or its own, cut as Linux wants it. @source pkg/kubelet/kubelet_pods.go, GeneratePodHostNameAndDomain */
export function podHostname(pod: Pod, nodeName: string): string {
  if (pod.spec.hostNetwork === true) return nodeName;
  const hostname = pod.spec.hostname !== undefined && pod.spec.hostname !== "" ? pod.spec.hostname : pod.metadata.name;
  return hostname.slice(0, 63).replace(/[-.]+$/, "");
}

export function podDomain(pod: Pod, clusterDomain: string): string | undefined {
  const { subdomain } = pod.spec;
  return subdomain === undefined || subdomain === "" ? undefined : `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`;
}

/** A pod's /etc/hosts. Pure. @source pkg/kubelet/kubelet_pods.go, managedHostsFileContent and nodeHostsFileContent */
export function hostsFile(pod: Pod, ips: readonly string[], nodeName: string, clusterDomain: string, nodeText: string): string {
  const aliases = hostAliases(pod);
  if (pod.spec.hostNetwork === true) return `# Kubernetes-managed hosts file (host network).\n${nodeText}${aliases}`;
  const hostname = podHostname(pod, nodeName);
  const domain = podDomain(pod, clusterDomain);
  const names = domain === undefined ? hostname : `${hostname}.${domain}\t${hostname}`;
  return [
    "# Kubernetes-managed hosts file.\n",
    "127.0.0.1\tlocalhost\n",
    "::1\tlocalhost ip6-localhost ip6-loopback\n",
    "fe00::0\tip6-localnet\n",
    "fe00::0\tip6-mcastprefix\n",
    "fe00::1\tip6-allnodes\n",
    "fe00::2\tip6-allrouters\n",
    ...ips.map((ip) => `${ip}\t${names}\n`),
    aliases,
  ].join("");
}

function hostAliases(pod: Pod): string {
  const aliases = pod.spec.hostAliases ?? [];
  if (aliases.length === 0) return "";
  return `\n# Entries added by HostAliases.\n${aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join("\t")}\n`).join("")}`;
}
