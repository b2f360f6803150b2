import { describe, expect, test } from "vitest";
import type { PacketLayer } from "../../src/cluster/packet-layers.ts";
import { cluster } from "../harness/cluster.ts";

const open = cluster(`apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: layers}
spec: {seed: 1, clients: [{name: laptop, ip: 203.0.113.10}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: node2, containers: [{name: c, image: luksa/kubia}]}
---
apiVersion: v1
kind: Pod
metadata: {name: tools}
spec: {nodeName: node1, containers: [{name: c, image: tutum/dnsutils, command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, clusterIP: 10.96.0.50, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
`);
open.advance(10_000);

/** The layers at the first hop of that connection that is so. */
function layersAt(
  command: string,
  isIt: (hop: { readonly action: string; readonly at: string; readonly summary: string | undefined }) => boolean,
) {
  open.run(command);
  for (const { id } of open.playground.cluster.recentConnections(8)) {
    const hop = open.playground.cluster.connectionRecord(id)?.hops.find(isIt);
    if (hop !== undefined)
      return open.playground.query({ kind: "packet", connection: id, sequence: hop.sequence }) as readonly PacketLayer[];
  }
  throw new Error("no such hop");
}
const fieldsOf = (layers: readonly PacketLayer[], protocol: string) =>
  Object.fromEntries(
    (layers.find((layer) => layer.protocol === protocol)?.fields ?? []).map(({ name, value, before }) => [
      name,
      before === undefined ? value : `${before} > ${value}`,
    ]),
  );

describe("a packet layer by layer", () => {
  const request = "curl -s http://192.168.0.2:30080/";

  test("DNAT changes the destination's address and port, nothing else (RFC 3022)", () => {
    const layers = layersAt(request, ({ action }) => action === "dnat");
    expect(layers.map(({ protocol }) => protocol)).toEqual(["IPv4", "TCP"]);
    expect(fieldsOf(layers, "IPv4")).toMatchObject({ source: "203.0.113.10", destination: "192.168.0.2 > 10.244.2.3", ttl: "64" });
    expect(fieldsOf(layers, "TCP")).toMatchObject({ destinationPort: "30080 > 8080", flags: "SYN" });
  });

  test("a node that passes it on takes one from its TTL (RFC 791); the next one finds it so", () => {
    expect(
      fieldsOf(
        layersAt(request, ({ action, at }) => action === "forward" && at === "node/node1"),
        "IPv4",
      ).ttl,
    ).toBe("64 > 63");
    expect(
      fieldsOf(
        layersAt(request, ({ action, at }) => action === "receive" && at === "pod/default/web"),
        "IPv4",
      ).ttl,
    ).toBe("62");
  });

  test("a segment with a request shows it as it stands on the wire", () => {
    const http = layersAt(request, ({ summary, at }) => summary === "GET / HTTP/1.1" && at === "pod/default/web").find(
      ({ protocol }) => protocol === "HTTP",
    );
    expect(http?.text?.split("\n")).toEqual([
      "GET / HTTP/1.1",
      "Host: 192.168.0.2:30080",
      expect.stringMatching(/^User-Agent: curl\//),
      "Accept: */*",
    ]);
  });

  test("an answer of DNS", () => {
    const layers = layersAt(
      "kubectl exec tools -- dig +short web.default.svc.cluster.local",
      ({ summary }) => summary?.includes(" = ") === true,
    );
    expect(layers.map(({ protocol }) => protocol)).toEqual(["IPv4", "UDP", "DNS"]);
    expect(fieldsOf(layers, "DNS")).toMatchObject({
      question: "A web.default.svc.cluster.local.",
      rcode: "NOERROR",
      answer: expect.stringMatching(/^web\.default\.svc\.cluster\.local\. \d+ A 10\.96\.0\.50$/),
    });
    expect(fieldsOf(layers, "DNS").flags).toMatch(/^qr aa/);
  });

  test("an ICMP error names the packet that it answers", () => {
    const layers = layersAt(
      "kubectl delete pod web --now; curl -s -m 3 http://192.168.0.2:30080/",
      ({ summary }) => summary?.startsWith("ICMP ") === true,
    );
    expect(fieldsOf(layers, "ICMP")).toMatchObject({
      type: "port-unreachable",
      about: expect.stringMatching(/^TCP 203\.0\.113\.10:\d+ → 192\.168\.0\.2:30080$/),
    });
  });

  test("what the log has no more is undefined", () => {
    expect(open.playground.query({ kind: "packet", connection: "client/laptop#1", sequence: -1 })).toBeUndefined();
  });
});
