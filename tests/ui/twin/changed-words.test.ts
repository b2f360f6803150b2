import { expect, test } from "vitest";
import { changedWords } from "../../../src/ui/twin/changed-words.ts";

test.each([
  ["    targetPort: 8080 # the port", "    targetPort: 9090 # the port", { lead: "targetPort:", before: "8080", after: "9090" }],
  ["app: kubia", "app: kubai", { lead: "app:", before: "kubia", after: "kubai" }],
  ["", "  type: NodePort", { lead: "", before: "", after: "type: NodePort" }],
  ["replicas: 3", "replicas: 3 # three", { lead: "3", before: "", after: "# three" }],
  ["a a", "a a a", { lead: "a", before: "", after: "a" }],
])("%j to %j", (before, after, expected) => {
  expect(changedWords(before, after)).toEqual(expected);
});
