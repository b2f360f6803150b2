import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { admit, cells } from "./admit.ts";

const created = Date.parse("2026-01-05T09:00:00Z");

function row(yaml: string, extra: object = {}, afterS = 900): Readonly<Record<string, string | number>> {
  const { object } = admit(yaml);
  return cells(object.kind, { ...object, ...extra } as KubernetesObject, created + afterS * 1000);
}

/** kubernetes 1.32 pkg/printers/internalversion/printers.go and printers_test.go */
describe("Service", () => {
  test.each([
    {
      name: "ClusterIP",
      spec: "{clusterIP: 10.96.1.10, selector: {b: c, a: b}, ports: [{port: 80}, {port: 53, protocol: UDP, name: d}]}",
      expected: {
        Type: "ClusterIP",
        "Cluster-IP": "10.96.1.10",
        "External-IP": "<none>",
        "Port(s)": "80/TCP,53/UDP",
        Age: "15m",
        Selector: "a=b,b=c",
      },
    },
    { name: "headless", spec: "{clusterIP: None, ports: [{port: 80}]}", expected: { "Cluster-IP": "None", Selector: "<none>" } },
    {
      name: "NodePort with external IPs",
      spec: "{type: NodePort, clusterIP: 10.96.1.13, externalIPs: [80.11.12.10, 80.11.12.11], ports: [{port: 80, nodePort: 30123}]}",
      expected: { "External-IP": "80.11.12.10,80.11.12.11", "Port(s)": "80:30123/TCP" },
    },
    {
      name: "LoadBalancer",
      spec: "{type: LoadBalancer, ports: [{port: 80}]}",
      expected: { "Cluster-IP": "<none>", "External-IP": "<pending>" },
    },
    {
      name: "ExternalName",
      spec: "{type: ExternalName, externalName: a.b}",
      expected: { "Cluster-IP": "<none>", "External-IP": "a.b", "Port(s)": "<none>" },
    },
  ])("$name", ({ spec, expected }) => {
    expect(row(`kind: Service\nmetadata: {name: s}\nspec: ${spec}`)).toMatchObject(expected);
  });

  test("load balancer addresses are sorted and, by the server, never cut", () => {
    const status = { loadBalancer: { ingress: [{ hostname: "a1234567890.elb.example.com" }, { ip: "192.0.2.1" }] } };
    expect(
      row("kind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer, externalIPs: [1.2.3.4], ports: [{port: 80}]}", { status })[
        "External-IP"
      ],
    ).toBe("192.0.2.1,a1234567890.elb.example.com,1.2.3.4");
  });
});

describe("Endpoints and slices", () => {
  test.each([
    [
      "[{addresses: [{ip: 10.1.2.3}, {ip: 10.1.2.4}], ports: [{name: http, port: 8080}, {name: https, port: 8443}]}]",
      "10.1.2.3:8080,10.1.2.4:8080,10.1.2.3:8443 + 1 more...",
    ],
    ["[{notReadyAddresses: [{ip: 10.1.2.3}], ports: [{port: 8080}]}]", ""],
    ["[{addresses: [{ip: 10.1.2.3}]}]", "10.1.2.3"],
    ["[]", "<none>"],
  ])("%s", (subsets, expected) => {
    expect(row(`kind: Endpoints\nmetadata: {name: e}\nsubsets: ${subsets}`).Endpoints).toBe(expected);
  });
  test("slices", () => {
    const yaml = "kind: EndpointSlice\nmetadata: {name: s}\naddressType: IPv4\n";
    expect(
      row(
        `${yaml}endpoints: [{addresses: [1.2.3.4]}, {addresses: [1.2.3.5]}, {addresses: [1.2.3.6]}, {addresses: [1.2.3.7]}]\nports: [{port: 80}, {name: b}]`,
      ),
    ).toMatchObject({
      AddressType: "IPv4",
      Ports: "80,b",
      Endpoints: "1.2.3.4,1.2.3.5,1.2.3.6 + 1 more...",
    });
    expect(row(yaml)).toMatchObject({ Ports: "<unset>", Endpoints: "<unset>" });
  });
});

describe("Ingress", () => {
  const rule = (host: string): string =>
    `{host: ${host}, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}`;
  test.each([
    { spec: `{rules: [${rule("a.com")}]}`, expected: { Class: "<none>", Hosts: "a.com", Address: "", Ports: "80" } },
    {
      spec: `{ingressClassName: nginx, tls: [{hosts: [a.com]}], rules: [${["a.com", "b.com", "c.com", "d.com"].map(rule).join(", ")}]}`,
      expected: { Class: "nginx", Hosts: "a.com,b.com,c.com + 1 more...", Ports: "80, 443" },
    },
    { spec: "{defaultBackend: {service: {name: a, port: {number: 80}}}}", expected: { Hosts: "*" } },
  ])("$expected", ({ spec, expected }) => {
    expect(row(`kind: Ingress\nmetadata: {name: i}\nspec: ${spec}`)).toMatchObject(expected);
  });
});

