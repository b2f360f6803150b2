import { expect, test } from "vitest";
import { Files } from "../../../src/cluster/machine/files.ts";
import { type CompletionWorld, completeLine } from "../../../src/cluster/shell/complete.ts";

const files = new Files(() => 0);
files.write("/root/app.yaml", "");
files.write("/root/api.yaml", "");
files.makeDirectory("/root/apps");
const world: CompletionWorld = {
  files,
  cwd: "/root",
  home: "/root",
  commands: ["curl", "cut", "kubectl"],
  completers: new Map([
    ["kubectl", (words) => ["get", "describe"].filter((word) => words.length === 2 && word.startsWith(words.at(-1) ?? ""))],
  ]),
};

test.each([
  { text: "cu", from: 0, candidates: ["curl", "cut"] },
  { text: "echo x | cur", from: 9, candidates: ["curl"] },
  { text: "kubectl ge", from: 8, candidates: ["get"] },
  { text: "for i in 1; do kubectl ", from: 23, candidates: ["get", "describe"] },
  { text: "kubectl apply -f ap", from: 17, candidates: ["api.yaml", "app.yaml", "apps/"] },
  { text: "cat ~/app", from: 4, candidates: ["~/app.yaml", "~/apps/"] },
  { text: "cat /et", from: 4, candidates: ["/etc/"] },
  { text: "cat < app.", from: 6, candidates: ["app.yaml"] },
  { text: "cat none", from: 4, candidates: [] },
])("$text", ({ text, from, candidates }) => {
  expect(completeLine(text, text.length, world)).toEqual({ from, candidates });
});
