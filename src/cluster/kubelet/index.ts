export type { ContainerImage, ImageSource, KubeletOptions, PodNetwork, Sandbox } from "./host.ts";
export { type Kubelet, startKubelet } from "./kubelet.ts";
export { type NodeDescription, nodeObject } from "./node-status.ts";
export type { ProbeState } from "./probe-worker.ts";
export type { ExecStreams } from "./socket.ts";
