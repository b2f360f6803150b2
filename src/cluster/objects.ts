/** The door of the simulation for what can be known before anything runs: kinds, versions, addresses, a scenario's objects. index.ts opens to all of it. */
export { kinds } from "./api/kinds.ts";
export { parseClusterVersion, servedMinors } from "./api/versions.ts";
export type { LoadRefusal } from "./load.ts";
export { addressAt, cidrSize, inCidr, parseCidr, parseIp } from "./network/address.ts";
export type { ClientOptions, ClusterOptions, ExternalOptions, NodeOptions, ProxyMode } from "./options.ts";
export { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from "./protocols/bytes.ts";
export { decodeError } from "./served.ts";
export { parseRfc3339 } from "./sim/date.ts";
export { type StoredObjects, storeObjects } from "./stored-objects.ts";
