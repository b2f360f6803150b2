import { describe, expect, test } from "vitest";
import { admit } from "../admit.ts";

const label63 = "a".repeat(63);
const dns1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const dns1123 =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function service(spec: string, metadata = "name: kubia"): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {${metadata}}\nspec: ${spec}`;
}

/** kubernetes 1.32 pkg/apis/core/validation/validation.go and TestValidateServiceCreate; texts as the server words them. */
describe("a new Service", () => {
  test.each([
    { name: "is accepted", spec: "{ports: [{port: 80}]}", errors: [] },
    { name: "headless without ports", spec: "{clusterIP: None}", errors: [] },
    { name: "no ports", spec: "{selector: {a: b}}", errors: ["spec.ports: Required value"] },
    {
      name: "misspelt type",
      spec: "{type: Nodeport, ports: [{port: 80}]}",
      errors: ['spec.type: Unsupported value: "Nodeport": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    },
    {
      name: "unnamed ports",
      spec: "{ports: [{port: 80}, {port: 443}]}",
      errors: ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
    },
    {
      name: "the same name twice",
      spec: "{ports: [{name: a, port: 80}, {name: a, port: 443}]}",
      errors: ['spec.ports[1].name: Duplicate value: "a"'],
    },
    {
      name: "the same port twice",
      spec: "{ports: [{name: a, port: 80}, {name: b, port: 80}]}",
      errors: [
        'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
      ],
    },
    { name: "the same port as TCP and UDP", spec: "{ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}", errors: [] },
    {
      name: "the same node port twice",
      spec: "{type: NodePort, ports: [{name: a, port: 1, nodePort: 30001}, {name: b, port: 2, nodePort: 30001}]}",
      errors: ["spec.ports[1].nodePort: Duplicate value: 30001"],
    },
    {
      name: "port 0",
      spec: "{ports: [{port: 0}]}",
      errors: [
        "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
      ],
    },
    {
      name: "port 65536",
      spec: "{ports: [{port: 65536, targetPort: 80}]}",
      errors: ["spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive"],
    },
    { name: "bad port name", spec: "{ports: [{name: Http, port: 80}]}", errors: [`spec.ports[0].name: Invalid value: "Http": ${dns1123}`] },
    {
      name: "bad protocol",
      spec: "{ports: [{port: 80, protocol: tcp}]}",
      errors: ['spec.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'],
    },
    {
      name: "target port name too long",
      spec: "{ports: [{port: 80, targetPort: abcdefghijklmnop}]}",
      errors: ['spec.ports[0].targetPort: Invalid value: "abcdefghijklmnop": must be no more than 15 characters'],
    },
    {
      name: "target port without a letter",
      spec: "{ports: [{port: 80, targetPort: '8080'}]}",
      errors: ['spec.ports[0].targetPort: Invalid value: "8080": must contain at least one letter (a-z)'],
    },
    {
      name: "target port with two hyphens",
      spec: "{ports: [{port: 80, targetPort: a--b}]}",
      errors: ['spec.ports[0].targetPort: Invalid value: "a--b": must not contain consecutive hyphens'],
    },
    {
      name: "bad selector",
      spec: "{selector: {'a b': c}, ports: [{port: 80}]}",
      errors: [expect.stringContaining('spec.selector: Invalid value: "a b": name part must consist of')],
    },
    {
      name: "bad affinity",
      spec: "{sessionAffinity: clientIP, ports: [{port: 80}]}",
      errors: ['spec.sessionAffinity: Unsupported value: "clientIP": supported values: "ClientIP", "None"'],
    },
    {
      name: "affinity timeout 0",
      spec: "{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}, ports: [{port: 80}]}",
      errors: ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400"],
    },
    {
      name: "affinity timeout of more than a day",
      spec: "{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}, ports: [{port: 80}]}",
      errors: ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400"],
    },
    {
      name: "clusterIP that is none",
      spec: "{clusterIP: none, ports: [{port: 80}]}",
      errors: ['spec.clusterIPs[0]: Invalid value: "none": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    },
    {
      name: "clusterIP and clusterIPs differ",
      spec: "{clusterIP: 10.96.0.1, clusterIPs: [10.96.0.2], ports: [{port: 80}]}",
      errors: ['spec.clusterIPs: Invalid value: []string{"10.96.0.2"}: first value must match `clusterIP`'],
    },
    {
      name: "clusterIPs alone",
      spec: "{clusterIPs: [10.96.0.2], ports: [{port: 80}]}",
      errors: ['spec.clusterIPs: Invalid value: []string{"10.96.0.2"}: must be empty when `clusterIP` is not specified'],
    },
    {
      name: "None and an address",
      spec: "{clusterIP: None, clusterIPs: [None, 10.96.0.2], ports: [{port: 80}]}",
      errors: [`spec.clusterIPs: Invalid value: []string{"None", "10.96.0.2"}: 'None' must be the first and only value`],
    },
    {
      name: "two addresses of one family",
      spec: "{clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, 10.96.0.2], ports: [{port: 80}]}",
      errors: ['spec.clusterIPs: Invalid value: []string{"10.96.0.1", "10.96.0.2"}: may specify no more than one IP for each IP family'],
    },
    {
      name: "headless NodePort",
      spec: "{type: NodePort, clusterIP: None, ports: [{port: 80}]}",
      errors: [`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`],
    },
    {
      name: "headless LoadBalancer",
      spec: "{type: LoadBalancer, clusterIP: None, ports: [{port: 80}]}",
      errors: [`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for LoadBalancer services`],
    },
    {
      name: "node port of a ClusterIP",
      spec: "{ports: [{port: 80, nodePort: 30123}]}",
      errors: ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    },
    {
      name: "the kubelet's port",
      spec: "{type: LoadBalancer, ports: [{port: 10250}]}",
      errors: ["spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet"],
    },
    {
      name: "external loopback",
      spec: "{externalIPs: [127.0.0.1], ports: [{port: 80}]}",
      errors: ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    },
    {
      name: "external 0.0.0.0",
      spec: "{externalIPs: [0.0.0.0], ports: [{port: 80}]}",
      errors: ['spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)'],
    },
    {
      name: "external host name",
      spec: "{externalIPs: [myhost.mydomain], ports: [{port: 80}]}",
      errors: ['spec.externalIPs[0]: Invalid value: "myhost.mydomain": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    },
    { name: "ExternalName without name", spec: "{type: ExternalName}", errors: ["spec.externalName: Required value"] },
    { name: "ExternalName with a last dot", spec: "{type: ExternalName, externalName: foo.bar.example.com.}", errors: [] },
    {
      name: "ExternalName with two last dots",
      spec: "{type: ExternalName, externalName: foo..}",
      errors: [`spec.externalName: Invalid value: "foo.": ${subdomain}`],
    },
    {
      name: "ExternalName with clusterIP",
      spec: "{type: ExternalName, externalName: a.b, clusterIP: 10.96.0.7}",
      errors: ["spec.clusterIPs: Forbidden: may not be set for ExternalName services"],
    },
    {
      name: "source ranges of a NodePort",
      spec: "{type: NodePort, loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]}",
      errors: ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    },
    {
      name: "source range without mask",
      spec: "{type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1], ports: [{port: 80}]}",
      errors: [
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    },
    {
      name: "source range with blanks",
      spec: "{type: LoadBalancer, loadBalancerSourceRanges: [' 10.0.0.0/8 '], ports: [{port: 80}]}",
      errors: [],
    },
    {
      name: "allocate flag of a ClusterIP",
      spec: "{allocateLoadBalancerNodePorts: false, ports: [{port: 80}]}",
      errors: ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    },
    {
      name: "class of a ClusterIP",
      spec: "{loadBalancerClass: a.b/c, ports: [{port: 80}]}",
      errors: ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    },
    {
      name: "external policy of a ClusterIP",
      spec: "{externalTrafficPolicy: Local, ports: [{port: 80}]}",
      errors: ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    },
    {
      name: "external policy of a ClusterIP with external IPs",
      spec: "{externalIPs: [1.2.3.4], externalTrafficPolicy: Local, ports: [{port: 80}]}",
      errors: [],
    },
    {
      name: "unknown external policy",
      spec: "{type: NodePort, externalTrafficPolicy: local, ports: [{port: 80}]}",
      errors: ['spec.externalTrafficPolicy: Unsupported value: "local": supported values: "Cluster", "Local"'],
    },
    {
      name: "unknown internal policy",
      spec: "{internalTrafficPolicy: Foo, ports: [{port: 80}]}",
      errors: ['spec.internalTrafficPolicy: Unsupported value: "Foo": supported values: "Cluster", "Local"'],
    },
    {
      name: "health port of a NodePort",
      spec: "{type: NodePort, healthCheckNodePort: 31000, ports: [{port: 80}]}",
      errors: [
        "spec.healthCheckNodePort: Invalid value: 31000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    },
    {
      name: "traffic distribution",
      spec: "{trafficDistribution: Random, ports: [{port: 80}]}",
      errors: ['spec.trafficDistribution: Unsupported value: "Random": supported values: "PreferClose"'],
    },
    {
      name: "family policy",
      spec: "{ipFamilyPolicy: Both, ports: [{port: 80}]}",
      errors: ['spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"'],
    },
    {
      name: "families",
      spec: "{ipFamilies: [ipv4], ports: [{port: 80}]}",
      errors: ['spec.ipFamilies[0]: Unsupported value: "ipv4": supported values: "IPv4", "IPv6"'],
    },
    {
      name: "a family twice",
      spec: "{ipFamilies: [IPv4, IPv4], ports: [{port: 80}]}",
      errors: ['spec.ipFamilies[1]: Duplicate value: "IPv4"'],
    },
  ])("$name", ({ spec, errors }) => {
    expect(admit(service(spec)).errors).toEqual(errors);
  });

  test.each([
    { name: "digit first", metadata: "name: 1kubia", errors: [`metadata.name: Invalid value: "1kubia": ${dns1035}`] },
    {
      name: "64 characters",
      metadata: `name: ${label63}a`,
      errors: [`metadata.name: Invalid value: "${label63}a": must be no more than 63 characters`],
    },
    { name: "no name", metadata: "labels: {}", errors: ["metadata.name: Required value: name or generateName is required"] },
    {
      name: "label value too long",
      metadata: `name: a, labels: {app: ${label63}a}`,
      errors: [`metadata.labels: Invalid value: "${label63}a": must be no more than 63 characters`],
    },
    {
      name: "bad annotation key",
      metadata: "name: a, annotations: {'a/b/c': x}",
      errors: [
        `metadata.annotations: Invalid value: "a/b/c": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ],
    },
    {
      name: "empty prefix",
      metadata: "name: a, labels: {'/b': x}",
      errors: ['metadata.labels: Invalid value: "/b": prefix part must be non-empty'],
    },
  ])("metadata: $name", ({ metadata, errors }) => {
    expect(admit(service("{ports: [{port: 80}]}", metadata)).errors).toEqual(errors);
  });

  test("several faults come in the server's order (facts: metadata, ports, selector, affinity, type)", () => {
    const { errors } = admit(service("{type: X, sessionAffinity: Q, ports: [{port: 0, targetPort: 1, protocol: Z}]}", "name: A"));
    expect(errors.map((error) => error.slice(0, error.indexOf(":")))).toEqual([
      "metadata.name",
      "spec.ports[0].port",
      "spec.ports[0].protocol",
      "spec.sessionAffinity",
      "spec.type",
    ]);
  });

  test("a name may begin with a digit from 1.36 on (RelaxedServiceNameValidation)", () => {
    expect(admit(service("{ports: [{port: 80}]}", "name: 1a"), undefined, 36).errors).toEqual([]);
  });
});

