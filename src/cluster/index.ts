/** The door of the whole simulation for the rest of the house. */
export { type Cluster, type ClusterHint, type ClusterTerminal, createCluster, type HopWatcher } from "./cluster.ts";
export type { ConnectionInfo, ConnectionRecord, HopRecord } from "./hop-record.ts";
export type { ProbeState } from "./kubelet/index.ts";
export type { LoadFailure, LoadMark, LoadSnapshot } from "./load-run.ts";
export type { PacketWay, WayCount, WayStep } from "./network/way-counter.ts";
export * from "./objects.ts";
export type { PacketField, PacketLayer } from "./packet-layers.ts";
export type { TraceAnswer, TraceQuestion } from "./trace-from.ts";
