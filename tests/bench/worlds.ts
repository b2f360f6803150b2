import { type OpenScenario, openScenario } from "../../src/playground/library.ts";

/** The scenarios that the benchmark opens: as text, through the public library. */
const head = (mode: string, nodes: number, podsPerNode: number) =>
  `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: bench}
spec:
  seed: 1
  cluster:
    proxyMode: ${mode}
    ingressController: none
    nodes:
${Array.from({ length: nodes }, (_, i) => `    - {name: node${i + 1}, capacity: {pods: ${podsPerNode}}}`).join("\n")}
  clients:
  - {name: laptop, ip: 203.0.113.10}
`;

export type Mode = "iptables" | "nftables" | "ipvs";

const pod = (name: string, app: string, node: number, ip: string, image = "luksa/kubia") => `---
{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${app}}}, spec: {nodeName: node${node}, containers: [{name: c, image: ${image}}]}, status: {phase: Running, podIP: ${ip}, conditions: [{type: Ready, status: "True"}]}}
`;

const service = (name: string, app: string, ip: string, extra = "") => `---
{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {clusterIP: ${ip}, selector: {app: ${app}}, ports: [{port: 80, targetPort: 8080}]${extra}}}
`;

const serviceIp = (i: number) => `10.${97 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) + 1}`;
const podIp = (node: number, i: number) => `10.244.${node}.${i + 10}`;

/** A client pod on node1; Services whose endpoints are pods on node2. */
export function clusterIpWorld(mode: Mode, services: number, endpoints: number, record: boolean): { open: OpenScenario; vips: string[] } {
  const servers = Math.min(endpoints, 2);
  let text = head(mode, 2, 2000) + pod("client", "client", 1, podIp(1, 0));
  for (let e = 0; e < endpoints; e++)
    text += pod(`server-${e}`, e < servers ? "server" : "more", 2, endpoints > 200 ? `10.244.2.${0}` : podIp(2, e));
  const vips: string[] = [];
  for (let i = 0; i < services; i++) {
    const ip = serviceIp(i);
    text += service(`s${i}`, "server", ip);
    vips.push(`${ip}:80`);
  }
  return { open: openScenario(text, { record }), vips };
}