/** ValidateServiceUpdate, and the registry's carrying over of allocated values (registry/core/service). */
describe("an update", () => {
  const stored = admit(service("{clusterIP: 10.96.0.41, ports: [{port: 80}]}")).object;
  const nodePort = admit(service("{type: NodePort, clusterIP: 10.96.0.42, ports: [{name: http, port: 80, nodePort: 30123}]}")).object;

  test.each([
    {
      name: "another clusterIP",
      old: stored,
      spec: "{clusterIP: 10.96.0.99, ports: [{port: 80}]}",
      errors: ['spec.clusterIPs[0]: Invalid value: "10.96.0.99": may not change once set'],
    },
    {
      name: "to headless",
      old: stored,
      spec: "{clusterIP: None, ports: [{port: 80}]}",
      errors: ['spec.clusterIPs[0]: Invalid value: "None": may not change once set'],
    },
    { name: "clusterIP left out", old: stored, spec: "{ports: [{port: 81}]}", errors: [] },
    {
      name: "to ExternalName with the old address",
      old: stored,
      spec: "{type: ExternalName, externalName: a.b, clusterIP: 10.96.0.41}",
      errors: [],
    },
    {
      name: "back to ClusterIP, node port as it was",
      old: nodePort,
      spec: "{type: ClusterIP, ports: [{name: http, port: 80, nodePort: 30123}]}",
      errors: [],
    },
    {
      name: "back to ClusterIP, node port changed",
      old: nodePort,
      spec: "{type: ClusterIP, ports: [{name: http, port: 80, nodePort: 30124}]}",
      errors: ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    },
  ])("$name", ({ old, spec, errors }) => {
    expect(admit(service(spec), old).errors).toEqual(errors);
  });

  test("keeps address and node port that are left out, the node port by the port's name", () => {
    const { object } = admit(service("{type: NodePort, ports: [{name: x, port: 81}, {name: http, port: 8080}]}"), nodePort);
    expect(object).toMatchObject({
      spec: {
        clusterIP: "10.96.0.42",
        clusterIPs: ["10.96.0.42"],
        ports: [
          { name: "x", port: 81 },
          { name: "http", nodePort: 30123 },
        ],
      },
    });
  });

  test("a change to ClusterIP drops node ports and external policy", () => {
    const { object } = admit(
      service("{type: ClusterIP, externalTrafficPolicy: Cluster, ports: [{name: http, port: 80, nodePort: 30123}]}"),
      nodePort,
    );
    expect(object).toMatchObject({ spec: { type: "ClusterIP", ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 80 }] } });
    expect((object as unknown as { spec: object }).spec).not.toHaveProperty("externalTrafficPolicy");
  });
});

