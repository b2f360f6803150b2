import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HopRecord } from "../../src/cluster/index.ts";
import { openScenario } from "../../src/playground/library.ts";
import { runs } from "../harness/runs.ts";

const pod = (name: string, node: string, app: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${app}}}\nspec: {nodeName: ${node}, containers: [{name: c, image: luksa/kubia, ports: [{containerPort: 8080}]}]}\n`;

/** Services of every type and policy in front of pods on some nodes, in one proxy mode. */
const worlds = fc.record({
  proxyMode: fc.constantFrom("iptables", "ipvs", "nftables"),
  type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
  internal: fc.constantFrom("Cluster", "Local"),
  external: fc.constantFrom("Cluster", "Local"),
  affinity: fc.constantFrom("None", "ClientIP"),
  targetPort: fc.constantFrom(8080, 9999),
  pods: fc.uniqueArray(fc.constantFrom("node1", "node2", "node3"), { maxLength: 3 }),
  seed: fc.nat(1000),
});

const sources = ["client/laptop", "node/node1", "node/node3", "pod/default/client"];

function scenario(world: typeof worlds extends fc.Arbitrary<infer T> ? T : never): string {
  const external = world.type === "ClusterIP" ? "" : `  externalTrafficPolicy: ${world.external}\n`;
  return [
    `apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: p}\nspec: {seed: ${world.seed}, cluster: {proxyMode: ${world.proxyMode}}}\n`,
    `apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  type: ${world.type}\n  clusterIP: 10.96.0.50\n  internalTrafficPolicy: ${world.internal}\n${external}  sessionAffinity: ${world.affinity}\n  selector: {app: s}\n  ports: [{port: 80, targetPort: ${world.targetPort}}]\n`,
    pod("client", "node2", "client"),
    ...world.pods.map((node, i) => pod(`s${i}`, node, "s")),
  ].join("---\n");
}

function byPacket(hops: readonly HopRecord[]): ReadonlyMap<number, readonly HopRecord[]> {
  const packets = new Map<number, HopRecord[]>();
  for (const hop of hops) packets.set(hop.packet, [...(packets.get(hop.packet) ?? []), hop]);
  return packets;
}

describe("packets over generated Services, policies, modes and endpoints", () => {
  test("every packet begins with a send, ends in receive, drop or reject, and says why; replies retrace", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const opened = openScenario(scenario(world));
        opened.advance(8000);
        const service = opened.objects("Service", "default").find(({ metadata }) => metadata.name === "s") as unknown as {
          spec: { ports: { nodePort?: number }[] };
          status: { loadBalancer?: { ingress?: { ip: string }[] } };
        };
        const nodePort = service.spec.ports[0]?.nodePort;
        const vip = service.status.loadBalancer?.ingress?.[0]?.ip;
        const targets = [
          "10.96.0.50:80",
          ...(nodePort === undefined ? [] : [`192.168.0.2:${nodePort}`, `192.168.0.3:${nodePort}`]),
          ...(vip === undefined ? [] : [`${vip}:80`]),
        ];
        for (const from of sources) {
          for (const to of targets) {
            const { hops, verdict, endpoint } = opened.connect({ from, to });
            opened.advance(500); // the close, too, comes to its end
            expect(hops.length).toBeGreaterThan(0);
            for (const [number, of] of byPacket(hops)) {
              const last = of.at(-1) as HopRecord;
              const isUnderWay = number === Math.max(...byPacket(hops).keys()) || verdict === "answered";
              expect(of[0]?.action, `packet ${number} from ${from} to ${to}`).toBe("send");
              if (!isUnderWay || number <= 2)
                expect(["receive", "drop", "reject"], `packet ${number} of ${from} to ${to}`).toContain(last.action);
              expect(last.reason.code).not.toBe("");
            }
            if (verdict === "answered") {
              const request = byPacket(hops).get(1) as readonly HopRecord[];
              const reply = byPacket(hops).get(2) as readonly HopRecord[];
              expect(reply.at(-1)?.source, "the answer comes from the address that was asked").toBe(
                request[0]?.source === undefined ? "" : request[0].destination,
              );
              expect(reply.at(-1)?.destination).toBe(request[0]?.source);
              expect(endpoint).toBe(request.at(-1)?.destination);
              expect(reply[0]?.source).toBe(endpoint);
            }
          }
        }
      }),
      { numRuns: runs(25) },
    );
  }, 60_000);

  test("what trace says may happen contains what then happens", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const opened = openScenario(scenario(world));
        opened.advance(8000);
        const source = opened.objects("Pod", "default").find(({ metadata }) => metadata.name === "client") as unknown as {
          status: { podIP: string };
        };
        const traced = opened.trace({ node: "node2", source: source.status.podIP, destination: "10.96.0.50", port: 80 });
        const happened = opened.connect({ from: "pod/default/client", to: "10.96.0.50:80" });
        if (happened.verdict === "answered") expect(traced?.endpoints).toContain(happened.endpoint);
        if (traced?.verdict === "reject") expect(happened.verdict).toBe("refused");
        if (traced?.verdict === "drop") expect(happened.verdict).toBe("timeout");
      }),
      { numRuns: runs(20) },
    );
  }, 60_000);
});
