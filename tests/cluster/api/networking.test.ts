import { describe, expect, test } from "vitest";
import { admit } from "./admit.ts";

function policy(spec: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: ${spec}`;
}

function from(peer: string): string {
  return policy(`{podSelector: {}, ingress: [{from: [${peer}]}]}`);
}

function ports(port: string): string {
  return policy(`{podSelector: {}, ingress: [{ports: [${port}]}]}`);
}

const peer = "spec.ingress[0].from[0]";
const port = "spec.ingress[0].ports[0]";

/** kubernetes 1.32 pkg/apis/networking/validation, TestValidateNetworkPolicy */
describe("NetworkPolicy", () => {
  test.each([
    { name: "deny all", yaml: policy("{podSelector: {}}"), errors: [] },
    { name: "empty peer", yaml: from("{}"), errors: [`${peer}: Required value: must specify a peer`] },
    {
      name: "block and selector",
      yaml: from("{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}"),
      errors: [`${peer}: Forbidden: may not specify both ipBlock and another peer`],
    },
    { name: "no cidr", yaml: from("{ipBlock: {}}"), errors: [`${peer}.ipBlock.cidr: Required value`] },
    {
      name: "bad cidr",
      yaml: from("{ipBlock: {cidr: 10.0.0.300/8}}"),
      errors: [`${peer}.ipBlock.cidr: Invalid value: "10.0.0.300/8": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`],
    },
    {
      name: "except outside",
      yaml: from("{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}"),
      errors: [`${peer}.ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of \`cidr\``],
    },
    {
      name: "except the same",
      yaml: from("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}"),
      errors: [`${peer}.ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of \`cidr\``],
    },
    { name: "except inside", yaml: from("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}"), errors: [] },
    {
      name: "ICMP",
      yaml: ports("{protocol: ICMP}"),
      errors: [`${port}.protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"`],
    },
    {
      name: "range backwards",
      yaml: ports("{port: 80, endPort: 70}"),
      errors: [`${port}.endPort: Invalid value: 80: must be greater than or equal to \`port\``],
    },
    {
      name: "range from a name",
      yaml: ports("{port: http, endPort: 90}"),
      errors: [`${port}.endPort: Invalid value: 90: may not be specified when \`port\` is non-numeric`],
    },
    {
      name: "range from nowhere",
      yaml: ports("{endPort: 90}"),
      errors: [`${port}.endPort: Invalid value: 90: may not be specified when \`port\` is not specified`],
    },
    {
      name: "port 70000",
      yaml: ports("{port: 70000}"),
      errors: [`${port}.port: Invalid value: 70000: must be between 1 and 65535, inclusive`],
    },
    {
      name: "policy type",
      yaml: policy("{podSelector: {}, policyTypes: [ingress]}"),
      errors: ['spec.policyTypes[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"'],
    },
    {
      name: "operator",
      yaml: policy("{podSelector: {matchExpressions: [{key: a, operator: Is}]}}"),
      errors: ['spec.podSelector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator'],
    },
    {
      name: "In without values",
      yaml: policy("{podSelector: {matchExpressions: [{key: a, operator: In}]}}"),
      errors: ["spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });

  test("bits beyond the prefix are refused from 1.36 on (StrictIPCIDRValidation)", () => {
    const yaml = from("{ipBlock: {cidr: 10.0.0.1/8}}");
    expect(admit(yaml).errors).toEqual([]);
    expect(admit(yaml, undefined, 36).errors).toEqual([
      `${peer}.ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length`,
    ]);
  });

  test.each([
    ["{podSelector: {}}", ["Ingress"]],
    ["{podSelector: {}, egress: [{}]}", ["Ingress", "Egress"]],
    ["{podSelector: {}, policyTypes: [Egress]}", ["Egress"]],
  ])("policy types of %s (SetDefaults_NetworkPolicy)", (spec, types) => {
    expect(admit(policy(spec)).object).toMatchObject({ spec: { policyTypes: types } });
  });
});

function endpoints(subsets: string): string {
  return `apiVersion: v1\nkind: Endpoints\nmetadata: {name: e}\nsubsets: ${subsets}`;
}

