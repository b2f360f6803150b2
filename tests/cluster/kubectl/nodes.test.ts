import { expect, test } from "vitest";
import type { Pod } from "../../../src/cluster/api/pod/types.ts";
import { planDrain } from "../../../src/cluster/kubectl/nodes.ts";

const pod = (name: string, controller: string | undefined, extra: object = {}): Pod =>
  ({
    metadata: {
      name,
      namespace: "default",
      ...(controller === undefined ? {} : { ownerReferences: [{ kind: controller, controller: true }] }),
    },
    spec: { containers: [], ...extra },
    status: { phase: "Running" },
  }) as unknown as Pod;

const pods = [
  pod("ds", "DaemonSet"),
  pod("bare", undefined),
  pod("web", "ReplicaSet"),
  pod("disk", "ReplicaSet", { volumes: [{ name: "v", emptyDir: {} }] }),
];

// kubectl pkg/drain/filters.go; the doubled words are the real client's.
test.each([
  {
    name: "nothing allowed",
    options: { ignoresDaemonSets: false, deletesEmptyDir: false, isForced: false },
    evict: ["web"],
    errors: [
      "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/ds",
      "cannot delete Pods with local storage (use --delete-emptydir-data to override): default/disk",
      "cannot delete cannot delete Pods that declare no controller (use --force to override): default/bare",
    ],
  },
  {
    name: "everything allowed",
    options: { ignoresDaemonSets: true, deletesEmptyDir: true, isForced: true },
    evict: ["bare", "web", "disk"],
    errors: [],
  },
])("drain, $name", ({ options, evict, errors }) => {
  const plan = planDrain(pods, options);
  expect(plan.evict.map(({ metadata }) => metadata.name)).toEqual(evict);
  expect(plan.errors).toEqual(errors);
});
