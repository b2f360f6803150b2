import type { LooseObject } from "../api/meta.ts";
import { addressAt, parseCidr } from "../network/address.ts";
import type { ClusterOptions } from "../options.ts";
import { systemSince } from "./since.ts";
import type { SystemWorkload } from "./workloads.ts";

/**
 * The tenth address of the first service range: where kubeadm puts DNS. Its Service names no family, so on a dual-stack cluster too
 * it has the primary one alone. @source cmd/kubeadm/app/constants GetDNSIP
 */
export function dnsServiceIps(options: ClusterOptions): readonly string[] {
  return options.serviceCIDRs.slice(0, 1).flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? [] : [addressAt(cidr, 10)];
  });
}

/** kubeadm's Corefile. Up to 1.31 its cache also held the cluster's own names. @source cmd/kubeadm/app/phases/addons/dns/manifests.go */
export function corefile(options: ClusterOptions): string {
  const cache =
    options.version.minor >= 32
      ? `    cache 30 {\n       disable success ${options.domain}\n       disable denial ${options.domain}\n    }\n`
      : "    cache 30\n";
  return `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${options.domain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
${cache}    loop
    reload
    loadbalance
}
`;
}

export function dnsObjects(options: ClusterOptions): readonly LooseObject[] {
  const since = systemSince(options);
  const ips = dnsServiceIps(options);
  const labels = { "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "coredns", namespace: "kube-system", creationTimestamp: since },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace: "kube-system", creationTimestamp: since },
      data: { Corefile: corefile(options) },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "kube-dns",
        namespace: "kube-system",
        creationTimestamp: since,
        labels,
        annotations: { "prometheus.io/port": "9153", "prometheus.io/scrape": "true" },
      },
      spec: {
        clusterIP: ips[0],
        clusterIPs: ips,
        selector: { "k8s-app": "kube-dns" },
        ports: [
          { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
          { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
        ],
      },
    },
  ];
}

export function dnsWorkload(options: ClusterOptions): SystemWorkload {
  const labels = { "k8s-app": "kube-dns" };
  const replicas = 2;
  return {
    namespace: "kube-system",
    name: "coredns",
    replicas,
    firstNode: 0,
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "coredns",
        namespace: "kube-system",
        creationTimestamp: systemSince(options),
        labels,
        annotations: { "deployment.kubernetes.io/revision": "1" },
      },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: "coredns",
            priorityClassName: "system-cluster-critical",
            dnsPolicy: "Default",
            tolerations: [
              { key: "CriticalAddonsOnly", operator: "Exists" },
              { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
            ],
            containers: [
              {
                name: "coredns",
                image: "registry.k8s.io/coredns/coredns:v1.11.3",
                imagePullPolicy: "IfNotPresent",
                args: ["-conf", "/etc/coredns/Corefile"],
                resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
                ports: [
                  { name: "dns", containerPort: 53, protocol: "UDP" },
                  { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
                  { name: "metrics", containerPort: 9153, protocol: "TCP" },
                ],
                livenessProbe: {
                  httpGet: { path: "/health", port: 8080 },
                  initialDelaySeconds: 60,
                  timeoutSeconds: 5,
                  failureThreshold: 5,
                },
                readinessProbe: { httpGet: { path: "/ready", port: 8181 } },
                volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
              },
            ],
            volumes: [{ name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } }],
          },
        },
      },
      status: runningDeployment(options, replicas),
    },
  };
}

export function runningDeployment(options: ClusterOptions, replicas: number): LooseObject {
  const since = systemSince(options);
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: "True",
    reason,
    message,
    lastUpdateTime: since,
    lastTransitionTime: since,
  });
  return {
    observedGeneration: 1,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    conditions: [condition("Available", "MinimumReplicasAvailable", "Deployment has minimum availability.")],
  };
}
