import { base32, sha256 } from "../protocols/bytes.ts";
import type { Endpoint } from "./endpoints.ts";
import type { ServicePort } from "./service-port.ts";

const known = new Map<string, string>();
const knownMax = 200_000;
/** What is left of the 256 characters of a name behind the longest prefix, `endpoint-`. */
const nameMax = 247;

/** `ULMVA6XW-ns1/svc1/tcp/p80`. @source kubernetes pkg/proxy/nftables/proxier.go, servicePortChainNameBase, hashAndTruncate */
export function nftPortName(port: ServicePort): string {
  return hashed(`${port.namespace}/${port.name}/${port.protocol}/${port.portName}`);
}

/** `5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80`; a colon may not stand in a name, so IPv6 has dots. */
export function nftEndpointName(port: ServicePort, endpoint: Endpoint): string {
  const ip = endpoint.ip.replaceAll(":", ".");
  return hashed(`${port.namespace}/${port.name}/${port.protocol}/${port.portName}__${ip}/${endpoint.port}`);
}

function hashed(name: string): string {
  let result = known.get(name);
  if (result === undefined) {
    result = `${base32(sha256(name).subarray(0, 5))}-${name}`;
    if (result.length > nameMax) result = `${result.slice(0, nameMax - 3)}...`;
    if (known.size >= knownMax) known.clear();
    known.set(name, result);
  }
  return result;
}