/** TestPrintPod */
describe("Pod", () => {
  const state = (value: object, more: object = {}): object => ({
    name: "a",
    ready: false,
    restartCount: 0,
    state: value,
    lastState: {},
    ...more,
  });
  const yaml =
    "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: x}, {name: b, image: x}], initContainers: [{name: i, image: x}]}";
  test.each([
    {
      name: "new",
      status: { phase: "Pending" },
      expected: { Ready: "0/2", Status: "Pending", Restarts: "0", IP: "<none>", Node: "<none>" },
    },
    {
      name: "running",
      status: {
        phase: "Running",
        podIPs: [{ ip: "10.244.1.5" }],
        containerStatuses: [state({ running: {} }, { ready: true }), state({ running: {} }, { ready: true, restartCount: 2 })],
      },
      expected: { Ready: "2/2", Status: "Running", Restarts: "2", IP: "10.244.1.5" },
    },
    {
      name: "the first container with a reason has the word",
      status: {
        phase: "Running",
        containerStatuses: [state({ waiting: { reason: "CrashLoopBackOff" } }), state({ waiting: { reason: "ErrImagePull" } })],
      },
      expected: { Status: "CrashLoopBackOff" },
    },
    {
      name: "initialising",
      status: { phase: "Pending", initContainerStatuses: [state({ running: {} })] },
      expected: { Status: "Init:0/1" },
    },
    {
      name: "init failed",
      status: { phase: "Pending", initContainerStatuses: [state({ terminated: { exitCode: 1, reason: "Error" } })] },
      expected: { Status: "Init:Error" },
    },
    {
      name: "init crashing",
      status: { phase: "Pending", initContainerStatuses: [state({ waiting: { reason: "CrashLoopBackOff" } }, { restartCount: 3 })] },
      expected: { Status: "Init:CrashLoopBackOff", Restarts: "3" },
    },
    {
      name: "exit code",
      status: { phase: "Failed", containerStatuses: [state({ terminated: { exitCode: 7 } })] },
      expected: { Status: "ExitCode:7" },
    },
    {
      name: "one done, one running, not ready",
      status: {
        phase: "Running",
        containerStatuses: [state({ terminated: { exitCode: 0, reason: "Completed" } }), state({ running: {} }, { ready: true })],
      },
      expected: { Status: "NotReady" },
    },
    {
      name: "restarted a while ago",
      status: {
        phase: "Running",
        containerStatuses: [
          state(
            { running: {} },
            { ready: true, restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: "2026-01-05T09:13:00Z" } } },
          ),
        ],
      },
      expected: { Restarts: "3 (2m ago)" },
    },
  ])("$name", ({ status, expected }) => {
    expect(row(yaml, { status })).toMatchObject(expected);
  });

  test("going", () => {
    const { object } = admit(yaml);
    const going = { ...object, metadata: { ...object.metadata, deletionTimestamp: "2026-01-05T09:00:00Z" } };
    expect(cells("Pod", going)).toMatchObject({ Status: "Terminating" });
    expect(
      cells("Pod", {
        ...going,
        status: { phase: "Succeeded", containerStatuses: [state({ terminated: { exitCode: 0, reason: "Completed" } })] },
      } as never),
    ).toMatchObject({ Status: "Completed" });
  });
});

test("Node, Deployment, Event", () => {
  const node =
    "kind: Node\nmetadata: {name: n, labels: {node-role.kubernetes.io/worker: '', node-role.kubernetes.io/edge: ''}}\nspec: {unschedulable: true}";
  const status = {
    conditions: [{ type: "Ready", status: "True" }],
    addresses: [{ type: "InternalIP", address: "192.168.0.2" }],
    nodeInfo: { kubeletVersion: "v1.32.0" },
  };
  expect(row(node, { status })).toMatchObject({
    Status: "Ready,SchedulingDisabled",
    Roles: "edge,worker",
    Version: "v1.32.0",
    "Internal-IP": "192.168.0.2",
    "External-IP": "<none>",
    "OS-Image": "<unknown>",
  });
  const deployment =
    "kind: Deployment\nmetadata: {name: d}\nspec: {replicas: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}, {name: d, image: z:1}]}}}";
  expect(row(deployment, { status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 } })).toMatchObject({
    Ready: "2/3",
    "Up-to-date": 3,
    Available: 2,
    Containers: "c,d",
    Images: "x,z:1",
    Selector: "a=b",
  });
  const event =
    "kind: Event\nmetadata: {name: e}\ninvolvedObject: {kind: Pod, name: kubia}\ntype: Normal\nreason: Pulled\nmessage: m\ncount: 5\nfirstTimestamp: '2026-01-05T09:14:20Z'\nlastTimestamp: '2026-01-05T09:14:56Z'";
  expect(row(event)).toMatchObject({ "Last Seen": "4s", "First Seen": "40s", Count: 5, Object: "pod/kubia" });
});
