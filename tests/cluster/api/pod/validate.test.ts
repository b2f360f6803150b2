import { describe, expect, test } from "vitest";
import { admit } from "../admit.ts";

function pod(spec: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: kubia}\nspec: ${spec}`;
}

/** The fields of the one container besides name and image. */
function container(fields: string): string {
  return pod(`{containers: [{name: a, image: luksa/kubia, ${fields}}]}`);
}

const c = "spec.containers[0]";
const dns1123 =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** kubernetes 1.32 pkg/apis/core/validation: TestValidateContainers, TestValidatePorts, TestValidateEnv, TestValidateProbe, TestValidateHandler … */
describe("containers", () => {
  test.each([
    { name: "well made", yaml: container("ports: [{containerPort: 8080, name: http}]"), errors: [] },
    { name: "none", yaml: pod("{containers: []}"), errors: ["spec.containers: Required value"] },
    {
      name: "no name, no image",
      yaml: pod("{containers: [{command: [ls]}]}"),
      errors: [`${c}.name: Required value`, `${c}.image: Required value`],
    },
    { name: "bad name", yaml: pod("{containers: [{name: A_b, image: x}]}"), errors: [`${c}.name: Invalid value: "A_b": ${dns1123}`] },
    {
      name: "dotted name",
      yaml: pod("{containers: [{name: a.b, image: x}]}"),
      errors: [`${c}.name: Invalid value: "a.b": must not contain dots`],
    },
    {
      name: "the same name twice",
      yaml: pod("{containers: [{name: a, image: x}, {name: a, image: z}]}"),
      errors: ['spec.containers[1].name: Duplicate value: "a"'],
    },
    {
      name: "blanks around the image",
      yaml: pod("{containers: [{name: a, image: ' x '}]}"),
      errors: [`${c}.image: Invalid value: " x ": must not have leading or trailing whitespace`],
    },
    {
      name: "pull policy",
      yaml: container("imagePullPolicy: always"),
      errors: [`${c}.imagePullPolicy: Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"`],
    },
    { name: "port missing", yaml: container("ports: [{name: http}]"), errors: [`${c}.ports[0].containerPort: Required value`] },
    {
      name: "port too high",
      yaml: container("ports: [{containerPort: 65536}]"),
      errors: [`${c}.ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive`],
    },
    {
      name: "port name too long",
      yaml: container("ports: [{containerPort: 1, name: abcdefghijklmnop}]"),
      errors: [`${c}.ports[0].name: Invalid value: "abcdefghijklmnop": must be no more than 15 characters`],
    },
    {
      name: "port name twice",
      yaml: container("ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]"),
      errors: [`${c}.ports[1].name: Duplicate value: "a"`],
    },
    {
      name: "protocol",
      yaml: container("ports: [{containerPort: 1, protocol: ICMP}]"),
      errors: [`${c}.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`],
    },
    {
      name: "host port twice",
      yaml: container("ports: [{containerPort: 1, hostPort: 80}, {containerPort: 2, hostPort: 80}]"),
      errors: [`${c}.ports[1].hostPort: Duplicate value: "TCP//80"`],
    },
    {
      name: "hostNetwork with another host port",
      yaml: pod("{hostNetwork: true, containers: [{name: a, image: x, ports: [{containerPort: 1, hostPort: 80}]}]}"),
      errors: [`${c}.ports[0].hostPort: Invalid value: 80: must match \`containerPort\` when \`hostNetwork\` is true`],
    },
    { name: "variable without name", yaml: container("env: [{value: x}]"), errors: [`${c}.env[0].name: Required value`] },
    {
      name: "variable with =",
      yaml: container("env: [{name: a=b, value: x}]"),
      errors: [
        `${c}.env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
      ],
    },
    {
      name: "value twice",
      yaml: container("env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
      errors: [`${c}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
    },
    {
      name: "value from nowhere",
      yaml: container("env: [{name: A, valueFrom: {}}]"),
      errors: [
        `${c}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\``,
      ],
    },
    {
      name: "unknown field path",
      yaml: container("env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nope}}}]"),
      errors: [
        `${c}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nope": error converting fieldPath: field label not supported: metadata.nope`,
      ],
    },
    {
      name: "mount of nothing",
      yaml: container("volumeMounts: [{name: nope, mountPath: /x}]"),
      errors: [`${c}.volumeMounts[0].name: Not found: "nope"`],
    },
    {
      name: "mounts at one place",
      yaml: pod(
        "{volumes: [{name: v, emptyDir: {}}], containers: [{name: a, image: x, volumeMounts: [{name: v, mountPath: /x}, {name: v, mountPath: /x}]}]}",
      ),
      errors: [`${c}.volumeMounts[1].mountPath: Invalid value: "/x": must be unique`],
    },
    {
      name: "request over limit",
      yaml: container("resources: {requests: {cpu: '2'}, limits: {cpu: '1'}}"),
      errors: [`${c}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
    },
    {
      name: "negative request",
      yaml: container("resources: {requests: {memory: '-1Gi'}}"),
      errors: [`${c}.resources.requests[memory]: Invalid value: "-1Gi": must be greater than or equal to 0`],
    },
    {
      name: "unknown resource",
      yaml: container("resources: {requests: {memry: 1Gi}}"),
      errors: [
        `${c}.resources.requests[memry]: Invalid value: "memry": must be a standard resource type or fully qualified`,
        `${c}.resources.requests[memry]: Invalid value: "memry": must be a standard resource for containers`,
      ],
    },
    {
      name: "liveness success threshold",
      yaml: container("livenessProbe: {successThreshold: 2, httpGet: {port: 8080}}"),
      errors: [`${c}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
    },
    { name: "readiness success threshold", yaml: container("readinessProbe: {successThreshold: 2, httpGet: {port: 8080}}"), errors: [] },
    {
      name: "probe without handler",
      yaml: container("readinessProbe: {periodSeconds: 1}"),
      errors: [`${c}.readinessProbe: Required value: must specify a handler type`],
    },
    {
      name: "probe with two handlers",
      yaml: container("readinessProbe: {tcpSocket: {port: 1}, httpGet: {port: 1}}"),
      errors: [`${c}.readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`],
    },
    {
      name: "probe without command",
      yaml: container("readinessProbe: {exec: {}}"),
      errors: [`${c}.readinessProbe.exec.command: Required value`],
    },
    {
      name: "probe port 0",
      yaml: container("readinessProbe: {httpGet: {path: /}}"),
      errors: [`${c}.readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive`],
    },
    {
      name: "probe scheme",
      yaml: container("readinessProbe: {httpGet: {port: 1, scheme: http}}"),
      errors: [`${c}.readinessProbe.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"`],
    },
    {
      name: "negative delay",
      yaml: container("readinessProbe: {initialDelaySeconds: -1, tcpSocket: {port: 1}}"),
      errors: [`${c}.readinessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0`],
    },
    {
      name: "header name",
      yaml: container("readinessProbe: {httpGet: {port: 1, httpHeaders: [{name: 'X Y', value: z}]}}"),
      errors: [
        `${c}.readinessProbe.httpGet.httpHeaders: Invalid value: "X Y": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
      ],
    },
    {
      name: "restartPolicy of a container",
      yaml: container("restartPolicy: Always"),
      errors: [`${c}.restartPolicy: Forbidden: may not be set for non-init containers`],
    },
    {
      name: "probe of an init container",
      yaml: pod("{containers: [{name: a, image: x}], initContainers: [{name: b, image: x, readinessProbe: {tcpSocket: {port: 1}}}]}"),
      errors: ["spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"],
    },
    {
      name: "probe of a sidecar",
      yaml: pod(
        "{containers: [{name: a, image: x}], initContainers: [{name: b, image: x, restartPolicy: Always, readinessProbe: {tcpSocket: {port: 1}}}]}",
      ),
      errors: [],
    },
    {
      name: "init container with a container's name",
      yaml: pod("{containers: [{name: a, image: x}], initContainers: [{name: a, image: x}]}"),
      errors: ['spec.initContainers[0].name: Duplicate value: "a"'],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });
});

/** TestValidatePodSpec, TestValidateVolumes, TestValidateTolerations */
describe("pods", () => {
  const one = "containers: [{name: a, image: x}]";
  test.each([
    {
      name: "restartPolicy",
      spec: `{${one}, restartPolicy: always}`,
      errors: ['spec.restartPolicy: Unsupported value: "always": supported values: "Always", "OnFailure", "Never"'],
    },
    {
      name: "dnsPolicy",
      spec: `{${one}, dnsPolicy: Cluster}`,
      errors: [
        'spec.dnsPolicy: Unsupported value: "Cluster": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    },
    {
      name: "dnsPolicy None",
      spec: `{${one}, dnsPolicy: None}`,
      errors: ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"],
    },
    {
      name: "host alias",
      spec: `{${one}, hostAliases: [{ip: 999.1.2.3, hostnames: [a]}]}`,
      errors: ['spec.hostAliases[0].ip: Invalid value: "999.1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    },
    { name: "hostname", spec: `{${one}, hostname: a.b}`, errors: ['spec.hostname: Invalid value: "a.b": must not contain dots'] },
    {
      name: "deadline",
      spec: `{${one}, activeDeadlineSeconds: 0}`,
      errors: ["spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"],
    },
    {
      name: "two volume types",
      spec: `{${one}, volumes: [{name: v, emptyDir: {}, secret: {secretName: s}}]}`,
      errors: ["spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type"],
    },
    {
      name: "volume names",
      spec: `{${one}, volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]}`,
      errors: ['spec.volumes[1].name: Duplicate value: "v"'],
    },
    {
      name: "secret volume",
      spec: `{${one}, volumes: [{name: v, secret: {}}]}`,
      errors: ["spec.volumes[0].secret.secretName: Required value"],
    },
    {
      name: "toleration",
      spec: `{${one}, tolerations: [{value: x}]}`,
      errors: [
        'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    },
    {
      name: "toleration effect",
      spec: `{${one}, tolerations: [{key: a, operator: Exists, tolerationSeconds: 5}]}`,
      errors: [`spec.tolerations[0].effect: Invalid value: "": effect must be 'NoExecute' when \`tolerationSeconds\` is set`],
    },
    {
      name: "affinity term",
      spec: `{${one}, affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: ''}]}}}`,
      errors: [
        "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty",
        expect.stringContaining("topologyKey: Invalid value"),
      ],
    },
    {
      name: "spread",
      spec: `{${one}, topologySpreadConstraints: [{maxSkew: 0, topologyKey: a, whenUnsatisfiable: Never}]}`,
      errors: [
        "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
        'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
    },
  ])("$name", ({ spec, errors }) => {
    const found = admit(pod(spec)).errors;
    expect(found.slice(0, errors.length)).toEqual(errors);
  });
});

