/** The only door of the simulation for the rest of the house. */
export type { ClientOptions, ClusterOptions, ExternalOptions, NodeOptions, ProxyMode } from "./options.ts";
export { addressAt, cidrSize, inCidr, parseCidr, parseIp } from "./network/address.ts";
export { parseRfc3339 } from "./sim/date.ts";
export { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from "./protocols/bytes.ts";
