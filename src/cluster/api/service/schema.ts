import { condition, root } from "../meta-shape.ts";
import type { Struct } from "../schema.ts";
import { about, always, bool, int32, intOrString, list, named, pointer, string, stringMap, strings, struct } from "../shape.ts";

/** @source k8s.io/api/core/v1/types.go (1.32) */

const servicePort = struct(
  "v1.ServicePort",
  {
    name: about("The port's name; needed as soon as there are several.", string),
    protocol: named("v1.Protocol", ["TCP", "UDP", "SCTP"]),
    appProtocol: pointer(string),
    port: about("The port that the Service itself is reached at.", always(int32)),
    targetPort: about(
      "The port of the pods: a number, or the name of a container's port. The same as `port` if left out.",
      always(intOrString),
    ),
    nodePort: about("The port of every node that leads to the Service; found by the cluster if left out.", int32),
  },
  ["port"],
);

const loadBalancerIngressFields = {
  ip: string,
  hostname: string,
};

const portStatus = struct("v1.PortStatus", { port: always(int32), protocol: always(named("v1.Protocol")), error: pointer(string) });

const loadBalancerStatus: Struct = struct("v1.LoadBalancerStatus", {
  ingress: list(
    struct("v1.LoadBalancerIngress", {
      ...loadBalancerIngressFields,
      ipMode: pointer(named("v1.LoadBalancerIPMode", ["VIP", "Proxy"])),
      ports: list(portStatus),
    }),
  ),
});

const serviceSpec = struct("v1.ServiceSpec", {
  ports: about("The ports of the Service and where they lead.", list(servicePort, { mergeKey: "port" })),
  selector: about("Labels of the pods that traffic goes to. Without it nobody keeps the endpoints but you.", stringMap),
  clusterIP: about("The Service's own address inside the cluster; `None` makes it headless. Found by the cluster if left out.", string),
  clusterIPs: strings,
  type: about(
    "Who can reach it: ClusterIP from inside, NodePort by every node, LoadBalancer by an address of its own, ExternalName is an alias in DNS.",
    named("v1.ServiceType", ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
  ),
  externalIPs: about("Addresses outside the cluster that lead to it, once somebody routes them to a node.", strings),
  sessionAffinity: about("`ClientIP` sends a client to the same pod each time.", named("v1.ServiceAffinity", ["ClientIP", "None"])),
  loadBalancerIP: string,
  loadBalancerSourceRanges: about("Only clients in these networks may use the load balancer.", strings),
  externalName: about("The DNS name that this Service is an alias of.", string),
  externalTrafficPolicy: about(
    "`Local` keeps traffic from outside on the node it came to, and so the client's address; `Cluster` spreads it over all pods.",
    named("v1.ServiceExternalTrafficPolicy", ["Cluster", "Local"]),
  ),
  healthCheckNodePort: int32,
  publishNotReadyAddresses: about("Whether DNS names pods that are not ready, too.", bool),
  sessionAffinityConfig: struct("v1.SessionAffinityConfig", {
    clientIP: struct("v1.ClientIPConfig", { timeoutSeconds: pointer(int32) }),
  }),
  ipFamilies: list(named("v1.IPFamily", ["IPv4", "IPv6"])),
  ipFamilyPolicy: pointer(named("v1.IPFamilyPolicy", ["SingleStack", "PreferDualStack", "RequireDualStack"])),
  allocateLoadBalancerNodePorts: pointer(bool),
  loadBalancerClass: pointer(string),
  internalTrafficPolicy: about(
    "`Local` keeps traffic from pods on their own node.",
    pointer(named("v1.ServiceInternalTrafficPolicy", ["Cluster", "Local"])),
  ),
  trafficDistribution: about("`PreferClose` prefers pods of the client's own zone.", pointer(string)),
});

export const serviceSchema: Struct = root(
  "v1.Service",
  {
    spec: about("How the Service is reached and where it leads.", always(serviceSpec)),
    status: about(
      "What the load balancer has given.",
      always(
        struct("v1.ServiceStatus", {
          loadBalancer: always(loadBalancerStatus),
          conditions: list(condition, { mergeKey: "type" }),
        }),
      ),
    ),
  },
  "One name and address for a set of pods, found by their labels.",
);
