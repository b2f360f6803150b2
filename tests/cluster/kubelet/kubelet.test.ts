import { describe, expect, test } from "vitest";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import type { Pod } from "../../../src/cluster/api/pod/types.ts";
import { kubia, world } from "./world.ts";

function until(w: ReturnType<typeof world>, seconds: number): void {
  w.pass(seconds - w.simulation.clock.now() / 1_000_000);
}

describe("a pod's way to Running (decisions: bound at once, pulled in 1 s, up 0.5 s later; pkg/kubelet/kuberuntime)", () => {
  test("with events, address and conditions", () => {
    const w = world();
    w.create(kubia("p"));
    w.pass(0);
    expect(w.pod("p").spec.nodeName).toMatch(/^node[123]$/);
    expect(w.pod("p").status).toMatchObject({
      phase: "Pending",
      containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }],
    });
    w.pass(1.6);
    const pod = w.pod("p");
    expect(pod.status).toMatchObject({
      phase: "Running",
      qosClass: "BestEffort",
      containerStatuses: [
        { name: "kubia", ready: true, started: true, restartCount: 0, state: { running: {} }, image: "docker.io/luksa/kubia:latest" },
      ],
    });
    expect(pod.status.podIP).toMatch(/^10\.244\.[123]\.2$/);
    expect(pod.status.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      "PodReadyToStartContainers=True",
      "Initialized=True",
      "Ready=True",
      "ContainersReady=True",
      "PodScheduled=True",
    ]);
    expect(w.events("p")).toEqual([
      `Scheduled Successfully assigned default/p to ${pod.spec.nodeName}`,
      'Pulling Pulling image "luksa/kubia"',
      expect.stringMatching(/^Pulled Successfully pulled image "luksa\/kubia" in 1s \(1s including waiting\)\. Image size: \d+ bytes\.$/),
      "Created Created container: kubia",
      "Started Started container kubia",
    ]);
  });

  test("the second pod with the image on a node does not pull (IfNotPresent)", () => {
    const w = world({ nodes: 1 });
    const once: LooseObject = { imagePullPolicy: "IfNotPresent" };
    w.create(kubia("a", {}, once));
    w.pass(5);
    w.create(kubia("b", {}, once));
    w.pass(0.6);
    expect(w.pod("b").status.phase).toBe("Running");
    expect(w.events("b")).toContain('Pulled Container image "luksa/kubia" already present on machine');
  });

  test("an unknown image: ErrImagePull, then ImagePullBackOff (pkg/kubelet/images)", () => {
    const w = world();
    w.create(kubia("p", {}, { image: "nosuch" }));
    w.pass(1.5);
    expect(w.pod("p").status.containerStatuses?.[0]?.state.waiting?.reason).toBe("ErrImagePull");
    w.pass(3);
    const { waiting } = w.pod("p").status.containerStatuses?.[0]?.state ?? {};
    expect(waiting?.reason).toBe("ImagePullBackOff");
    expect(waiting?.message).toMatch(
      /^Back-off pulling image "nosuch": ErrImagePull: failed to pull and unpack image "docker\.io\/library\/nosuch:latest"/,
    );
    const events = w.events("p");
    for (const text of ["Failed Error: ErrImagePull", "Failed Error: ImagePullBackOff", 'BackOff Back-off pulling image "nosuch"']) {
      expect(events).toContain(text);
    }
    expect(w.pod("p").status.phase).toBe("Pending");
  });
});

