import type { LooseObject } from "../api/meta.ts";
import { addressAt, parseCidr } from "../network/address.ts";
import type { ClusterOptions } from "../options.ts";
import { runningDeployment } from "./coredns-objects.ts";
import { systemSince } from "./since.ts";
import type { SystemWorkload } from "./workloads.ts";

export const ingressNamespace = "ingress-nginx";
export const ingressControllerName = "k8s.io/ingress-nginx";

/** Where the controller is reached: the scenario's address, else the pool's first; undefined where there is no load balancer. */
export function ingressIp(options: ClusterOptions): string | undefined {
  if (options.ingressController === undefined) return undefined;
  if (options.ingressController.ip !== undefined) return options.ingressController.ip;
  const family = parseCidr(options.serviceCIDRs[0] as string)?.family;
  const pool = options.loadBalancerPools.map((cidr) => parseCidr(cidr)).find((cidr) => cidr?.family === family);
  return options.loadBalancer && pool !== undefined ? addressAt(pool, 1) : undefined;
}

/** What the standard manifest of ingress-nginx for clouds installs, as far as it can be seen. IngressClass `nginx` is not the default one. */
export function ingressObjects(options: ClusterOptions): readonly LooseObject[] {
  const since = systemSince(options);
  const labels = {
    "app.kubernetes.io/component": "controller",
    "app.kubernetes.io/name": "ingress-nginx",
    "app.kubernetes.io/instance": "ingress-nginx",
  };
  const ip = ingressIp(options);
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: ingressNamespace, creationTimestamp: since } },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "ingress-nginx", namespace: ingressNamespace, creationTimestamp: since },
    },
    ...(options.version.minor >= 19
      ? [
          {
            apiVersion: "networking.k8s.io/v1",
            kind: "IngressClass",
            metadata: { name: options.ingressController?.class ?? "nginx", creationTimestamp: since, labels },
            spec: { controller: ingressControllerName },
          },
        ]
      : []),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "ingress-nginx-controller", namespace: ingressNamespace, creationTimestamp: since, labels },
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        selector: labels,
        ports: [
          { name: "http", port: 80, protocol: "TCP", targetPort: "http", appProtocol: "http" },
          { name: "https", port: 443, protocol: "TCP", targetPort: "https", appProtocol: "https" },
        ],
      },
      ...(ip === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip }] } } }),
    },
  ];
}

export function ingressWorkload(options: ClusterOptions): SystemWorkload {
  const labels = {
    "app.kubernetes.io/component": "controller",
    "app.kubernetes.io/name": "ingress-nginx",
    "app.kubernetes.io/instance": "ingress-nginx",
  };
  const replicas = 1;
  return {
    namespace: ingressNamespace,
    name: "ingress-nginx-controller",
    replicas,
    firstNode: options.nodes.length > 2 ? 2 : options.nodes.length - 1,
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "ingress-nginx-controller",
        namespace: ingressNamespace,
        creationTimestamp: systemSince(options),
        labels,
        annotations: { "deployment.kubernetes.io/revision": "1" },
      },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: "ingress-nginx",
            containers: [
              {
                name: "controller",
                image: "registry.k8s.io/ingress-nginx/controller:v1.12.0",
                imagePullPolicy: "IfNotPresent",
                args: [
                  "/nginx-ingress-controller",
                  "--publish-service=$(POD_NAMESPACE)/ingress-nginx-controller",
                  `--controller-class=${ingressControllerName}`,
                  `--ingress-class=${options.ingressController?.class ?? "nginx"}`,
                  // Controllers of the time before networking.k8s.io/v1 alone took Ingresses that name no class.
                  ...(options.version.minor < 22 ? ["--watch-ingress-without-class=true"] : []),
                ],
                env: [
                  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                  { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                ],
                ports: [
                  { name: "http", containerPort: 80, protocol: "TCP" },
                  { name: "https", containerPort: 443, protocol: "TCP" },
                ],
                readinessProbe: { httpGet: { path: "/healthz", port: 10254 }, initialDelaySeconds: 10 },
                livenessProbe: { httpGet: { path: "/healthz", port: 10254 }, initialDelaySeconds: 10, failureThreshold: 5 },
              },
            ],
          },
        },
      },
      status: runningDeployment(options, replicas),
    },
  };
}
