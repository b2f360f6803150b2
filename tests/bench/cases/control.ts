import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { IptablesProgrammer } from "../../../src/cluster/kube-proxy/iptables-programmer.ts";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";
import { DesiredState, desiredPorts } from "../../../src/cluster/kube-proxy/state.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { Tables } from "../../../src/cluster/network/netfilter/tables.ts";
import { nodeFacts } from "../../cluster/kube-proxy/proxied.ts";
import { FloorReconcile, FloorWatch } from "../floor.ts";
import { measure, type Row, ratioRow } from "../measure.ts";
import { nodesFor, podsWorld } from "../worlds.ts";

const node = nodeFacts();

function serviceAndSlice(i: number): { readonly service: ServiceObject; readonly slice: EndpointSliceObject } {
  const metadata = { name: `s${i}`, namespace: "default", uid: "", resourceVersion: "", creationTimestamp: "" };
  return {
    service: {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "NodePort", clusterIP: `10.96.${i >> 8}.${i & 255}`, ports: [{ name: "http", port: 80, nodePort: 30_000 + i }] },
    },
    slice: {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      addressType: "IPv4",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": `s${i}` } },
      ports: [{ name: "http", port: 8080 }],
      endpoints: Array.from({ length: 10 }, (_, j) => ({ addresses: [`10.${244 + (i >> 8)}.${j}.${i & 255}`], nodeName: "node1" })),
    },
  };
}

/** Loading 1,000 Services with 10 endpoints each into one node's rules. */
export function rulesLoading(): Row[] {
  const all = Array.from({ length: 1000 }, (_, i) => serviceAndSlice(i));
  const floor = new FloorReconcile(1000, 10_000);
  const us = measure({
    floor: {
      count: 1,
      run: () => {
        floor.indexed();
        return undefined;
      },
    },
    rules: {
      count: 1,
      run: () => {
        const programmer = new IptablesProgrammer(new Tables(() => {}), new AddressBook(), node);
        const state = new DesiredState();
        programmer.start(node);
        programmer.apply(
          all.flatMap(({ service, slice }) => state.replace(`default/${service.metadata.name}`, desiredPorts(service, [slice], node))),
        );
        programmer.removeStale();
        return undefined;
      },
    },
  });
  return [ratioRow("rules", "1,000 Services x 10 endpoints into rules", "ms", us.rules / 1000, us.floor / 1000, 5)];
}

/** G6: one status update, seen by five watchers. */
export function statusUpdate(): Row[] {
  const { open } = podsWorld(1000, 10);
  const { cluster } = open.playground;
  const client = cluster.client("bench");
  const seen: unknown[] = [];
  for (let w = 0; w < 5; w++) {
    cluster
      .client(`watcher-${w}`)
      .informer("Pod")
      .onEvent(({ object }) => {
        seen[w] = object;
      });
  }
  open.advance(100);
  const pods = open.objects("Pod", "default");
  const floor = new FloorWatch();
  const us = measure({
    share: {
      count: 20_000,
      run: (count) => {
        for (let i = 0; i < count; i++) floor.share(i);
        return undefined;
      },
    },
    product: {
      count: 500,
      run: (count) => {
        let ms = 0;
        for (let i = 0; i < count; i++) {
          const { name, namespace } = (pods[i % pods.length] as KubernetesObject).metadata;
          const pod = cluster.find("Pod", namespace, name) as KubernetesObject & { readonly status: object };
          const next = { ...pod, status: { ...pod.status, message: `m${i % 7}` } };
          const start = performance.now();
          client.updateStatus("Pod", next);
          ms += performance.now() - start;
        }
        open.advance(1);
        return ms;
      },
    },
    structuredClone: {
      count: 2000,
      run: (count) => {
        const fat = pods[0] as KubernetesObject;
        for (let i = 0; i < count; i++) floor.structuredClone(i, fat);
        return undefined;
      },
    },
  });
  return [
    ratioRow("G6", "a status update through the API server, over sharing one object", "us", us.product, us.share, 3),
    ratioRow("G6", "the same, over a copy for each of five watchers", "us", us.product, us.structuredClone, 0.2),
  ];
}

/** G8: a pod turns unready and its rules follow, with 100 and with 10,000 pods. Ten pods a Service in both. */
export function onePodUnready(): Row[] {
  // Every node brings its rules up to date, so both have as many nodes: only the pods are more.
  const nodes = nodesFor(10_000);
  const time = (count: number) => {
    const { open } = podsWorld(count, 10, nodes);
    const { cluster } = open.playground;
    const client = cluster.client("bench");
    const pods = open.objects("Pod", "default");
    let at = 0;
    return {
      count: 20,
      run: (times: number) => {
        let ms = 0;
        for (let i = 0; i < times; i++) {
          const { name } = (pods[at % pods.length] as KubernetesObject).metadata;
          at += 7;
          const pod = cluster.find("Pod", "default", name) as KubernetesObject & {
            readonly status: { readonly conditions: readonly object[] };
          };
          const turn = (status: string) => {
            const conditions = pod.status.conditions.map((one) => ((one as { type: string }).type === "Ready" ? { ...one, status } : one));
            client.patch("Pod", "default", name, { status: { conditions } }, "status");
          };
          const start = performance.now();
          turn("False");
          // The endpoints controller, the slices and every node's rules, all within this much simulated time.
          const { queue } = cluster;
          const untilUs = queue.now() + 1_100_000;
          while (queue.run(untilUs, 100_000) === 100_000);
          ms += performance.now() - start;
          turn("True");
          open.advance(3000);
        }
        return ms;
      },
    };
  };
  const us = measure({ few: time(100), many: time(10_000) });
  return [ratioRow("G8", "one pod turns unready: 100 to 10,000 pods", "us", us.many, us.few, 1.5)];
}
