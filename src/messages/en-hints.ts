import { plural, type Sentence } from "./catalogue.ts";

/** Kubehop's own remarks beside a command's output. The real program's text comes first and stays as it is. */
export const enHints = {
  // what was typed
  "kubectl.typographic-dash": () => "The dashes are typographic (– or —), as web pages and documents write them. kubectl needs plain ones.",
  "kubectl.exec-needs-dashes": () => "Current kubectl needs -- before the command; without it everything behind counts as kubectl's own.",
  "kubectl.server-flag": (a) =>
    `-s is kubectl's own --server here, so it calls ${a.server} instead of the cluster. Put -- before the command that is meant for the pod.`,
  "kubectl.tls-files-missing": (a) => `${a.file} is not there yet. Make a key and a certificate first.`,
  "kubectl.patch-type-merge": (a) => `${a.kind} knows no strategic merge: use --type=merge.`,
  "kubectl.expose-target-port": (a) =>
    `Without --target-port the Service sends to port ${a.port}, but the container listens on ${a.containerPort}: connections will be refused.`,
  "wait-needs-unit": (a) => `wait takes a duration with its unit: wait ${a.value}s. A number alone is a process to wait for.`,
  // what was applied
  "kubectl.pasted-yaml": () =>
    "The indentation is gone, or the dashes are typographic (–), as web pages do. The real one has two blanks for each level and - before each item.",
  "kubectl.fragment": (a) =>
    `This is a fragment, without ${a.missing}. An object needs apiVersion, kind, metadata.name and, for a Pod, containers with an image.`,
  "kubectl.service-type": (a) => `There is no type ${a.given}. ${a.meant} is probably meant.`,
  "kubectl.affinity-cookie": () =>
    "A Service works on TCP and UDP (layer 4) and never sees a cookie. An Ingress does: annotate it with nginx.ingress.kubernetes.io/affinity: cookie.",
  "kubectl.external-name-ip": (a) =>
    `externalName becomes a CNAME, which points to a name, not to an address: ${a.address} is looked up as a name and not found. For an address take a Service without selector and its Endpoints.`,
  "kubectl.headless-port": (a) =>
    `A headless Service maps no ports: its name leads straight to the pods, so connect to ${a.targetPort}; nothing turns ${a.port} into it.`,
  "kubectl.endpoints-name": (a) =>
    `These Endpoints belong to no Service: their name must be the Service's very name. Is ${a.service} meant instead of ${a.name}?`,
  "kubectl.ingress-beta": (a) =>
    `${a.version} is gone since 1.22. Write networking.k8s.io/v1: backend becomes service: {name, port: {number}}, each path needs a pathType (ImplementationSpecific is what it was, Prefix is usual today), and spec needs ingressClassName: nginx.`,
  "kubectl.ingress-without-class": (a) =>
    `${a.name} names no class, so no controller takes it: ADDRESS stays empty and requests get 404. Add ingressClassName: nginx to its spec.`,
  "kubectl.tls-service-name": () => "A certificate is named by secretName, not by serviceName.",
  "kubectl.template-keeps-pods": (a) =>
    `A changed template makes no difference to pods that run: ${a.kind} ${a.name} uses it for the next pod only. Delete the pods, and new ones come from it.`,
  // what a program met with
  "machine.resolve-conf": () => "The file is /etc/resolv.conf, without that e: it has been spelt so since the first resolvers of Unix.",
  "dns.other-namespace": (a) =>
    `A short name is looked for in the pod's own namespace only. This Service is in ${a.namespace}: call it ${a.full}.`,
  "dns.near-name": (a) => `There is no Service ${a.name} here. Is ${a.near} meant?`,
  "dns.outside-the-cluster": (a) =>
    `${a.name} is a name of the cluster's own DNS, which only pods ask. Machines outside and the nodes themselves ask another one.`,
  "dns.headless-nobody-ready": (a) =>
    `A headless Service's name stands for its ready pods, and ${Number(a.count) === 0 ? "it selects none" : "none is ready"}: so ${a.name} has no address at all.`,
  "network.container-port": (a) =>
    `The pod ${a.pod} itself refused: no program listens on ${a.port}. containerPort in a manifest is information; it opens nothing.`,
  "network.target-port": (a) =>
    `The Service's targetPort leads to port ${a.port} of the pod ${a.pod}, where nothing listens. Its container says ${a.declared}.`,
  "network.headless-port": (a) =>
    `No rule stands behind a headless name, so no port is mapped: this went to port ${a.port} of the pod ${a.pod} itself. Its container says ${a.declared}.`,
  "network.selector-matches-nothing": (a) =>
    `The selector of ${a.service} (${a.selector}) matches no pod. Compare: kubectl get pods --show-labels`,
  "network.nobody-ready": (a) =>
    `${a.service} selects ${plural(a.count, "pod", "pods")}, but none is ready, so none gets traffic. Look at READY in kubectl get pods.`,
  "network.no-selector": (a) =>
    `${a.service} has no selector, so nobody writes its endpoints. Make an Endpoints object (or an EndpointSlice) of the same name.`,
  "network.ping-cluster-ip": (a) =>
    `The address of ${a.service} is on no interface anywhere: there are only rules, and they know ${a.ports} and no ping. That says nothing against the Service.`,
} as const satisfies Readonly<Record<string, Sentence>>;