/** TestValidateEndpointsCreate */
describe("Endpoints", () => {
  test.each([
    { name: "well made", yaml: endpoints("[{addresses: [{ip: 11.11.11.11}], ports: [{port: 80}]}]"), errors: [] },
    { name: "no subsets", yaml: "apiVersion: v1\nkind: Endpoints\nmetadata: {name: e}", errors: [] },
    {
      name: "no addresses",
      yaml: endpoints("[{ports: [{port: 80}]}]"),
      errors: ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"],
    },
    {
      name: "a name for an address: two errors",
      yaml: endpoints("[{addresses: [{ip: api.example.com}], ports: [{port: 80}]}]"),
      errors: [
        'subsets[0].addresses[0].ip: Invalid value: "api.example.com": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'subsets[0].addresses[0].ip: Invalid value: "api.example.com": must be a valid IP address',
      ],
    },
    {
      name: "loopback",
      yaml: endpoints("[{addresses: [{ip: 127.0.0.1}]}]"),
      errors: ['subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    },
    {
      name: "unnamed ports",
      yaml: endpoints("[{addresses: [{ip: 1.2.3.4}], ports: [{port: 80}, {port: 81, name: a}]}]"),
      errors: ["subsets[0].ports[0].name: Required value"],
    },
    {
      name: "port 0",
      yaml: endpoints("[{addresses: [{ip: 1.2.3.4}], ports: [{port: 0}]}]"),
      errors: ["subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"],
    },
    {
      name: "protocol",
      yaml: endpoints("[{addresses: [{ip: 1.2.3.4}], ports: [{port: 1, protocol: http}]}]"),
      errors: ['subsets[0].ports[0].protocol: Unsupported value: "http": supported values: "SCTP", "TCP", "UDP"'],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });
});

function slice(fields: string): string {
  return `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s}\n${fields}`;
}

/** pkg/apis/discovery/validation, TestValidateEndpointSlice */
describe("EndpointSlice", () => {
  test.each([
    { name: "well made", yaml: slice("addressType: IPv4\nendpoints: [{addresses: [1.2.3.4]}]\nports: [{port: 80}]"), errors: [] },
    { name: "no type", yaml: slice("endpoints: [{addresses: [1.2.3.4]}]"), errors: ["addressType: Required value"] },
    {
      name: "unknown type",
      yaml: slice("addressType: IP\nendpoints: []"),
      errors: ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"'],
    },
    {
      name: "no address",
      yaml: slice("addressType: IPv4\nendpoints: [{addresses: []}]"),
      errors: ["endpoints[0].addresses: Required value: must contain at least 1 address"],
    },
    {
      name: "another family",
      yaml: slice("addressType: IPv6\nendpoints: [{addresses: [1.2.3.4]}]"),
      errors: ['endpoints[0].addresses[0]: Invalid value: "1.2.3.4": must be a valid IPv6 address'],
    },
    {
      name: "one label for a name",
      yaml: slice("addressType: FQDN\nendpoints: [{addresses: [host]}]"),
      errors: ['endpoints[0].addresses[0]: Invalid value: "host": should be a domain with at least two segments separated by dots'],
    },
    {
      name: "port names",
      yaml: slice("addressType: IPv4\nendpoints: []\nports: [{name: a, port: 1}, {name: a, port: 2}]"),
      errors: ['ports[1].name: Duplicate value: "a"'],
    },
    {
      name: "two unnamed ports",
      yaml: slice("addressType: IPv4\nendpoints: []\nports: [{port: 1}, {port: 2}]"),
      errors: ['ports[1].name: Duplicate value: ""'],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });

  test("addressType is for life", () => {
    const old = admit(slice("addressType: IPv4\nendpoints: [{addresses: [1.2.3.4]}]")).object;
    expect(admit(slice("addressType: FQDN\nendpoints: [{addresses: [api.example.com]}]"), old).errors).toEqual([
      'addressType: Invalid value: "FQDN": field is immutable',
    ]);
  });

  test("ports get protocol and name (SetDefaults_EndpointPort)", () => {
    expect(admit(slice("addressType: IPv4\nendpoints: []\nports: [{port: 80}]")).object).toMatchObject({
      ports: [{ name: "", protocol: "TCP", port: 80 }],
    });
  });
});

/** TestValidateSecret, TestValidateConfigMap, TestValidateIngressClass */
describe("configuration", () => {
  const key =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  test.each([
    {
      name: "ConfigMap key",
      yaml: "kind: ConfigMap\nmetadata: {name: c}\ndata: {'a/b': x}",
      errors: [`data[a/b]: Invalid value: "a/b": ${key}`],
    },
    {
      name: "ConfigMap key ..",
      yaml: "kind: ConfigMap\nmetadata: {name: c}\ndata: {'..': x}",
      errors: [`data[..]: Invalid value: "..": must not be '..'`],
    },
    {
      name: "ConfigMap key twice",
      yaml: "kind: ConfigMap\nmetadata: {name: c}\ndata: {a: x}\nbinaryData: {a: eA==}",
      errors: ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    },
    {
      name: "TLS without key",
      yaml: "kind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls\ndata: {tls.crt: Zm9v}",
      errors: ["data[tls.key]: Required value"],
    },
    {
      name: "TLS with nothing",
      yaml: "kind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls",
      errors: ["data[tls.crt]: Required value", "data[tls.key]: Required value"],
    },
    {
      name: "basic-auth needs one of two",
      yaml: "kind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/basic-auth\nstringData: {username: me}",
      errors: [],
    },
    {
      name: "controller",
      yaml: "kind: IngressClass\nmetadata: {name: x}\nspec: {controller: nginx}",
      errors: ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    },
    { name: "no controller", yaml: "kind: IngressClass\nmetadata: {name: x}\nspec: {}", errors: ["spec.controller: Required value"] },
    {
      name: "namespace name",
      yaml: "kind: Namespace\nmetadata: {name: a.b}",
      errors: ['metadata.name: Invalid value: "a.b": must not contain dots'],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });

  test("stringData becomes data", () => {
    const { object } = admit("kind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2, umlaut: ä€😀}");
    expect(object).toMatchObject({ type: "Opaque", data: { password: "aHVudGVyMg==", umlaut: Buffer.from("ä€😀").toString("base64") } });
    expect(object).not.toHaveProperty("stringData");
  });

  test("a Secret's type and a class's controller are for life", () => {
    const secret = admit("kind: Secret\nmetadata: {name: s}").object;
    expect(admit("kind: Secret\nmetadata: {name: s}\ntype: x/y", secret).errors).toEqual([
      'type: Invalid value: "x/y": field is immutable',
    ]);
    const ingressClass = admit("kind: IngressClass\nmetadata: {name: x}\nspec: {controller: example.com/a}").object;
    expect(admit("kind: IngressClass\nmetadata: {name: x}\nspec: {controller: example.com/b}", ingressClass).errors).toEqual([
      'spec.controller: Invalid value: "example.com/b": field is immutable',
    ]);
  });

  test("a namespace carries its name from 1.21 on", () => {
    expect(admit("kind: Namespace\nmetadata: {name: shop}").object).toMatchObject({
      metadata: { labels: { "kubernetes.io/metadata.name": "shop" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
    expect(admit("kind: Namespace\nmetadata: {name: shop}", undefined, 20).object.metadata.labels).toBeUndefined();
  });
});