/** ValidatePodUpdate */
describe("an update", () => {
  const old = admit(pod("{containers: [{name: a, image: x, env: [{name: A, value: '1'}]}], terminationGracePeriodSeconds: 30}")).object;
  test("may change the image", () => {
    expect(admit(pod("{containers: [{name: a, image: z, env: [{name: A, value: '1'}]}]}"), old).errors).toEqual([]);
  });
  test("may not add a container", () => {
    expect(admit(pod("{containers: [{name: a, image: x}, {name: b, image: x}]}"), old).errors).toEqual([
      "spec.containers: Forbidden: pod updates may not add or remove containers",
    ]);
  });
  test("may not change a variable, and says what it may", () => {
    const [error = ""] = admit(pod("{containers: [{name: a, image: x, env: [{name: A, value: '2'}]}]}"), old).errors;
    expect(error).toContain(
      "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n",
    );
    expect(error).toContain('value: "1"');
    expect(error).toContain('value: "2"');
  });
});

/** pkg/apis/core/v1/defaults.go */
describe("defaults", () => {
  test("of a pod", () => {
    expect(admit(pod("{containers: [{name: a, image: nginx, readinessProbe: {httpGet: {port: 80}}}]}")).object).toMatchObject({
      spec: {
        restartPolicy: "Always",
        dnsPolicy: "ClusterFirst",
        terminationGracePeriodSeconds: 30,
        enableServiceLinks: true,
        schedulerName: "default-scheduler",
        securityContext: {},
        containers: [
          {
            imagePullPolicy: "Always",
            terminationMessagePath: "/dev/termination-log",
            terminationMessagePolicy: "File",
            resources: {},
            readinessProbe: {
              httpGet: { path: "/", port: 80, scheme: "HTTP" },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
          },
        ],
      },
      status: { phase: "Pending", qosClass: "BestEffort" },
    });
  });
  test.each([
    { image: "nginx", policy: "Always" },
    { image: "nginx:latest", policy: "Always" },
    { image: "nginx:1.27", policy: "IfNotPresent" },
    { image: "localhost:5000/nginx", policy: "Always" },
    { image: "nginx@sha256:abc", policy: "IfNotPresent" },
  ])("imagePullPolicy of $image is $policy", ({ image, policy }) => {
    expect(admit(pod(`{containers: [{name: a, image: "${image}"}]}`)).object).toMatchObject({
      spec: { containers: [{ imagePullPolicy: policy }] },
    });
  });
  test("requests follow limits, and decide the class", () => {
    expect(admit(container("resources: {limits: {cpu: 500m, memory: 128Mi}}")).object).toMatchObject({
      spec: { containers: [{ resources: { requests: { cpu: "500m", memory: "128Mi" } } }] },
      status: { qosClass: "Guaranteed" },
    });
  });
});
