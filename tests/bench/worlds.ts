import { type OpenScenario, openScenario } from "../../src/playground/library.ts";

/** The scenarios that the benchmark opens, as text, through the public library. */
export type Mode = "iptables" | "nftables" | "ipvs";
export const modes: readonly Mode[] = ["iptables", "nftables", "ipvs"];

interface HeadOptions {
  readonly mode?: Mode;
  readonly nodes: number;
  readonly ingress?: boolean;
}

const podsPerNode = 400;

function head({ mode = "iptables", nodes, ingress = false }: HeadOptions): string {
  const list = Array.from(
    { length: nodes },
    (_, i) =>
      `    - {name: node${i + 1}, ip: 192.168.0.${i + 2}, podCIDR: 10.${128 + (i >> 6)}.${(i & 63) * 4}.0/22, capacity: {pods: ${podsPerNode}}}`,
  );
  return `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: bench}
spec:
  seed: 1
  cluster:
    proxyMode: ${mode}
    podCIDR: 10.128.0.0/9
    serviceCIDR: 10.96.0.0/12
    ingressController: ${ingress ? "nginx" : "none"}
    nodes:
${list.join("\n")}
  clients:
  - {name: laptop, ip: 203.0.113.10}
`;
}

function pod(name: string, app: string, node: number, extra = ""): string {
  return `---
{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${app}}}, spec: {nodeName: node${node}, containers: [{name: c, image: luksa/kubia, ports: [{containerPort: 8080}]${extra}}]}}
`;
}

function service(name: string, app: string, ip: string, more = ""): string {
  return `---
{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {clusterIP: ${ip}, selector: {app: ${app}}, ports: [{port: 80, targetPort: 8080}]${more}}}
`;
}

function deployment(name: string, replicas: number, extra = ""): string {
  return `---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: luksa/kubia, ports: [{containerPort: 8080}]${extra}}]}}}}
`;
}

const serviceIp = (i: number) => `10.${97 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) + 1}`;

export interface World {
  readonly open: OpenScenario;
  /** `10.97.0.1:80` of each Service. */
  readonly vips: readonly string[];
}

function settled(text: string): OpenScenario {
  const open = openScenario(text);
  open.advance(5000);
  return open;
}

/** A client pod on node1; Services in front of pods on other nodes. The first `busy` of them have `endpoints` of them, the others one. */
export function clusterIpWorld(mode: Mode, services: number, endpoints: number, busy = 10): World {
  let text = head({ mode, nodes: 1 + Math.ceil((endpoints + 1) / podsPerNode) }) + pod("client", "client", 1);
  for (let e = 0; e < endpoints; e++) text += pod(`server-${e}`, "server", 2 + Math.floor(e / podsPerNode));
  text += pod("single", "single", 2);
  const vips: string[] = [];
  for (let i = 0; i < services; i++) {
    text += service(`s${i}`, i < busy ? "server" : "single", serviceIp(i));
    vips.push(`${serviceIp(i)}:80`);
  }
  return { open: settled(text), vips };
}

/** `count` pods of one Deployment behind a NodePort Service. */
export function nodePortText(count: number): string {
  return (
    head({ nodes: nodesFor(count) }) +
    deployment("web", count) +
    `---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 31000}]}}
`
  );
}

export function nodesFor(pods: number): number {
  return Math.max(3, Math.ceil(pods / 360));
}

/** Pods that are ready, each with a Service of `perService` of them. */
export function podsWorld(count: number, perService: number, nodes = nodesFor(count)): World {
  let text = head({ nodes });
  const vips: string[] = [];
  for (let i = 0; i * perService < count; i++) {
    text += deployment(`web-${i}`, Math.min(perService, count - i * perService)) + service(`web-${i}`, `web-${i}`, serviceIp(i));
    vips.push(`${serviceIp(i)}:80`);
  }
  return { open: settled(text), vips };
}

export function probedWorld(count: number): OpenScenario {
  const probe = "{httpGet: {path: /, port: 8080}}";
  return settled(head({ nodes: 3 }) + deployment("web", count, `, readinessProbe: ${probe}`));
}
