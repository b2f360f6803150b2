/** The only door of the simulation for the rest of the house. */
export { kinds } from "./api/kinds.ts";
export { parseClusterVersion, servedMinors } from "./api/versions.ts";
export { type Cluster, type ClusterHint, type ClusterTerminal, createCluster } from "./cluster.ts";
export type { ConnectionInfo, ConnectionRecord, HopRecord } from "./hop-record.ts";
export type { LoadRefusal } from "./load.ts";
export { addressAt, cidrSize, inCidr, parseCidr, parseIp } from "./network/address.ts";
export type { ClientOptions, ClusterOptions, ExternalOptions, NodeOptions, ProxyMode } from "./options.ts";
export { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from "./protocols/bytes.ts";
export { parseRfc3339 } from "./sim/date.ts";
export type { TraceAnswer, TraceQuestion } from "./trace-from.ts";
