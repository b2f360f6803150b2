import { expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { parseScenario } from "../../src/scenario/index.ts";
import { formatted } from "../../src/ui/sync/format.ts";
import { templates, withTemplate } from "../../src/ui/sync/templates.ts";

test("templates put in one after another are one world that works", () => {
  const text = templates.reduce((all, { kind }) => withTemplate(all, kind), "");
  const scenario = parseScenario(text);
  expect(scenario.problems).toEqual([]);
  expect(scenario.objects.map((given) => given.object["kind"])).toEqual(templates.map((one) => one.kind));
  const opened = openScenario(text);
  opened.advance(10_000);
  expect(opened.run("kubectl exec client -- curl -s -m 3 http://web").stdout).toContain("You've hit web-");
});

test("a second one of a kind has a name of its own", () => {
  const text = withTemplate(withTemplate("", "Service"), "Service");
  expect(parseScenario(text).objects.map((given) => (given.object["metadata"] as { name: string }).name)).toEqual(["web", "web2"]);
});

test("format: even shape, the same objects, comments kept", async () => {
  const text = `# first
apiVersion: v1
kind:   Service   # what
metadata:
    name: web


spec:
    selector: { app: web }
    ports:
        - port: 80
          targetPort: "8080"
          name: "y"
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  text: |
    two
      lines
`;
  const shaped = await formatted(text);
  expect(shaped).toBe(`# first
apiVersion: v1
kind: Service # what
metadata:
  name: web

spec:
  selector: {app: web}
  ports:
  - port: 80
    targetPort: "8080"
    name: "y"
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  text: |
    two
      lines
`);
  expect(parseScenario(shaped).objects.map((one) => one.object)).toEqual(parseScenario(text).objects.map((one) => one.object));
  expect(await formatted(shaped)).toBe(shaped);
  expect(await formatted("a: [")).toBe("a: [");
});