describe("defaults (pkg/apis/core/v1/defaults.go, SetDefaults_Service)", () => {
  test.each([
    {
      name: "ClusterIP",
      spec: "{ports: [{port: 80}]}",
      expected: {
        type: "ClusterIP",
        sessionAffinity: "None",
        internalTrafficPolicy: "Cluster",
        ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
      },
    },
    {
      name: "LoadBalancer",
      spec: "{type: LoadBalancer, ports: [{port: 80, targetPort: http}]}",
      expected: {
        type: "LoadBalancer",
        sessionAffinity: "None",
        internalTrafficPolicy: "Cluster",
        externalTrafficPolicy: "Cluster",
        allocateLoadBalancerNodePorts: true,
        ports: [{ port: 80, protocol: "TCP", targetPort: "http" }],
      },
    },
    {
      name: "ExternalName",
      spec: "{type: ExternalName, externalName: a.b}",
      expected: { type: "ExternalName", externalName: "a.b", sessionAffinity: "None" },
    },
    {
      name: "ClientIP",
      spec: "{sessionAffinity: ClientIP, ports: [{port: 1}]}",
      expected: expect.objectContaining({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }),
    },
  ])("$name", ({ spec, expected }) => {
    expect((admit(service(spec)).object as unknown as { spec: unknown }).spec).toEqual(expected);
  });
});

describe("warnings (pkg/api/service/warnings.go)", () => {
  test.each([
    { spec: "{externalName: a.b, ports: [{port: 80}]}", warnings: ['spec.externalName is ignored when spec.type is not "ExternalName"'] },
    {
      spec: "{type: ExternalName, externalName: a.b, externalIPs: [1.2.3.4]}",
      warnings: ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
    },
  ])("$warnings", ({ spec, warnings }) => {
    expect(admit(service(spec)).warnings).toEqual(warnings);
  });
});
