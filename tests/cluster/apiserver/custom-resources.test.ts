import { expect, test } from "vitest";
import { openScenario } from "../../../src/playground/library.ts";

/** @source kubernetes.io "Custom Resources"; gateway-api "Getting started": its definitions are no part of a cluster */
const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x}\nspec: {rules: []}\n";
const apply = (text: string): string => `kubectl apply -f - <<'EOF'\n${text}EOF`;

test("a plain cluster knows no Gateway API", () => {
  const { exit, stderr } = openScenario("").run(apply(route));
  expect(exit).toBe(1);
  expect(stderr).toBe(
    'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "HTTPRoute" in version "gateway.networking.k8s.io/v1"\nensure CRDs are installed first\n',
  );
});

test.each([
  { how: "kubectl apply", done: "created" },
  { how: "kubectl apply --server-side", done: "serverside-applied" },
])("its definition installs it: $how", ({ how, done }) => {
  const opened = openScenario("");
  const definition =
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: httproutes.gateway.networking.k8s.io}\nspec: {group: gateway.networking.k8s.io, names: {kind: HTTPRoute, plural: httproutes}, scope: Namespaced, versions: []}\n";
  expect(opened.run(apply(definition).replace("kubectl apply", how)).stdout).toBe(
    `customresourcedefinition.apiextensions.k8s.io/httproutes.gateway.networking.k8s.io ${done}\n`,
  );
  expect(opened.run(apply(route)).stdout).toBe("httproute.gateway.networking.k8s.io/x created\n");
});

test("a scenario that holds one is of a cluster that has it", () => {
  expect(openScenario(route).run("kubectl get httproutes -o name").stdout).toBe("httproute.gateway.networking.k8s.io/x\n");
});

test("one that is applied again, changed, is merged as plain JSON: no Go type tells how", () => {
  const opened = openScenario("");
  opened.run(
    `kubectl create -f - <<'EOF'\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: httproutes.gateway.networking.k8s.io}\nspec: {group: gateway.networking.k8s.io, names: {kind: HTTPRoute, plural: httproutes}, scope: Namespaced, versions: []}\nEOF`,
  );
  opened.run(apply(route));
  const again = opened.run(apply(route.replace("{name: x}", "{name: x, labels: {a: b}}")));
  expect(again).toMatchObject({ exit: 0, stdout: "httproute.gateway.networking.k8s.io/x configured\n", stderr: "" });
  expect(opened.run("kubectl get httproute x -o jsonpath={.metadata.labels.a}").stdout).toBe("b");
});
