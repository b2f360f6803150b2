import { describe, expect, test } from "vitest";
import { TextIndex } from "../../../src/playground/explain/text-index.ts";
import { targetOf } from "../../../src/playground/fix/request-target.ts";
import { patchCommand } from "../../../src/playground/fix/search.ts";
import { editText, type TextEdit } from "../../../src/playground/fix/text-edit.ts";
import { parseScenario } from "../../../src/scenario/index.ts";

const block = `# the app's Service
apiVersion: v1
kind: Service
metadata:
  name: web # its name
spec:
  selector:
    app: wbe   # a slip
    tier: front
  ports:
  - port: 80
    targetPort: 8080
---
# the second one
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {selector: {app: other}, ports: [{port: 80}]}
`;

const web = "service/default/web";
const other = "service/default/other";

describe("an edit changes what it is about and nothing else", () => {
  const cases: readonly { readonly name: string; readonly edits: readonly TextEdit[]; readonly from: string; readonly to: string }[] = [
    {
      name: "a value, its comment stays",
      edits: [{ op: "set", object: web, path: ["spec", "selector", "app"], value: "web" }],
      from: "app: wbe   #",
      to: "app: web   #",
    },
    {
      name: "a number in a list",
      edits: [{ op: "set", object: web, path: ["spec", "ports", 0, "targetPort"], value: 81 }],
      from: "targetPort: 8080",
      to: "targetPort: 81",
    },
    {
      name: "a new key in a block",
      edits: [{ op: "set", object: web, path: ["spec", "type"], value: "NodePort" }],
      from: "    targetPort: 8080\n",
      to: "    targetPort: 8080\n  type: NodePort\n",
    },
    {
      name: "a new key in a list's item",
      edits: [{ op: "set", object: web, path: ["spec", "ports", 0, "nodePort"], value: 30123 }],
      from: "    targetPort: 8080\n",
      to: "    targetPort: 8080\n    nodePort: 30123\n",
    },
    {
      name: "a new item",
      edits: [{ op: "set", object: web, path: ["spec", "ports", 1], value: { port: 81 } }],
      from: "    targetPort: 8080\n",
      to: "    targetPort: 8080\n  - {port: 81}\n",
    },
    {
      name: "a key with its line",
      edits: [{ op: "remove", object: web, path: ["spec", "selector", "tier"] }],
      from: "    tier: front\n",
      to: "",
    },
    {
      name: "a value in braces",
      edits: [{ op: "set", object: other, path: ["spec", "selector", "app"], value: "web" }],
      from: "{app: other}",
      to: "{app: web}",
    },
    {
      name: "a new key in braces",
      edits: [{ op: "set", object: other, path: ["spec", "ports", 0, "targetPort"], value: "http" }],
      from: "[{port: 80}]",
      to: "[{port: 80, targetPort: http}]",
    },
    {
      name: "a way that is not there yet",
      edits: [{ op: "set", object: other, path: ["metadata", "labels", "app"], value: "x" }],
      from: "{name: other}",
      to: "{name: other, labels: {app: x}}",
    },
    {
      name: "a text that YAML would read as a number is quoted",
      edits: [{ op: "set", object: other, path: ["spec", "selector", "app"], value: "080" }],
      from: "{app: other}",
      to: '{app: "080"}',
    },
    { name: "a whole document", edits: [{ op: "remove-object", object: other }], from: block.slice(block.indexOf("---")), to: "" },
    {
      name: "two at once",
      edits: [
        { op: "set", object: web, path: ["spec", "selector", "app"], value: "web" },
        { op: "set", object: web, path: ["metadata", "name"], value: "shop" },
      ],
      from: "name: web # its name\nspec:\n  selector:\n    app: wbe",
      to: "name: shop # its name\nspec:\n  selector:\n    app: web",
    },
  ];
  test.each(cases)("$name", ({ edits, from, to }) => {
    const edited = editText(new TextIndex(parseScenario(block)), edits);
    expect(block).toContain(from);
    expect(edited).toBe(block.replace(from, to));
    expect(parseScenario(edited ?? "").problems).toEqual([]);
  });

  test("what is not in the text can't be edited there", () => {
    expect(editText(new TextIndex(parseScenario(block)), [{ op: "remove-object", object: "service/default/nobody" }])).toBeUndefined();
  });
});

test.each([
  ["curl http://web", { hosts: ["web"], ports: [80], paths: ["/"] }],
  [
    "kubectl exec client -- curl -sS -m 3 http://web.shop:8080/cart?x=1",
    { hosts: ["kubectl", "exec", "client", "curl", "web.shop"], ports: [8080], paths: ["/cart"] },
  ],
  [
    "curl -s -H 'Host: web.example.com' https://192.0.2.1/a",
    { hosts: ["curl", "192.0.2.1", "web.example.com"], ports: [443], paths: ["/a"] },
  ],
  ["nslookup web.default", { hosts: ["nslookup", "web.default"], ports: [80], paths: ["/"] }],
])("%s asks for what it names", (line, target) => {
  const found = targetOf(line);
  expect(found.ports).toEqual(target.ports);
  expect(found.paths).toEqual(target.paths);
  for (const host of target.hosts.filter((one) => one.includes("."))) expect(found.hosts).toContain(host);
});

test("a patch of an object that only the cluster has (RFC 6902, RFC 6901)", () => {
  expect(
    patchCommand([
      { op: "set", object: "ingress/shop/web", path: ["metadata", "annotations", "nginx.ingress.kubernetes.io/a~b"], value: "x" },
    ]),
  ).toBe(
    `kubectl patch ingress web -n shop --type=json -p '[{"op":"add","path":"/metadata/annotations/nginx.ingress.kubernetes.io~1a~0b","value":"x"}]'`,
  );
  expect(patchCommand([{ op: "remove-object", object: "networkpolicy/default/guard" }])).toBe("kubectl delete networkpolicy guard");
  // A name can't be patched.
  expect(patchCommand([{ op: "set", object: web, path: ["metadata", "name"], value: "x" }])).toBeUndefined();
});
