import { ageColumn, column, nameColumn } from "../column.ts";
import { forbidden, invalid, notSupported, printed, required } from "../field-error.ts";
import { goStrings } from "../go-value.ts";
import { cidrContains, cidrMessage, parseCidr } from "../ip.ts";
import type { AdmissionContext, FieldError, KindDefinition } from "../kind.ts";
import { validateLabelSelector } from "../label-selector.ts";
import { formatLabelSelector } from "../labels.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { labelSelector, root } from "../meta-shape.ts";
import { portName, portNumber } from "../names.ts";
import { same, validateWith } from "../plain.ts";
import { about, always, int32, intOrString, list, named, pointer, string, strings, struct } from "../shape.ts";
import { hasFeature } from "../versions.ts";
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "./types.ts";

const port = struct("v1.NetworkPolicyPort", {
  protocol: about("TCP if left out.", pointer(named("v1.Protocol", ["TCP", "UDP", "SCTP"]))),
  port: about("Number or name of the pod's port; every port if left out.", pointer(intOrString)),
  endPort: about("The last of a range that begins with `port`.", pointer(int32)),
});
const peer = struct("v1.NetworkPolicyPeer", {
  podSelector: about("Pods of the policy's own namespace, or of those that `namespaceSelector` selects.", labelSelector),
  namespaceSelector: about("All pods of these namespaces, or those that `podSelector` selects.", labelSelector),
  ipBlock: about(
    "Addresses, meant for those outside the cluster.",
    struct("v1.IPBlock", { cidr: always(string), except: strings }, ["cidr"]),
  ),
});
const ports = about("Every port if left out.", list(port));

/** @source kubernetes.io "Network Policies"; pkg/apis/networking/{validation,v1/defaults.go} */
export const networkPolicyKind: KindDefinition = {
  kind: "NetworkPolicy",
  group: "networking.k8s.io",
  storageVersion: "v1",
  versions: [],
  plural: "networkpolicies",
  singular: "networkpolicy",
  shortNames: ["netpol"],
  namespaced: true,
  schema: root(
    "v1.NetworkPolicy",
    {
      spec: about(
        "Whose traffic is limited, and to what.",
        always(
          struct(
            "v1.NetworkPolicySpec",
            {
              podSelector: about("The pods whose traffic it limits; `{}` is all of the namespace.", always(labelSelector)),
              ingress: about(
                "Who may reach them. Each rule allows; nothing forbids.",
                list(struct("v1.NetworkPolicyIngressRule", { ports, from: about("Everybody if left out.", list(peer)) })),
              ),
              egress: about(
                "What they may reach.",
                list(struct("v1.NetworkPolicyEgressRule", { ports, to: about("Everything if left out.", list(peer)) })),
              ),
              policyTypes: about(
                "Which directions it limits: Ingress, Egress or both.",
                list(named("v1.PolicyType", ["Ingress", "Egress"])),
              ),
            },
            ["podSelector"],
          ),
        ),
      ),
    },
    "Says who may talk to the pods it selects, and whom they may talk to.",
  ),
  hasStatus: false,
  hasGeneration: true,
  defaults: defaultNetworkPolicy,
  prepare: same,
  validate: validateWith({ namespaced: true }, validateSpec),
  columns: [nameColumn, column<NetworkPolicy>("Pod-Selector", ({ spec }) => formatLabelSelector(spec.podSelector)), ageColumn],
};

function defaultNetworkPolicy(object: LooseObject): LooseObject {
  const spec = (object.spec ?? {}) as NetworkPolicy["spec"];
  const withProtocol = <R extends { readonly ports?: readonly NetworkPolicyPort[] }>(rules: readonly R[]): readonly R[] =>
    rules.map((rule) =>
      rule.ports === undefined ? rule : { ...rule, ports: rule.ports.map((one) => ({ ...one, protocol: one.protocol ?? "TCP" })) },
    );
  const isEgress = (spec.egress ?? []).length > 0;
  return {
    ...object,
    spec: {
      ...spec,
      ...(spec.ingress === undefined ? {} : { ingress: withProtocol(spec.ingress) }),
      ...(spec.egress === undefined ? {} : { egress: withProtocol(spec.egress) }),
      policyTypes: (spec.policyTypes ?? []).length > 0 ? spec.policyTypes : isEgress ? ["Ingress", "Egress"] : ["Ingress"],
    },
  };
}

