import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import type { FollowLog } from "../../../src/cluster/apiserver/pod-streams.ts";
import type { ApiRequest, KubeletSocket, Table, WatchEvent } from "../../../src/cluster/apiserver/request.ts";
import { appsInDefault, inDefault, messageOf, pod, service, startServer } from "./server.ts";

const strategic = { contentType: "application/strategic-merge-patch+json" };
const merge = { contentType: "application/merge-patch+json" };
const strict = { query: { fieldValidation: "Strict" } };

describe("what the server says no with (apimachinery api/errors; apiserver endpoints/handlers; measured with kubectl 1.32)", () => {
  const cases: readonly {
    name: string;
    request: readonly [ApiRequest["method"], string, unknown?, Partial<ApiRequest>?];
    code: number;
    reason: string;
    message: string;
  }[] = [
    {
      name: "an absent object",
      request: ["GET", `${appsInDefault}/deployments/web`],
      code: 404,
      reason: "NotFound",
      message: 'deployments.apps "web" not found',
    },
    {
      name: "an unknown resource",
      request: ["GET", `${inDefault}/nothings`],
      code: 404,
      reason: "NotFound",
      message: "the server could not find the requested resource",
    },
    {
      name: "a Service twice",
      request: ["POST", `${inDefault}/services`, service("kubia", { ports: [{ port: 80 }] })],
      code: 409,
      reason: "AlreadyExists",
      message: 'services "kubia" already exists',
    },
    {
      name: "an out-of-date write",
      request: [
        "PUT",
        `${inDefault}/services/kubia`,
        { ...service("kubia", { ports: [{ port: 80 }] }), metadata: { name: "kubia", resourceVersion: "1" } },
      ],
      code: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on services "kubia": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      name: "an unknown field",
      request: ["POST", `${inDefault}/services`, service("x", { ports: [{ port: 80, targetport: 1 }], foo: 1 }), strict],
      code: 400,
      reason: "BadRequest",
      message:
        'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].targetport", unknown field "spec.foo"',
    },
    {
      name: "an unknown field in a patch",
      request: [
        "PATCH",
        `${inDefault}/services/kubia`,
        { metadata: { annotations: { a: "b" } }, spec: { foo: 1 } },
        { ...strategic, ...strict },
      ],
      code: 422,
      reason: "Invalid",
      message:
        ' "" is invalid: patch: Invalid value: "map[metadata:map[annotations:map[a:b]] spec:map[foo:1]]": strict decoding error: unknown field "spec.foo"',
    },
    {
      name: "a wrong type",
      request: ["POST", `${inDefault}/services`, service("x", { ports: [{ port: "http" }] })],
      code: 400,
      reason: "BadRequest",
      message:
        'Service in version "v1" cannot be handled as a Service: json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
    },
    {
      name: "a wrong type in a patch",
      request: ["PATCH", `${inDefault}/services/kubia`, { spec: { ports: [{ port: "http" }] } }, strategic],
      code: 422,
      reason: "Invalid",
      message: ' "" is invalid: patch: Invalid value: "map[spec:map[ports:[map[port:http]]]]": unrecognized type: int32',
    },
    {
      name: "an unknown kind",
      request: ["POST", `${inDefault}/services`, { apiVersion: "v1", kind: "service", metadata: { name: "x" } }],
      code: 400,
      reason: "BadRequest",
      message:
        'service in version "v1" cannot be handled as a Service: no kind "service" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    },
    {
      name: "no name",
      request: ["POST", `${inDefault}/services`, { spec: { ports: [{ port: 80 }] } }],
      code: 422,
      reason: "Invalid",
      message: 'Service "" is invalid: metadata.name: Required value: name or generateName is required',
    },
    {
      name: "a name that is not the path's",
      request: ["PUT", `${inDefault}/services/kubia`, service("other", { ports: [{ port: 80 }] })],
      code: 400,
      reason: "BadRequest",
      message: "the name of the object (other) does not match the name on the URL (kubia)",
    },
    {
      name: "another namespace than the path's",
      request: ["POST", `${inDefault}/services`, { ...service("x", {}), metadata: { name: "x", namespace: "kube-system" } }],
      code: 400,
      reason: "BadRequest",
      message: "the namespace of the provided object does not match the namespace sent on the request",
    },
    {
      name: "a JSON patch that does not fit",
      request: [
        "PATCH",
        `${inDefault}/services/kubia`,
        [{ op: "remove", path: "/spec/nothing" }],
        { contentType: "application/json-patch+json" },
      ],
      code: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
    },
    {
      name: "a JSON patch that is none",
      request: ["PATCH", `${inDefault}/services/kubia`, { spec: {} }, { contentType: "application/json-patch+json" }],
      code: 400,
      reason: "BadRequest",
      message: "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch",
    },
    {
      name: "a namespace that stays",
      request: ["DELETE", "/api/v1/namespaces/default"],
      code: 403,
      reason: "Forbidden",
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    },
    {
      name: "a Service has no scale",
      request: ["GET", `${inDefault}/services/kubia/scale`],
      code: 404,
      reason: "NotFound",
      message: "the server could not find the requested resource",
    },
    {
      name: "a field that can't be asked for",
      request: ["GET", "/api/v1/pods", undefined, { query: { fieldSelector: "spec.foo=1" } }],
      code: 400,
      reason: "BadRequest",
      message: "field label not supported: spec.foo",
    },
  ];
  test.each(cases)("$name", ({ request, code, reason, message }) => {
    const server = startServer();
    expect(server.send("POST", `${inDefault}/services`, service("kubia", { ports: [{ port: 80 }] })).code).toBe(201);
    const response = server.send(...(request as Parameters<typeof server.send>));
    expect(response.body).toMatchObject({ kind: "Status", status: "Failure", code, reason, message });
  });
});

describe("warnings (kubernetes.io, Deprecated API Migration Guide; KEP-2885)", () => {
  test("unknown fields of a client that does not ask for strictness", () => {
    const response = startServer().send("POST", `${inDefault}/services`, service("x", { ports: [{ port: 80 }], foo: 1 }));
    expect(response).toMatchObject({ code: 201, warnings: ['unknown field "spec.foo"'] });
    expect(response.body).not.toHaveProperty("spec.foo");
  });

  test.each([
    {
      text: "v1.20.15",
      minor: 20,
      path: "/apis/extensions/v1beta1/ingresses",
      code: 200,
      warning: "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress",
    },
    { text: "v1.22.0", minor: 22, path: "/apis/extensions/v1beta1/ingresses", code: 404, warning: undefined },
    { text: "v1.20.15", minor: 20, path: "/apis/discovery.k8s.io/v1/endpointslices", code: 404, warning: undefined },
    {
      text: "v1.33.0",
      minor: 33,
      path: "/api/v1/endpoints",
      code: 200,
      warning: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    },
    { text: "v1.32.0", minor: 32, path: "/api/v1/endpoints", code: 200, warning: undefined },
  ])("$text $path", ({ text, minor, path, code, warning }) => {
    const response = startServer({ clusterVersion: { text, minor } }).send("GET", path);
    expect(response.code).toBe(code);
    expect(response.warnings).toEqual(warning === undefined ? [] : [warning]);
  });
});

describe("reads (kubernetes.io, Kubernetes API Concepts)", () => {
  const server = startServer();
  for (const [name, app] of [
    ["b", "web"],
    ["a", "web"],
    ["c", "db"],
  ] as const)
    server.send("POST", `${inDefault}/pods`, pod(name, { metadata: { labels: { app } } }));
  const names = (query: Record<string, string>) =>
    (server.send("GET", `${inDefault}/pods`, undefined, { query }).body as { items: KubernetesObject[] }).items.map(
      ({ metadata }) => metadata.name,
    );

  test.each([
    [{}, ["a", "b", "c"]],
    [{ labelSelector: "app=web" }, ["a", "b"]],
    [{ labelSelector: "app in (db,x)" }, ["c"]],
    [{ fieldSelector: "metadata.name=b" }, ["b"]],
    [{ fieldSelector: "metadata.name!=b,status.phase=Pending", labelSelector: "app" }, ["a", "c"]],
  ])("%j lists %j", (query, expected) => expect(names(query)).toEqual(expected));

  test("as a Table, for kubectl", () => {
    const table = server.send("GET", `${inDefault}/pods`, undefined, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    }).body as Table;
    expect(table.columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual([
      "Name",
      "Ready",
      "Status",
      "Restarts",
      "Age",
    ]);
    expect(table.rows[0]).toMatchObject({
      cells: expect.arrayContaining(["a", "0/1", "Pending"]),
      object: { kind: "PartialObjectMetadata", metadata: { labels: { app: "web" } } },
    });
  });

  test("a watch tells of what comes into its selection and what leaves it", () => {
    const { send } = startServer();
    const told: string[] = [];
    const watching = send("GET", `${inDefault}/pods`, undefined, { query: { watch: "true", labelSelector: "app=web" } });
    watching.watch?.(({ type, object }: WatchEvent) => told.push(`${type} ${object.metadata.name}`));
    send("POST", `${inDefault}/pods`, pod("p", { metadata: { labels: { app: "db" } } }));
    send("PATCH", `${inDefault}/pods/p`, { metadata: { labels: { app: "web" } } }, merge);
    send("PATCH", `${inDefault}/pods/p`, { metadata: { labels: { app: "x" } } }, merge);
    expect(told).toEqual(["ADDED p", "DELETED p"]);
  });

  test("a watch from before what is remembered is refused", () => {
    const { send } = startServer();
    send("POST", `${inDefault}/configmaps`, { metadata: { name: "c" } });
    for (let i = 0; i < 600; i++) send("PATCH", `${inDefault}/configmaps/c`, { data: { i: `${i}` } }, merge);
    expect(send("GET", `${inDefault}/configmaps`, undefined, { query: { watch: "true", resourceVersion: "1" } })).toMatchObject({
      code: 410,
      body: { reason: "Expired", message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/) },
    });
  });

  test.each([
    ["/version", { major: "1", minor: "32", gitVersion: "v1.32.0" }],
    ["/api", { kind: "APIVersions", versions: ["v1"] }],
    ["/healthz", "ok"],
    ["/openapi/v3", { paths: { "api/v1": { serverRelativeURL: "/openapi/v3/api/v1?hash=v1.32.0" } } }],
  ])("%s", (path, expected) => {
    const { body } = server.send("GET", path);
    if (typeof expected === "string") expect(body).toBe(expected);
    else expect(body).toMatchObject(expected);
  });

  test("groups come in the order in which a plain name is looked up", () => {
    const { groups } = server.send("GET", "/apis").body as { groups: { name: string }[] };
    const order = groups.map(({ name }) => name);
    expect(order.slice(0, 3)).toEqual(["apps", "autoscaling", "batch"]);
    expect(order.at(-1)).toBe("discovery.k8s.io");
  });
});