describe("ends and restarts (kubernetes.io, Pod Lifecycle; pkg/kubelet/kuberuntime)", () => {
  test("the first restart comes at once, the next after 10 s, 20 s, 40 s from the exit", () => {
    const w = world();
    w.create(kubia("p", {}, { image: "busybox", command: ["exit", "3"] }));
    const restarts = (): number => w.pod("p").status.containerStatuses?.[0]?.restartCount ?? -1;
    until(w, 2.5);
    expect(restarts()).toBe(1);
    until(w, 5);
    expect(w.pod("p").status.containerStatuses?.[0]).toMatchObject({
      state: {
        waiting: {
          reason: "CrashLoopBackOff",
          message: expect.stringMatching(/^back-off 10s restarting failed container=kubia pod=p_default\(/),
        },
      },
      lastState: { terminated: { exitCode: 3, reason: "Error" } },
    });
    expect(w.pod("p").status.phase).toBe("Running");
    expect(w.events("p").some((text) => text.startsWith("BackOff Back-off restarting failed container kubia in pod p_default("))).toBe(
      true,
    );
    until(w, 12);
    expect(restarts()).toBe(1);
    until(w, 14);
    expect(restarts()).toBe(2);
    until(w, 32);
    expect(restarts()).toBe(2);
    until(w, 35);
    expect(restarts()).toBe(3);
  });

  test.each([
    ["Never", 0, "Succeeded", "PodCompleted", 0],
    ["Never", 1, "Failed", "PodFailed", 0],
    ["OnFailure", 0, "Succeeded", "PodCompleted", 0],
  ])("restartPolicy %s and exit %d: %s", (restartPolicy, code, phase, reason, restartCount) => {
    const w = world();
    w.create(kubia("p", { restartPolicy }, { image: "busybox", command: ["exit", `${code}`] }));
    w.pass(20);
    const { status } = w.pod("p");
    expect(status.phase).toBe(phase);
    expect(status.conditions?.find(({ type }) => type === "Ready")).toMatchObject({ status: "False", reason });
    expect(status.containerStatuses?.[0]).toMatchObject({ restartCount, state: { terminated: { exitCode: code } } });
  });

  test("a deleted pod: SIGTERM is ignored by a deaf pid 1, SIGKILL after the grace period, then it is gone", () => {
    const w = world();
    const seen: string[] = [];
    w.client.informer<Pod>("Pod").onEvent(({ type, object }) => seen.push(`${type} ${object.status.phase}`));
    w.create(kubia("p", { terminationGracePeriodSeconds: 5 }, { image: "busybox", command: ["sleep", "1000"] }));
    w.pass(3);
    w.client.delete("Pod", "default", "p");
    w.pass(4.5);
    expect(w.pod("p").metadata.deletionTimestamp).toBeDefined();
    expect(w.events("p")).toContain("Killing Stopping container kubia");
    w.pass(1);
    expect(w.pods()).toEqual([]);
    // How it ended is told before it goes (since 1.27, KEP-3329).
    expect(seen.slice(-2)).toEqual(["MODIFIED Failed", "DELETED Failed"]);
  });

  test("init containers run one after another; the pod is initialized after the last", () => {
    const w = world();
    const init = (name: string): LooseObject => ({ name, image: "busybox", command: ["sleep", "2"] });
    w.create(kubia("p", { initContainers: [init("one"), init("two")] }));
    w.pass(2);
    expect(w.pod("p").status).toMatchObject({
      phase: "Pending",
      initContainerStatuses: [{ state: { running: {} } }, { state: { waiting: { reason: "PodInitializing" } } }],
      containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
    });
    expect(w.pod("p").status.conditions?.find(({ type }) => type === "Initialized")).toMatchObject({
      status: "False",
      reason: "ContainersNotInitialized",
      message: "containers with incomplete status: [one two]",
    });
    w.pass(8);
    expect(w.pod("p").status.phase).toBe("Running");
  });

  test("a sidecar starts before the others and ends after them; only then the pod has ended (KEP-753)", () => {
    const w = world({ nodes: 1 });
    const proxy = { name: "proxy", image: "luksa/kubia", restartPolicy: "Always", startupProbe: { tcpSocket: { port: 8080 } } };
    const spec = { initContainers: [proxy], restartPolicy: "Never", terminationGracePeriodSeconds: 5 };
    w.create(kubia("p", spec, { image: "busybox", command: ["sleep", "10"] }));
    w.pass(1.55);
    expect(w.pod("p").status).toMatchObject({ phase: "Pending", initContainerStatuses: [{ state: { running: {} }, started: false }] });
    w.pass(3);
    expect(w.pod("p").status).toMatchObject({
      phase: "Running",
      initContainerStatuses: [{ ready: true, started: true }],
      containerStatuses: [{ ready: true }],
    });
    w.pass(10);
    expect(w.pod("p").status).toMatchObject({ phase: "Running", containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] });
    w.pass(5);
    expect(w.pod("p").status).toMatchObject({ phase: "Succeeded", initContainerStatuses: [{ state: { terminated: { exitCode: 137 } } }] });
  });

  test("a command that the image has not got (OCI runtime's words)", () => {
    const w = world();
    w.create(kubia("p", {}, { command: ["nosuch"] }));
    w.pass(2);
    expect(w.events("p").join("\n")).toContain('exec: "nosuch": executable file not found in $PATH: unknown');
    w.pass(6);
    expect(w.pod("p").status.containerStatuses?.[0]).toMatchObject({
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 128, reason: "StartError" } },
    });
  });
});