const policyTypes = ["Ingress", "Egress"];
const protocols = ["TCP", "UDP", "SCTP"];

function validateSpec(object: LooseObject, _old: KubernetesObject | undefined, context: AdmissionContext): readonly FieldError[] {
  const spec = object.spec as NetworkPolicy["spec"];
  const errors = validateLabelSelector(spec.podSelector, "spec.podSelector");
  const rule = (
    path: string,
    rulePorts: readonly NetworkPolicyPort[] = [],
    peers: readonly NetworkPolicyPeer[] = [],
    side = "from",
  ): void => {
    for (const [index, one] of rulePorts.entries()) errors.push(...validatePort(one, `${path}.ports[${index}]`));
    for (const [index, one] of peers.entries()) errors.push(...validatePeer(one, context, `${path}.${side}[${index}]`));
  };
  for (const [index, one] of (spec.ingress ?? []).entries()) rule(`spec.ingress[${index}]`, one.ports, one.from);
  for (const [index, one] of (spec.egress ?? []).entries()) rule(`spec.egress[${index}]`, one.ports, one.to, "to");
  const types = spec.policyTypes ?? [];
  if (types.length > 2) {
    errors.push(
      invalid("spec.policyTypes", printed(goStrings(types, "[]networking.PolicyType")), "may not specify more than two policyTypes"),
    );
    return errors;
  }
  for (const [index, type] of types.entries()) {
    if (!policyTypes.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, policyTypes));
  }
  return errors;
}

function validatePort({ protocol, port: number, endPort }: NetworkPolicyPort, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !protocols.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  if (number === undefined) {
    if (endPort !== undefined) errors.push(invalid(`${path}.endPort`, endPort, "may not be specified when `port` is not specified"));
  } else if (typeof number === "number") {
    for (const message of portNumber(number)) errors.push(invalid(`${path}.port`, number, message));
    if (endPort !== undefined) {
      // The value shown is the port's, not the end port's.
      if (endPort < number) errors.push(invalid(`${path}.endPort`, number, "must be greater than or equal to `port`"));
      for (const message of portNumber(endPort)) errors.push(invalid(`${path}.endPort`, endPort, message));
    }
  } else {
    if (endPort !== undefined) errors.push(invalid(`${path}.endPort`, endPort, "may not be specified when `port` is non-numeric"));
    for (const message of portName(number)) errors.push(invalid(`${path}.port`, number, message));
  }
  return errors;
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  context: AdmissionContext,
  path: string,
): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, `${path}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock === undefined ? [] : validateIpBlock(ipBlock, context, `${path}.ipBlock`)),
  ];
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (!hasSelector && ipBlock === undefined) errors.push(required(path, "must specify a peer"));
  else if (hasSelector && ipBlock !== undefined) errors.push(forbidden(path, "may not specify both ipBlock and another peer"));
  return errors;
}

function validateIpBlock(
  { cidr, except = [] }: NonNullable<NetworkPolicyPeer["ipBlock"]>,
  context: AdmissionContext,
  path: string,
): FieldError[] {
  if (cidr === "") return [required(`${path}.cidr`)];
  const errors = validateCidr(cidr, context, `${path}.cidr`);
  const outer = parseCidr(cidr);
  if (outer === undefined) return errors;
  for (const [index, text] of except.entries()) {
    errors.push(...validateCidr(text, context, `${path}.except[${index}]`));
    const inner = parseCidr(text);
    if (inner === undefined) continue;
    const isInside = cidrContains(outer, { family: inner.family, bits: inner.network });
    if (!isInside || outer.prefix >= inner.prefix)
      errors.push(invalid(`${path}.except[${index}]`, text, "must be a strict subset of `cidr`"));
  }
  return errors;
}

function validateCidr(text: string, { clusterVersion }: AdmissionContext, path: string): FieldError[] {
  const cidr = parseCidr(text);
  if (cidr === undefined) return [invalid(path, text, cidrMessage)];
  const address = parseCidr(`${text.slice(0, text.indexOf("/"))}/${cidr.family === "IPv4" ? 32 : 128}`);
  if (hasFeature("strictIPs", clusterVersion) && address?.network !== cidr.network) {
    return [invalid(path, text, "must not have bits set beyond the prefix length")];
  }
  return [];
}