describe("subresources", () => {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "m", image: "nginx" }] } };
  const deployment = { metadata: { name: "web" }, spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template } };

  test("scale (autoscaling/v1 Scale)", () => {
    const { send } = startServer();
    send("POST", `${appsInDefault}/deployments`, deployment);
    expect(send("GET", `${appsInDefault}/deployments/web/scale`).body).toMatchObject({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      spec: { replicas: 2 },
      status: { replicas: 0, selector: "app=web" },
    });
    send("PATCH", `${appsInDefault}/deployments/web/scale`, { spec: { replicas: 5 } }, merge);
    expect(send("GET", `${appsInDefault}/deployments/web`).body).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } });
  });

  test("binding happens once (pkg/registry/core/pod/storage/storage_test.go)", () => {
    const { send } = startServer();
    send("POST", `${inDefault}/pods`, pod("p"));
    expect(send("POST", `${inDefault}/pods/p/binding`, { target: { kind: "Node", name: "node1" } }).code).toBe(201);
    expect(messageOf(send("POST", `${inDefault}/pods/p/binding`, { target: { kind: "Node", name: "node2" } }))).toBe(
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "node1"',
    );
  });

  test("a bound pod is given its grace period, one that nobody runs goes at once (pkg/registry/core/pod/strategy.go)", () => {
    const { send, store } = startServer();
    send("POST", `${inDefault}/pods`, pod("bound"));
    send("POST", `${inDefault}/pods`, pod("loose"));
    send("POST", `${inDefault}/pods/bound/binding`, { target: { kind: "Node", name: "node1" } });
    for (const name of ["bound", "loose"]) send("DELETE", `${inDefault}/pods/${name}`, {});
    expect(store.get("Pod", "default", "loose")).toBeUndefined();
    expect(store.get("Pod", "default", "bound")?.metadata).toMatchObject({
      deletionTimestamp: "2026-01-05T09:00:30Z",
      deletionGracePeriodSeconds: 30,
    });
    send("DELETE", `${inDefault}/pods/bound`, { gracePeriodSeconds: 5 });
    expect(store.get("Pod", "default", "bound")?.metadata).toMatchObject({
      deletionTimestamp: "2026-01-05T09:00:05Z",
      deletionGracePeriodSeconds: 5,
    });
    send("DELETE", `${inDefault}/pods/bound`, { gracePeriodSeconds: 0, preconditions: { uid: "other" } });
    expect(store.get("Pod", "default", "bound")).toBeDefined();
    send("DELETE", `${inDefault}/pods/bound`, { gracePeriodSeconds: 0 });
    expect(store.get("Pod", "default", "bound")).toBeUndefined();
  });

  test("eviction asks the budget (pkg/registry/core/pod/storage/eviction_test.go)", () => {
    const { send, store } = startServer();
    const ready = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
    for (const name of ["a", "b"]) {
      send("POST", `${inDefault}/pods`, pod(name, { metadata: { labels: { app: "web" } } }));
      send("PATCH", `${inDefault}/pods/${name}/status`, ready, merge);
    }
    const budget = { metadata: { name: "web" }, spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } } };
    expect(send("POST", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget).code).toBe(201);
    const evict = (name: string) =>
      send("POST", `${inDefault}/pods/${name}/eviction`, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
    expect(evict("a").code).toBe(201);
    expect(store.get("Pod", "default", "a")).toBeUndefined();
    expect(evict("b")).toMatchObject({
      code: 429,
      body: {
        reason: "TooManyRequests",
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [{ reason: "DisruptionBudget", message: "The disruption budget web needs 1 healthy pods and has 1 currently" }],
        },
      },
    });
  });

  describe("exec and log reach the pod's kubelet (pkg/registry/core/pod/strategy.go)", () => {
    const kubelet: KubeletSocket = {
      exec: (_, { container, command }) => ({ ok: true, process: `${container}: ${command.join(" ")}` }),
      logs: (_, { container, follow, onEnd }) => {
        follow?.("more\n");
        onEnd?.();
        return { ok: true, text: `log of ${container}\n` };
      },
      attach: () => ({ ok: true, process: "the main process" }),
      portForward: () => ({ ok: false, code: 500, message: "no" }),
    };
    const start = (isReachable: boolean) => {
      const server = startServer({ kubeletOf: () => (isReachable ? kubelet : undefined) });
      const containers = [
        { name: "one", image: "nginx" },
        { name: "two", image: "nginx" },
      ];
      server.send("POST", `${inDefault}/pods`, pod("p", { spec: { containers } }));
      server.send("POST", `${inDefault}/pods`, pod("unbound"));
      server.send("POST", `${inDefault}/pods/p/binding`, { target: { kind: "Node", name: "node1" } });
      return server;
    };

    test("with a container that is named", () => {
      const { send } = start(true);
      expect(send("POST", `${inDefault}/pods/p/exec`, {}, { query: { container: "two", command: ["echo", "hi"] } }).upgrade).toBe(
        "two: echo hi",
      );
      expect(send("GET", `${inDefault}/pods/p/log`, undefined, { query: { container: "one" } }).body).toBe("log of one\n");
    });

    test("and what follows", () => {
      const response = start(true).send("GET", `${inDefault}/pods/p/log`, undefined, { query: { container: "one", follow: "true" } });
      const heard: string[] = [];
      (response.upgrade as FollowLog)(
        (text) => heard.push(text),
        () => heard.push("end"),
      );
      expect([response.body, ...heard]).toEqual(["log of one\n", "more\n", "end"]);
    });

    test.each([
      { isReachable: true, path: "p/log", query: {}, message: "a container name must be specified for pod p, choose one of: [one two]" },
      { isReachable: true, path: "p/log", query: { container: "x" }, message: "container x is not valid for pod p" },
      { isReachable: true, path: "unbound/exec", query: { command: "ls" }, message: "pod unbound does not have a host assigned" },
      { isReachable: true, path: "p/exec", query: { container: "one" }, message: "you must specify at least 1 command" },
      {
        isReachable: false,
        path: "p/exec",
        query: { container: "one", command: "ls" },
        message: "error dialing backend: dial tcp node1:10250: connect: connection refused",
      },
      {
        isReachable: false,
        path: "p/log",
        query: { container: "one" },
        message:
          'Internal error occurred: Get "https://node1:10250/containerLogs/default/p/one": dial tcp node1:10250: connect: connection refused',
      },
    ])("$message", ({ isReachable, path, query, message }) => {
      expect(
        messageOf(start(isReachable).send("GET", `${inDefault}/pods/${path}`, undefined, { query: query as Record<string, string> })),
      ).toBe(message);
    });
  });
});

