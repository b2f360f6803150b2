import { expect, test } from "vitest";
import { merge } from "../../../../src/cluster/kubectl/kustomize/patch.ts";
import { schemaOf } from "../../../../src/cluster/kubectl/schema.ts";

const schema = schemaOf("v1", "Pod");
const pod = { spec: { containers: [{ name: "app", image: "a" }], nodeName: "node1" } };

test.each([
  {
    name: "a new container comes first (merge2 with ListIncreaseDirection Prepend)",
    patch: { spec: { containers: [{ name: "side", image: "s" }] } },
    becomes: {
      spec: {
        containers: [
          { name: "side", image: "s" },
          { name: "app", image: "a" },
        ],
        nodeName: "node1",
      },
    },
  },
  {
    name: "a known one is merged",
    patch: { spec: { containers: [{ name: "app", tty: true }] } },
    becomes: { spec: { containers: [{ name: "app", image: "a", tty: true }], nodeName: "node1" } },
  },
  {
    name: "$patch: delete takes an item out, null a field",
    patch: { spec: { containers: [{ name: "app", $patch: "delete" }], nodeName: null } },
    becomes: { spec: { containers: [] } },
  },
])("$name", ({ patch, becomes }) => {
  expect(merge(pod, patch, schema)).toEqual(becomes);
});
