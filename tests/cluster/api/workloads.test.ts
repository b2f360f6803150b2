import { describe, expect, test } from "vitest";
import { admit } from "./admit.ts";

const template = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}";
const other = "template: {metadata: {labels: {app: other}}, spec: {containers: [{name: web, image: nginx}]}}";
const selector = "selector: {matchLabels: {app: web}}";

function manifest(kind: string, spec: string, apiVersion = "apps/v1"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web}\nspec: ${spec}`;
}

const mismatch = (labels: string): string =>
  `spec.template.metadata.labels: Invalid value: ${labels}: \`selector\` does not match template \`labels\``;

/** kubernetes 1.32 pkg/apis/apps/validation, pkg/apis/core/validation, pkg/apis/batch/validation and their tests */
describe("controllers", () => {
  test.each([
    { name: "Deployment", yaml: manifest("Deployment", `{${selector}, ${template}}`), errors: [] },
    {
      name: "Deployment without selector: two errors",
      yaml: manifest("Deployment", `{${template}}`),
      errors: ["spec.selector: Required value", mismatch('map[string]string{"app":"web"}')],
    },
    {
      name: "Deployment with an empty selector: one",
      yaml: manifest("Deployment", `{selector: {}, ${template}}`),
      errors: [
        "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment",
      ],
    },
    {
      name: "Deployment that misses its pods",
      yaml: manifest("Deployment", `{${selector}, ${other}}`),
      errors: [mismatch('map[string]string{"app":"other"}')],
    },
    {
      name: "Deployment of -1",
      yaml: manifest("Deployment", `{replicas: -1, ${selector}, ${template}}`),
      errors: ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
    },
    {
      name: "Deployment whose pods end",
      yaml: manifest(
        "Deployment",
        `{${selector}, template: {metadata: {labels: {app: web}}, spec: {restartPolicy: Never, containers: [{name: web, image: nginx}]}}}`,
      ),
      errors: ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    },
    {
      name: "strategy",
      yaml: manifest("Deployment", `{strategy: {type: Rolling}, ${selector}, ${template}}`),
      errors: ['spec.strategy.type: Unsupported value: "Rolling": supported values: "Recreate", "RollingUpdate"'],
    },
    {
      name: "Recreate with rollingUpdate",
      yaml: manifest("Deployment", `{strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, ${selector}, ${template}}`),
      errors: ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    },
    {
      name: "surge and unavailable both 0",
      yaml: manifest("Deployment", `{strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, ${selector}, ${template}}`),
      errors: [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
      ],
    },
    {
      name: "no containers in the template",
      yaml: manifest("Deployment", `{${selector}, template: {metadata: {labels: {app: web}}}}`),
      errors: ["spec.template.spec.containers: Required value"],
    },
    {
      name: "ReplicaSet without selector",
      yaml: manifest("ReplicaSet", `{${template}}`),
      errors: ["spec.selector: Required value", mismatch('map[string]string{"app":"web"}')],
    },
    { name: "ReplicationController", yaml: manifest("ReplicationController", `{${template}}`, "v1"), errors: [] },
    {
      name: "ReplicationController that misses its pods",
      yaml: manifest("ReplicationController", `{selector: {a: b}, ${template}}`, "v1"),
      errors: [mismatch('map[string]string{"app":"web"}')],
    },
    {
      name: "ReplicationController without template",
      yaml: manifest("ReplicationController", "{selector: {a: b}}", "v1"),
      errors: ["spec.template: Required value"],
    },
    { name: "StatefulSet", yaml: manifest("StatefulSet", `{serviceName: s, ${selector}, ${template}}`), errors: [] },
    {
      name: "StatefulSet, policy",
      yaml: manifest("StatefulSet", `{podManagementPolicy: Fast, ${selector}, ${template}}`),
      errors: [`spec.podManagementPolicy: Invalid value: "Fast": must be 'OrderedReady' or 'Parallel'`],
    },
    {
      name: "DaemonSet that misses its pods",
      yaml: manifest("DaemonSet", `{${selector}, ${other}}`),
      errors: [mismatch('map[string]string{"app":"other"}')],
    },
    {
      name: "Job whose pods never end",
      yaml: manifest("Job", `{${template}}`, "batch/v1"),
      errors: ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    },
    {
      name: "Job",
      yaml: manifest("Job", "{template: {spec: {restartPolicy: Never, containers: [{name: a, image: x}]}}}", "batch/v1"),
      errors: [],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });

  test("a Deployment's selector is for life", () => {
    const old = admit(manifest("Deployment", `{${selector}, ${template}}`)).object;
    expect(admit(manifest("Deployment", `{selector: {matchLabels: {app: other}}, ${other}}`), old).errors).toEqual([
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ]);
  });

  test("a StatefulSet changes only in part", () => {
    const old = admit(manifest("StatefulSet", `{serviceName: s, ${selector}, ${template}}`)).object;
    expect(admit(manifest("StatefulSet", `{replicas: 3, serviceName: s, ${selector}, ${template}}`), old).errors).toEqual([]);
    expect(admit(manifest("StatefulSet", `{serviceName: t, ${selector}, ${template}}`), old).errors).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });

  test("defaults (pkg/apis/apps/v1/defaults.go, pkg/apis/core/v1/defaults.go)", () => {
    expect(admit(manifest("Deployment", `{${selector}, ${template}}`)).object).toMatchObject({
      spec: {
        replicas: 1,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: { metadata: { creationTimestamp: null }, spec: { restartPolicy: "Always", containers: [{ imagePullPolicy: "Always" }] } },
      },
    });
    expect(admit(manifest("ReplicationController", `{${template}}`, "v1")).object).toMatchObject({
      metadata: { labels: { app: "web" } },
      spec: { replicas: 1, selector: { app: "web" } },
      status: { replicas: 0 },
    });
    expect(
      admit(manifest("Job", "{template: {spec: {restartPolicy: Never, containers: [{name: a, image: x}]}}}", "batch/v1")).object,
    ).toMatchObject({
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "u-1" } },
        template: { metadata: { labels: { "job-name": "web", "controller-uid": "u-1" } } },
      },
    });
  });

  test("replicas 0 is 0", () => {
    expect(admit(manifest("Deployment", `{replicas: 0, ${selector}, ${template}}`)).object).toMatchObject({ spec: { replicas: 0 } });
  });
});
