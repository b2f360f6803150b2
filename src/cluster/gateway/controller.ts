import { isEqualData } from "../api/equal.ts";
import type { Gateway, GatewayClass, HTTPRoute, ReferenceGrant } from "../api/gateway/types.ts";
import type { Condition, KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Secret } from "../api/secret/types.ts";
import type { Service } from "../api/service/types.ts";
import type { ApiClient } from "../apiclient/client.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { certificateOfSecret } from "../ingress-nginx/tls-secret.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { Simulation } from "../sim/simulation.ts";
import {
  type AttachedGateway,
  type AttachedListener,
  type AttachedRoute,
  attach,
  type GatewayWorld,
  gatewayControllerName,
  type Verdict,
} from "./attach.ts";

/** The label that ties what is made for a Gateway to it. @source gateway-api GEP-1762 */
export const gatewayNameLabel = "gateway.networking.k8s.io/gateway-name";

const gatewayImage = "ghcr.io/nginx/nginx-gateway-fabric/nginx:2.2.0";

/** Objects that attaching looks at, kept by watches. */
export function watchGatewayWorld(client: ApiClient, changed: () => void): GatewayWorld {
  const classes = client.informer<GatewayClass>("GatewayClass");
  const gateways = client.informer<Gateway>("Gateway");
  const routes = client.informer<HTTPRoute>("HTTPRoute");
  const grants = client.informer<ReferenceGrant>("ReferenceGrant");
  const services = client.informer<Service>("Service");
  const secrets = client.informer<Secret>("Secret");
  const namespaces = client.informer<KubernetesObject>("Namespace");
  for (const informer of [classes, gateways, routes, grants, services, secrets, namespaces]) informer.onEvent(changed);
  return {
    get classes() {
      return classes.list();
    },
    get gateways() {
      return gateways.list();
    },
    get routes() {
      return routes.list();
    },
    get grants() {
      return grants.list();
    },
    namespace: (name) => namespaces.get(undefined, name),
    service: (namespace, name) => services.get(namespace, name),
    certificate(namespace, name) {
      const secret = secrets.get(namespace, name);
      return secret?.data === undefined ? undefined : certificateOfSecret(secret) !== undefined;
    },
  };
}

/**
 * Takes on the Gateways of its class: for each a Deployment of nginx and a LoadBalancer Service in the Gateway's own namespace, and what came of it
 * in the status of classes, Gateways and routes. It runs beside the other controllers of the control plane and does nothing until a class names it.
 * @source NGINX Gateway Fabric 2, internal/controller
 */
