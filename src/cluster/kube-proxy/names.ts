import { base32, sha256 } from "../protocols/bytes.ts";

const known = new Map<string, string>();
const knownMax = 200_000;

/**
 * The 16 characters behind `KUBE-SVC-` and its kin. Kept, since three nodes' kube-proxies ask for the same ones.
 * @source kubernetes pkg/proxy/iptables/proxier.go, portProtoHash, servicePortEndpointChainName
 */
export function chainHash(text: string): string {
  let hash = known.get(text);
  if (hash === undefined) {
    hash = base32(sha256(text).subarray(0, 10)); // 80 bits are 16 characters
    if (known.size >= knownMax) known.clear();
    known.set(text, hash);
  }
  return hash;
}

/** Names of all chains of a Service port: `KUBE-SVC-` cluster policy, `KUBE-SVL-` local policy, `KUBE-EXT-` external traffic, `KUBE-FW-` source ranges. */
export function portChains(
  servicePort: string,
  protocol: string,
): { readonly svc: string; readonly svl: string; readonly ext: string; readonly fw: string } {
  const hash = chainHash(servicePort + protocol);
  return { svc: `KUBE-SVC-${hash}`, svl: `KUBE-SVL-${hash}`, ext: `KUBE-EXT-${hash}`, fw: `KUBE-FW-${hash}` };
}

export function endpointChain(servicePort: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${chainHash(servicePort + protocol + endpoint)}`;
}