describe("server-side apply (kubernetes.io, Server-Side Apply)", () => {
  const apply = (manager: string, rest: Record<string, string> = {}) => ({
    contentType: "application/apply-patch+yaml",
    query: { fieldManager: manager, ...rest },
  });
  const configMap = (data: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data });
  const path = `${inDefault}/configmaps/c`;

  test("makes, merges, takes away what the manager wants no more, and leaves what others want", () => {
    const { send } = startServer();
    expect(send("PATCH", path, configMap({ a: "1", b: "2" }), apply("one")).code).toBe(201);
    expect(send("PATCH", path, configMap({ c: "3" }), apply("two")).body).toMatchObject({ data: { a: "1", b: "2", c: "3" } });
    expect((send("PATCH", path, configMap({ a: "1" }), apply("one")).body as { data: unknown }).data).toEqual({ a: "1", c: "3" });
  });

  test("conflicts with another manager's value unless forced", () => {
    const { send } = startServer();
    send("PATCH", path, configMap({ a: "1" }), apply("one"));
    expect(send("PATCH", path, configMap({ a: "2" }), apply("two"))).toMatchObject({
      code: 409,
      body: { reason: "Conflict", message: 'Apply failed with 1 conflict: conflict with "one": .data.a' },
    });
    expect(send("PATCH", path, configMap({ a: "2" }), apply("two", { force: "true" })).body).toMatchObject({ data: { a: "2" } });
  });

  test("twice changes nothing", () => {
    const { send, store } = startServer();
    const manifest = service("s", { ports: [{ port: 80 }], selector: { app: "x" } });
    send("PATCH", `${inDefault}/services/s`, manifest, apply("one"));
    const { revision } = store;
    send("PATCH", `${inDefault}/services/s`, manifest, apply("one"));
    expect(store.revision).toBe(revision);
  });

  test("needs a manager", () => {
    expect(messageOf(startServer().send("PATCH", path, configMap({}), { contentType: "application/apply-patch+yaml" }))).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  });
});