export function startGatewayController(simulation: Simulation, client: ApiClient): void {
  const queue = createWorkQueue(simulation, () => reconcile());
  const world = watchGatewayWorld(client, () => {
    if (world.classes.length > 0) queue.add("all");
  });

  function reconcile(): undefined {
    const nowText = formatRfc3339(simulation.dateMs());
    for (const one of world.classes) if (one.spec.controllerName === gatewayControllerName) acceptClass(one, nowText);
    const { gateways, routes } = attach(world);
    for (const attached of gateways) {
      provision(attached.gateway);
      writeGateway(attached, nowText);
    }
    for (const attached of routes) writeRoute(attached, nowText);
  }

  function acceptClass(gatewayClass: GatewayClass, nowText: string): void {
    const verdict = { ok: true, reason: "Accepted", message: "The GatewayClass is accepted" };
    const conditions = [condition("Accepted", verdict, gatewayClass, gatewayClass.status?.conditions, nowText)];
    if (!isEqualData(conditions, gatewayClass.status?.conditions))
      client.patch("GatewayClass", undefined, gatewayClass.metadata.name, { status: { conditions } }, "status");
  }

  function provision(gateway: Gateway): void {
    const ports = [
      ...new Set(gateway.spec.listeners.filter(({ protocol }) => protocol === "HTTP" || protocol === "HTTPS").map(({ port }) => port)),
    ];
    const deployment = deploymentOf(gateway, ports);
    const service = serviceOf(gateway, ports);
    if (ports.length === 0) return;
    for (const wanted of [deployment, service]) {
      const kind = wanted["kind"] as string;
      const { namespace, name } = wanted["metadata"] as { namespace: string; name: string };
      const known = client.get<KubernetesObject>(kind, namespace, name);
      if (known === undefined) {
        client.create(kind, wanted);
        continue;
      }
      if (known.metadata.annotations?.[portsAnnotation] === ports.join(",")) continue;
      const metadata = { annotations: { [portsAnnotation]: ports.join(",") } };
      const { spec } = wanted as unknown as { spec: LooseObject };
      const changes = kind === "Service" ? { ports: spec["ports"] } : { template: spec["template"] };
      client.patch(kind, namespace, name, { metadata, spec: changes });
    }
  }

  function writeGateway({ gateway, listeners }: AttachedGateway, nowText: string): void {
    const { namespace } = gateway.metadata;
    const service = world.service(namespace ?? "", workloadName(gateway));
    const addresses = (service?.status.loadBalancer.ingress ?? []).map(({ ip, hostname }) =>
      ip === undefined ? { type: "Hostname", value: hostname ?? "" } : { type: "IPAddress", value: ip },
    );
    const valid = listeners.filter((one) => isValid(one));
    const accepted: Verdict =
      valid.length === 0
        ? { ok: false, reason: "ListenersNotValid", message: "Gateway has no valid listeners" }
        : valid.length < listeners.length
          ? { ok: true, reason: "ListenersNotValid", message: "Gateway has at least one valid listener" }
          : { ok: true, reason: "Accepted", message: "The Gateway is accepted" };
    const programmed: Verdict =
      valid.length === 0
        ? { ok: false, reason: "Invalid", message: "Gateway has no valid listeners" }
        : addresses.length === 0
          ? { ok: false, reason: "AddressNotAssigned", message: "No address has been assigned to the Gateway yet" }
          : { ok: true, reason: "Programmed", message: "The Gateway is programmed" };
    const before = gateway.status;
    const status = {
      addresses,
      conditions: [
        condition("Accepted", accepted, gateway, before?.conditions, nowText),
        condition("Programmed", programmed, gateway, before?.conditions, nowText),
      ],
      listeners: listeners.map((attached) => {
        const known = before?.listeners?.find(({ name }) => name === attached.listener.name)?.conditions;
        const isFine = isValid(attached);
        const ready: Verdict = isFine
          ? { ok: true, reason: "Programmed", message: "The Listener is programmed" }
          : { ok: false, reason: "Invalid", message: "The Listener is not valid" };
        const isServed = attached.listener.protocol === "HTTP" || attached.listener.protocol === "HTTPS";
        return {
          name: attached.listener.name,
          supportedKinds: isServed ? [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }] : [],
          attachedRoutes: attached.attachedRoutes,
          conditions: [
            condition("Accepted", attached.accepted, gateway, known, nowText),
            condition("Programmed", ready, gateway, known, nowText),
            condition("ResolvedRefs", attached.resolved, gateway, known, nowText),
            condition("Conflicted", attached.conflicted, gateway, known, nowText),
          ],
        };
      }),
    };
    if (isEqualData(status, before)) return;
    client.patch("Gateway", namespace, gateway.metadata.name, { status }, "status");
  }

  function writeRoute({ route, parents }: AttachedRoute, nowText: string): void {
    const known = route.status?.parents ?? [];
    const ours = parents.map(({ parentRef, accepted, resolved }) => {
      const before = known.find((one) => one.controllerName === gatewayControllerName && isEqualData(one.parentRef, parentRef))?.conditions;
      return {
        parentRef,
        controllerName: gatewayControllerName,
        conditions: [condition("Accepted", accepted, route, before, nowText), condition("ResolvedRefs", resolved, route, before, nowText)],
      };
    });
    const status = { parents: [...known.filter((one) => one.controllerName !== gatewayControllerName), ...ours] };
    if (isEqualData(status, route.status)) return;
    client.patch("HTTPRoute", route.metadata.namespace, route.metadata.name, { status }, "status");
  }
}

function isValid({ accepted, resolved, conflicted }: AttachedListener): boolean {
  return accepted.ok && resolved.ok && !conflicted.ok;
}

function condition(
  type: string,
  verdict: Verdict,
  object: KubernetesObject,
  before: readonly Condition[] | undefined,
  nowText: string,
): Condition {
  const known = before?.find((one) => one.type === type);
  const status = verdict.ok ? "True" : "False";
  return {
    type,
    status,
    reason: verdict.reason,
    message: verdict.message,
    lastTransitionTime: known?.status === status ? (known.lastTransitionTime ?? nowText) : nowText,
    ...(object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation }),
  };
}

/** What is made for a Gateway is called after it and its class. */
function workloadName({ metadata, spec }: Gateway): string {
  return `${metadata.name}-${spec.gatewayClassName}`;
}

const portsAnnotation = "kubehop.dev/gateway-ports";

function metadataOf(gateway: Gateway, ports: readonly number[]): LooseObject {
  return {
    name: workloadName(gateway),
    namespace: gateway.metadata.namespace,
    labels: labelsOf(gateway),
    annotations: { [portsAnnotation]: ports.join(",") },
    ownerReferences: [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        name: gateway.metadata.name,
        uid: gateway.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function labelsOf(gateway: Gateway): LooseObject {
  return {
    "app.kubernetes.io/managed-by": "nginx-gateway",
    "app.kubernetes.io/name": workloadName(gateway),
    [gatewayNameLabel]: gateway.metadata.name,
  };
}

function deploymentOf(gateway: Gateway, ports: readonly number[]): LooseObject {
  const labels = labelsOf(gateway);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(gateway, ports),
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "nginx",
              image: gatewayImage,
              args: [`--gateway=${gateway.metadata.namespace}/${gateway.metadata.name}`],
              ports: ports.map((port) => ({ name: `port-${port}`, containerPort: port })),
              readinessProbe: { httpGet: { path: "/readyz", port: 8081 }, initialDelaySeconds: 3 },
            },
          ],
        },
      },
    },
  };
}

function serviceOf(gateway: Gateway, ports: readonly number[]): LooseObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(gateway, ports),
    spec: {
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      selector: labelsOf(gateway),
      ports: ports.map((port) => ({ name: `port-${port}`, port, targetPort: port, protocol: "TCP" })),
    },
  };
}
