import { parseAllDocuments } from "yaml";
import type { Ingress } from "../../../src/cluster/api/ingress/types.ts";
import { buildConfiguration, controllerName } from "../../../src/cluster/ingress-nginx/configuration.ts";
import { route } from "../../../src/cluster/ingress-nginx/route.ts";
import { dnsPayload, dnsQuery } from "../../../src/cluster/protocols/dns.ts";
import { stageScenario } from "../../../src/playground/stage.ts";
import { parseScenario } from "../../../src/scenario/index.ts";
import { measure, type Row, ratioRow, type Timed } from "../measure.ts";
import { clusterIpWorld, probedWorld } from "../worlds.ts";

/** About a thousand lines: 53 Services of 19 lines. */
function thousandLines(): string {
  return Array.from(
    { length: 53 },
    (_, i) => `apiVersion: v1
kind: Service
metadata:
  name: s${i}
  namespace: default
  labels:
    app: s${i}
    tier: web
spec:
  type: ClusterIP
  clusterIP: 10.97.0.${i + 1}
  selector:
    app: s${i}
    tier: web
  ports:
  - name: http
    port: 80
    targetPort: 8080
    protocol: TCP`,
  ).join("\n---\n");
}

/** G16: reading and checking a whole file over the parser alone. */
export function parsing(): Row[] {
  const text = thousandLines();
  const us = measure({
    peer: {
      count: 3,
      run: (count) => {
        for (let i = 0; i < count; i++) for (const document of parseAllDocuments(`${text}\n# ${i}`)) document.toJS();
        return undefined;
      },
    },
    parse: {
      count: 3,
      run: (count) => {
        for (let i = 0; i < count; i++) if (parseScenario(`${text}\n# ${i}`).problems.length > 0) throw new Error("problems");
        return undefined;
      },
    },
    stage: {
      count: 3,
      run: (count) => {
        for (let i = 0; i < count; i++) if (!stageScenario(`${text}\n# ${i}`).ok) throw new Error("problems");
        return undefined;
      },
    },
  });
  return [
    ratioRow("G16", "parse and check 1,000 lines, over `yaml` parsing them", "ms", us.parse / 1000, us.peer / 1000, 1.5),
    ratioRow("G16", "parse, validate and store them, over the same", "ms", us.stage / 1000, us.peer / 1000),
  ];
}

/** G20: an hour of an idle cluster whose 100 pods are probed. */
export function idleHour(): Row[] {
  const open = probedWorld(100);
  open.advance(60_000);
  const start = performance.now();
  open.advance(3_600_000);
  const ms = performance.now() - start;
  return [{ goal: "G20", what: "an hour of an idle cluster, 100 probed pods", unit: "ms", value: ms, ratio: ms / 1000, gate: 1 }];
}

/** A DNS answer over a bare connection of the same way: question and answer, as SYN and SYN-ACK. */
export function dnsAnswer(): Row[] {
  const world = clusterIpWorld("iptables", 10, 2);
  const { open } = world;
  const { cluster } = open.playground;
  const us = measure({
    connect: {
      count: 2000,
      prepare: () => open.advance(130_000),
      run: (count) => {
        let ms = 0;
        for (let i = 0; i < count; i++) {
          const start = performance.now();
          open.connect({ from: "pod/default/client", to: world.vips[i % 10] as string });
          open.advance(2);
          ms += performance.now() - start;
        }
        return ms;
      },
    },
    dns: {
      count: 2000,
      prepare: () => open.advance(130_000),
      run: (count) => {
        const netns = cluster.network.netns("pod/default/client");
        if (netns === undefined) throw new Error("no client");
        const to = cluster.book.socket(cluster.book.ip("10.96.0.10"), 53);
        const question = { name: "s1.default.svc.cluster.local.", type: "A" } as const;
        let ms = 0;
        for (let i = 0; i < count; i++) {
          const start = performance.now();
          const socket = netns.bindUdp(0);
          if (typeof socket === "string") throw new Error(socket);
          socket.sendTo(to, dnsPayload(dnsQuery(i & 0xffff, question)), {});
          open.advance(2);
          if (socket.read() === undefined) throw new Error("no answer");
          socket.close();
          ms += performance.now() - start;
        }
        return ms;
      },
    },
  });
  return [ratioRow("DNS", "a DNS answer over a connection of the same way", "us", us.dns, us.connect, 2)];
}

/** An Ingress controller's choice among 5 and among 5,000 rules, by path and by host. */
export function ingressRouting(): Row[] {
  const cases = {
    paths: ingressOf("paths", 5),
    morePaths: ingressOf("paths", 5000),
    hosts: ingressOf("hosts", 5),
    moreHosts: ingressOf("hosts", 5000),
  };
  const us = measure(
    Object.fromEntries(
      Object.entries(cases).map(([name, { configuration, requests }]) => [
        name,
        {
          count: 20_000,
          run: (count: number) => {
            for (let i = 0; i < count; i++) {
              const { host, path } = requests[i % requests.length] as (typeof requests)[number];
              if (route(configuration, host, path).location.backend === undefined) throw new Error("no backend");
            }
            return undefined;
          },
        },
      ]),
    ) as Record<keyof typeof cases, Timed>,
  );
  return [
    ratioRow("Ingress", "5 to 5,000 paths of one host", "us", us.morePaths, us.paths, 1.5),
    ratioRow("Ingress", "5 to 5,000 hosts", "us", us.moreHosts, us.hosts, 1.5),
  ];
}

function ingressOf(by: "paths" | "hosts", count: number) {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const names = Array.from({ length: count }, (_, i) =>
    by === "hosts" ? { host: `h${i}.example.com`, path: "/" } : { host: "h.example.com", path: `/p${i}` },
  );
  const ingress: Ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "bench", namespace: "default", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-05T09:00:00Z" },
    spec: {
      ingressClassName: "nginx",
      rules: names.map(({ host, path }) => ({ host, http: { paths: [{ path, pathType: "Prefix", backend }] } })),
    },
    status: { loadBalancer: {} },
  };
  const configuration = buildConfiguration({
    ingresses: [ingress],
    classes: [
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "IngressClass",
        metadata: { ...ingress.metadata, name: "nginx", namespace: undefined as never },
        spec: { controller: controllerName },
      },
    ],
    servesClassless: false,
    certificateOf: () => undefined,
    isValidFor: () => true,
  });
  // The same number of targets in both, so that caches see the same: only the table grows.
  const requests = Array.from({ length: 5 }, (_, i) => names[Math.floor((i * count) / 5)] as (typeof names)[number]);
  return { configuration, requests };
}
