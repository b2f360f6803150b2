import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/cluster/network/hop.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { networkReasons } from "../../../src/cluster/network/reason.ts";
import { runs } from "../../harness/runs.ts";
import type { TestService } from "./rules.ts";
import { serve, text, type World, world } from "./world.ts";

interface Plan {
  readonly seed: number;
  readonly nodes: number;
  readonly pods: readonly number[];
  readonly services: readonly { readonly endpoints: readonly number[]; readonly nodePort: boolean; readonly affinity: boolean }[];
  readonly loss: number;
  readonly traffic: readonly {
    readonly from: number;
    readonly to: number;
    readonly kind: "service" | "nodePort" | "pod" | "outside";
    readonly send: boolean;
  }[];
  readonly fault: "none" | "node off" | "link down" | "pod gone";
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1, max: 1000 }),
  nodes: fc.integer({ min: 1, max: 3 }),
  pods: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
  services: fc.array(fc.record({ endpoints: fc.array(fc.nat(4), { maxLength: 4 }), nodePort: fc.boolean(), affinity: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
  loss: fc.constantFrom(0, 0, 20),
  traffic: fc.array(
    fc.record({
      from: fc.nat(9),
      to: fc.nat(9),
      kind: fc.constantFrom("service" as const, "nodePort" as const, "pod" as const, "outside" as const),
      send: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  fault: fc.constantFrom("none", "none", "node off", "link down", "pod gone"),
});

function run(plan: Plan): { readonly w: World; readonly connections: readonly Connection[] } {
  const w = world({ nodes: plan.nodes, seed: plan.seed });
  const pods = plan.pods.map((node, i) => w.pod(`p${i}`, node % plan.nodes));
  for (const [i, pod] of pods.entries()) serve(pod.netns, 8080, `p${i}`);
  const services: TestService[] = plan.services.map((service, i) => ({
    name: `s${i}`,
    clusterIp: `10.96.0.${10 + i}`,
    port: 80,
    endpoints: [...new Set(service.endpoints.map((e) => `${pods[e % pods.length]!.ips[0]}:8080`))],
    ...(service.nodePort ? { nodePort: 30_000 + i } : {}),
    ...(service.affinity ? { affinitySeconds: 100 } : {}),
  }));
  w.services(services);
  if (plan.loss > 0) w.nodes[0]!.interface("eth0")!.netem = { lossPercent: plan.loss, delayUs: 1000 };
  const sources: Netns[] = [w.laptop, ...w.nodes, ...pods.map((pod) => pod.netns)];
  plan.traffic.forEach((one, i) => {
    const from = sources[one.from % sources.length]!;
    const target =
      one.kind === "service"
        ? [services[one.to % services.length]!.clusterIp, 80]
        : one.kind === "nodePort"
          ? [w.nodes[one.to % w.nodes.length]!.primary(4)!.text, 30_000 + (one.to % services.length)]
          : one.kind === "pod"
            ? [pods[one.to % pods.length]!.ips[0]!, 8080]
            : ["203.0.113.10", 9];
    const socket = from.connectTcp(w.book.socket(w.book.ip(target[0] as string), target[1] as number), {});
    w.pass(0.02);
    if (i === plan.traffic.length >> 1) {
      if (plan.fault === "node off") w.nodes[0]!.powerOff();
      if (plan.fault === "link down") w.nodes[0]!.setInterfaceUp("eth0", false);
      if (plan.fault === "pod gone") w.cnis[plan.pods[0]! % plan.nodes]!.removePod(pods[0]!);
    }
    if (one.send) socket.write(text("hello"));
    w.pass(0.0001);
    if (one.to % 2 === 0) socket.close();
  });
  w.pass(2000);
  return { w, connections: w.log.connections() };
}

const endings = new Set(["receive", "drop", "reject"]);

describe("what always holds", () => {
  test("every packet begins with a send and ends once, and every step says why", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const connection of run(plan).connections) {
          const byPacket = new Map<number, string[]>();
          for (const hop of connection.hops) {
            const actions = byPacket.get(hop.packet.number) ?? [];
            actions.push(hop.action);
            byPacket.set(hop.packet.number, actions);
            expect(Object.hasOwn(networkReasons, hop.reason.code) || hop.reason.code.startsWith("cni-")).toBe(true);
          }
          for (const actions of byPacket.values()) {
            expect(actions[0]).toBe("send");
            expect(endings.has(actions.at(-1)!)).toBe(true);
            expect(actions.filter((action) => endings.has(action) || action === "send")).toHaveLength(2);
          }
        }
      }),
      { numRuns: runs(150) },
    );
  });

  test("answers retrace: what a client receives comes from where it sent, and goes to where it sent from", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const connection of run(plan).connections) {
          for (const hop of connection.hops) {
            if (hop.action !== "receive" || hop.at !== connection.opener || hop.packet.icmp !== undefined) continue;
            if (hop.destination !== connection.source) continue; // a pod that reaches itself stands at both ends
            expect(hop.source).toBe(connection.destination);
          }
        }
      }),
      { numRuns: runs(100) },
    );
  });

  test("the same plan gives the same record", () => {
    const shape = (plan: Plan) =>
      run(plan).connections.map((connection) =>
        connection.hops.map((hop) => `${hop.timeUs} ${hop.at} ${hop.action} ${hop.source.text} ${hop.destination.text} ${hop.reason.code}`),
      );
    fc.assert(
      fc.property(plans, (plan) => {
        expect(shape(plan)).toEqual(shape(plan));
      }),
      { numRuns: runs(20) },
    );
  });
});