describe("probes (pkg/kubelet/prober/worker_test.go and conformance probes.json)", () => {
  const ready = (w: ReturnType<typeof world>): boolean | undefined => w.pod("p").status.containerStatuses?.[0]?.ready;

  test("an exec readiness probe fails until the file is there; events are counted", () => {
    const w = world();
    w.create(kubia("p", {}, { readinessProbe: { exec: { command: ["ls", "/tmp/ready"] } } }));
    w.pass(60);
    expect(ready(w)).toBe(false);
    const condition = w.pod("p").status.conditions?.find(({ type }) => type === "Ready");
    expect(condition).toMatchObject({ status: "False", reason: "ContainersNotReady", message: "containers with unready status: [kubia]" });
    expect(w.events("p").find((text) => text.startsWith("Unhealthy"))).toMatch(
      /^Unhealthy Readiness probe failed: ls: \/tmp\/ready: No such file or directory\n \(x6\)$/,
    );
    const node = w.kubelets.get(w.pod("p").spec.nodeName ?? "");
    const exec = node?.socket.exec(w.pod("p"), { container: "kubia", command: ["ls", "/"], tty: false, streams: {} });
    expect(exec?.ok).toBe(true);
    expect(w.pod("p").status.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test.each([
    ["httpGet answered", { httpGet: { path: "/", port: 8080 } }, true, undefined],
    ["httpGet by the port's name", { httpGet: { port: "http" } }, true, undefined],
    ["httpGet with status 500", { httpGet: { path: "/broken", port: 8080 } }, false, "HTTP probe failed with statuscode: 500"],
    [
      "httpGet refused",
      { httpGet: { path: "/x", port: 81 } },
      false,
      /^Get "http:\/\/10\.244\.1\.2:81\/x": dial tcp 10\.244\.1\.2:81: connect: connection refused$/,
    ],
    ["tcpSocket open", { tcpSocket: { port: 8080 } }, true, undefined],
    ["tcpSocket refused", { tcpSocket: { port: 81 } }, false, /^dial tcp 10\.244\.1\.2:81: connect: connection refused$/],
    ["exec too slow", { exec: { command: ["sleep", "5"] } }, false, 'command timed out: "sleep 5" timed out after 1s'],
  ])("%s", (_name, readinessProbe, isReady, text) => {
    const w = world({ nodes: 1 });
    w.create(kubia("p", {}, { readinessProbe }));
    w.pass(5);
    expect(ready(w)).toBe(isReady);
    const event = w.events("p").find((line) => line.startsWith("Unhealthy"));
    if (text === undefined) expect(event).toBeUndefined();
    else
      expect(event?.replace("Unhealthy Readiness probe failed: ", "")).toEqual(
        typeof text === "string" ? text : expect.stringMatching(text),
      );
  });

  test("initialDelaySeconds holds the first probe back", () => {
    const w = world();
    w.create(kubia("p", {}, { readinessProbe: { exec: { command: ["true"] }, initialDelaySeconds: 60, periodSeconds: 5 } }));
    w.pass(40);
    expect(ready(w)).toBe(false);
    w.pass(30);
    expect(ready(w)).toBe(true);
    expect(w.events("p").filter((line) => line.startsWith("Unhealthy"))).toEqual([]);
  });

  test("a failed liveness or startup probe restarts the container", () => {
    const w = world();
    const probe = { exec: { command: ["false"] }, periodSeconds: 2, failureThreshold: 3 };
    w.create(kubia("p", { terminationGracePeriodSeconds: 1 }, { startupProbe: probe }));
    w.pass(60);
    expect(w.pod("p").status.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(1);
    expect(w.pod("p").status.containerStatuses?.[0]?.started).toBe(false);
    expect(w.events("p").some((line) => line.startsWith("Killing Container kubia failed startup probe, will be restarted"))).toBe(true);
  });

  test("a restarted container starts with the initial results", () => {
    const w = world();
    w.create(
      kubia(
        "p",
        { terminationGracePeriodSeconds: 1 },
        {
          readinessProbe: { exec: { command: ["ls", "/"] }, initialDelaySeconds: 40 },
          livenessProbe: { exec: { command: ["ls", "/tmp/alive"] }, periodSeconds: 5, failureThreshold: 1, initialDelaySeconds: 90 },
        },
      ),
    );
    w.pass(70);
    expect(ready(w)).toBe(true);
    w.pass(50);
    expect(w.pod("p").status.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: false });
  });

  test("readiness gates (pkg/kubelet/status/generate.go)", () => {
    const w = world();
    w.create(kubia("p", { readinessGates: [{ conditionType: "example.com/g" }] }));
    w.pass(3);
    const condition = () => w.pod("p").status.conditions?.find(({ type }) => type === "Ready");
    expect(condition()).toMatchObject({
      status: "False",
      reason: "ReadinessGatesNotReady",
      message: 'corresponding condition of pod readiness gate "example.com/g" does not exist.',
    });
    const conditions = [...(w.pod("p").status.conditions ?? []), { type: "example.com/g", status: "True" }];
    w.client.patch("Pod", "default", "p", { status: { conditions } }, "status");
    w.pass(1);
    expect(condition()?.status).toBe("True");
  });
});

describe("given pods (decisions 6: a pod with status.podIP keeps it and runs from t=0)", () => {
  test("silently, with its own conditions", () => {
    const w = world();
    w.give({
      ...kubia("p", { nodeName: "node2" }),
      metadata: { name: "p", namespace: "default", labels: { app: "kubia" } },
      status: {
        phase: "Running",
        podIP: "10.244.2.17",
        podIPs: [{ ip: "10.244.2.17" }],
        conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-04T09:00:00Z" }],
      },
    });
    w.pass(0.1);
    expect(w.pod("p").status).toMatchObject({
      phase: "Running",
      podIP: "10.244.2.17",
      containerStatuses: [{ ready: true, state: { running: {} } }],
    });
    expect(w.events("p")).toEqual([]);
    w.client.delete("Pod", "default", "p");
    w.pass(40);
    expect(w.pods()).toEqual([]);
  });
});

describe("logs and nodes", () => {
  test("stdout is kept, also of the life before (kubectl logs --previous)", () => {
    const w = world({ nodes: 1 });
    w.create(kubia("p", {}, { image: "busybox", command: ["exit", "3"] }));
    w.pass(3);
    const socket = w.kubelets.get("node1")?.socket;
    const ask = (previous: boolean) => socket?.logs(w.pod("p"), { container: "kubia", previous, timestamps: false });
    expect(ask(false)).toMatchObject({ ok: true, text: "leaving\n" });
    expect(ask(true)).toMatchObject({ ok: true, text: "leaving\n" });
    w.create(kubia("q", {}, { image: "nosuch" }));
    w.pass(5);
    expect(socket?.logs(w.pod("q"), { container: "kubia", previous: false, timestamps: false })).toEqual({
      ok: false,
      code: 400,
      message: 'container "kubia" in pod "q" is waiting to start: trying and failing to pull image',
    });
  });

  test("variables, hosts file and resolv.conf in the container", () => {
    const w = world({ nodes: 1 });
    w.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "foo-bar" },
      spec: { clusterIP: "10.96.1.4", selector: { bar: "baz" }, ports: [{ port: 8080 }] },
    });
    w.create(kubia("p", {}, { image: "busybox", command: ["env"], env: [{ name: "URL", value: "http://$(FOO_BAR_SERVICE_HOST)" }] }));
    w.pass(2);
    const log = w.kubelets.get("node1")?.socket.logs(w.pod("p"), { container: "kubia", previous: false, timestamps: false });
    const text = log?.ok === true ? log.text : "";
    for (const line of [
      "HOSTNAME=p",
      "URL=http://10.96.1.4",
      "FOO_BAR_SERVICE_HOST=10.96.1.4",
      "FOO_BAR_PORT_8080_TCP_PROTO=tcp",
      "KUBERNETES_SERVICE_HOST=10.96.0.1",
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });
});

describe("stopped kubelets and nodes without power (decisions 5: faults by real commands)", () => {
  test("a stopped kubelet's containers run on; nobody restarts them before it is back", () => {
    const w = world({ nodes: 1 });
    w.create(kubia("p", {}, { readinessProbe: { tcpSocket: { port: 8080 } } }));
    w.create(kubia("q", {}, { image: "busybox", command: ["sleep", "20"] }));
    w.pass(5);
    const kubelet = w.kubelets.get("node1");
    kubelet?.stop();
    w.pass(30);
    expect(w.pod("p").status.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 0 });
    expect(w.pod("q").status.containerStatuses?.[0]).toMatchObject({ restartCount: 0, state: { running: {} } });
    kubelet?.start();
    w.pass(2);
    expect(w.pod("q").status.containerStatuses?.[0]).toMatchObject({ restartCount: 1, state: { running: {} } });
    expect(w.pod("p").status.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 0 });
  });

  test("after a boot every container starts again in a new sandbox", () => {
    const w = world({ nodes: 1 });
    w.create(kubia("p"));
    w.pass(5);
    const kubelet = w.kubelets.get("node1");
    kubelet?.powerOff();
    w.cut.add("node1");
    w.pass(10);
    w.cut.delete("node1");
    kubelet?.start();
    w.pass(3);
    expect(w.pod("p").status).toMatchObject({
      phase: "Running",
      containerStatuses: [{ ready: true, restartCount: 1, lastState: { terminated: { exitCode: 255, reason: "Unknown" } } }],
    });
    expect(w.events("p")).toContain("SandboxChanged Pod sandbox changed, it will be killed and re-created.");
  });

  test("activeDeadlineSeconds ends the pod", () => {
    const w = world({ nodes: 1 });
    w.create(kubia("p", { activeDeadlineSeconds: 10, terminationGracePeriodSeconds: 1 }));
    w.pass(15);
    expect(w.pod("p").status).toMatchObject({ phase: "Failed", reason: "DeadlineExceeded" });
  });
});