describe("a cluster of another time (KEP-563, KEP-2086: fields that came later)", () => {
  test.each([
    { text: "v1.13.0", minor: 13, has: [], lacks: ["clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] },
    { text: "v1.20.15", minor: 20, has: ["clusterIPs", "ipFamilies", "ipFamilyPolicy"], lacks: ["internalTrafficPolicy"] },
    { text: "v1.32.0", minor: 32, has: ["clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"], lacks: [] },
  ])("$text shows of a Service $has", ({ text, minor, has, lacks }) => {
    const { send, client } = startServer({ clusterVersion: { text, minor } });
    send("POST", `${inDefault}/services`, service("s", { ports: [{ port: 80 }] }));
    const { spec } = send("GET", `${inDefault}/services/s`).body as { spec: object };
    for (const field of has) expect(spec).toHaveProperty(field);
    for (const field of lacks) expect(spec).not.toHaveProperty(field);
    // Components work with one shape whatever the version.
    expect(client.get("Service", "default", "s")).toHaveProperty("spec.clusterIPs");
    const revision = client.get("Service", "default", "s")?.metadata.resourceVersion;
    send("PATCH", `${inDefault}/services/s`, { metadata: { name: "s" } }, merge);
    expect(client.get("Service", "default", "s")?.metadata.resourceVersion).toBe(revision);
  });

  test("an Ingress of extensions/v1beta1 is the same object as one of networking.k8s.io/v1 (kubernetes.io, Deprecated API Migration Guide)", () => {
    const { send } = startServer({ clusterVersion: { text: "v1.20.15", minor: 20 } });
    const rules = [{ host: "kubia.example.com", http: { paths: [{ path: "/", backend: { serviceName: "kubia", servicePort: 80 } }] } }];
    const made = send("POST", "/apis/extensions/v1beta1/namespaces/default/ingresses", { metadata: { name: "kubia" }, spec: { rules } });
    expect(made, messageOf(made)).toMatchObject({ code: 201, body: { apiVersion: "extensions/v1beta1", spec: { rules } } });
    expect(send("GET", "/apis/networking.k8s.io/v1/namespaces/default/ingresses/kubia").body).toMatchObject({
      apiVersion: "networking.k8s.io/v1",
      spec: { rules: [{ http: { paths: [{ backend: { service: { name: "kubia", port: { number: 80 } } } }] } }] },
    });
  });
});
