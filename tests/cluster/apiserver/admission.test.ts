import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { inDefault, messageOf, pod, startServer } from "./server.ts";

type Loose = KubernetesObject & { readonly spec: Record<string, unknown>; readonly [key: string]: unknown };

describe("a new cluster (kubernetes.io, Namespaces; pkg/controlplane)", () => {
  const server = startServer();
  test.each([
    { path: "/api/v1/namespaces", names: ["default", "kube-node-lease", "kube-public", "kube-system"] },
    { path: "/api/v1/services", names: ["kubernetes"] },
    { path: "/api/v1/endpoints", names: ["kubernetes"] },
    { path: "/apis/discovery.k8s.io/v1/endpointslices", names: ["kubernetes"] },
    { path: "/api/v1/serviceaccounts", names: ["default", "default", "default", "default"] },
    { path: `${inDefault}/configmaps`, names: ["kube-root-ca.crt"] },
    { path: "/api/v1/pods", names: [] },
  ])("$path has $names", ({ path, names }) => {
    const { items } = server.send("GET", path).body as { readonly items: readonly KubernetesObject[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
  });

  test("the Service kubernetes leads to the API server", () => {
    expect(server.store.get("Service", "default", "kubernetes")).toMatchObject({
      spec: { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }] },
      metadata: { creationTimestamp: "2026-01-04T09:00:00Z" },
    });
    expect(server.store.get("Endpoints", "default", "kubernetes")).toMatchObject({
      subsets: [{ addresses: [{ ip: "192.168.0.254" }], ports: [{ name: "https", port: 6443 }] }],
    });
  });

  test("the Service kubernetes comes back when it is deleted (pkg/controlplane/controller/kubernetesservice: every 10 s)", () => {
    const { send, store, pass } = startServer();
    send("DELETE", `${inDefault}/services/kubernetes`);
    expect(store.get("Service", "default", "kubernetes")).toBeUndefined();
    pass(11);
    expect(store.get("Service", "default", "kubernetes")).toMatchObject({
      metadata: { creationTimestamp: "2026-01-05T09:00:10Z" },
      spec: { clusterIP: "10.96.0.1" },
    });
  });

  test("a deleted default account comes back", () => {
    const { send, store, pass } = startServer();
    const before = store.get("ServiceAccount", "default", "default")?.metadata.uid;
    send("DELETE", `${inDefault}/serviceaccounts/default`);
    pass(1);
    const after = store.get("ServiceAccount", "default", "default")?.metadata.uid;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });
});

describe("pods (plugin/pkg/admission: serviceaccount, priority, defaulttolerationseconds)", () => {
  test("get an account, its token, a priority and tolerations", () => {
    const made = startServer().send("POST", `${inDefault}/pods`, pod("p")).body as Loose;
    expect(made.spec).toMatchObject({
      serviceAccountName: "default",
      serviceAccount: "default",
      priority: 0,
      preemptionPolicy: "PreemptLowerPriority",
      tolerations: [
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
        { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      ],
    });
    const [volume] = made.spec.volumes as { name: string; projected: unknown }[];
    expect(volume?.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(made.spec.containers).toMatchObject([
      { volumeMounts: [{ name: volume?.name, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }] },
    ]);
  });

  test.each([
    { name: "no token", spec: { automountServiceAccountToken: false }, expected: { volumes: undefined } },
    { name: "a priority class of the system", spec: { priorityClassName: "system-node-critical" }, expected: { priority: 2_000_001_000 } },
    {
      name: "tolerations of its own",
      spec: { tolerations: [{ operator: "Exists" }] },
      expected: { tolerations: [{ operator: "Exists" }] },
    },
  ])("$name", ({ spec, expected }) => {
    const made = startServer().send("POST", `${inDefault}/pods`, pod("p", { spec })).body as Loose;
    for (const [field, value] of Object.entries(expected)) expect(made.spec[field]).toEqual(value);
  });

  test.each([
    {
      spec: { serviceAccountName: "robot" },
      message: 'pods "p" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
    },
    { spec: { priorityClassName: "high" }, message: 'pods "p" is forbidden: no PriorityClass with name high was found' },
  ])("$message", ({ spec, message }) => {
    const response = startServer().send("POST", `${inDefault}/pods`, pod("p", { spec }));
    expect(response.code).toBe(403);
    expect(messageOf(response)).toBe(message);
  });

  test("a namespace must be there", () => {
    const response = startServer().send("POST", "/api/v1/namespaces/shop/pods", pod("p"));
    expect(response.code).toBe(404);
    expect(messageOf(response)).toBe('namespaces "shop" not found');
  });
});

describe("the default IngressClass (plugin/pkg/admission/network/defaultingressclass)", () => {
  const ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
  const ingress = (metadata: object = {}, spec: object = {}) => ({
    metadata: { name: "web", ...metadata },
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } }, ...spec },
  });
  const start = () => {
    const server = startServer();
    for (const [name, isDefault] of [
      ["plain", "false"],
      ["main", "true"],
    ] as const) {
      const metadata = { name, annotations: { "ingressclass.kubernetes.io/is-default-class": isDefault } };
      expect(server.send("POST", "/apis/networking.k8s.io/v1/ingressclasses", { metadata, spec: { controller: "k8s.io/x" } }).code).toBe(
        201,
      );
    }
    return server;
  };
  test.each([
    { name: "is put in", given: ingress(), className: "main" },
    { name: "leaves a class that is named", given: ingress({}, { ingressClassName: "plain" }), className: "plain" },
    {
      name: "leaves the old annotation",
      given: ingress({ annotations: { "kubernetes.io/ingress.class": "nginx" } }),
      className: undefined,
    },
  ])("$name", ({ given, className }) => {
    const response = start().send("POST", ingresses, given);
    expect(response.code, messageOf(response)).toBe(201);
    expect((response.body as Loose).spec.ingressClassName).toBe(className);
  });
});
