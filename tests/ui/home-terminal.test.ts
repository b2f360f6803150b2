import { expect, test } from "vitest";
import { homeTerminal } from "../../src/ui/terminal/home-terminal.ts";

const atHome = { place: "client/laptop", prompt: "laptop:~$ " };
const inPod = { place: "pod/default/web", prompt: "# " };
const busy = { place: "client/laptop", prompt: undefined };
const reading = { place: "client/laptop", prompt: "" };

test.each([
  { name: "the shown one", terminals: [atHome, atHome], shown: 2, found: 2 },
  { name: "another one, while the shown one is in a pod's shell", terminals: [atHome, inPod], shown: 2, found: 1 },
  { name: "another one, while a program runs", terminals: [busy, atHome], shown: 1, found: 2 },
  { name: "none: a program reads, a shell is in a pod", terminals: [reading, inPod], shown: 1, found: undefined },
])("$name", ({ terminals, shown, found }) => {
  const known = new Map(terminals.map((terminal, i) => [i + 1, terminal]));
  expect(homeTerminal({ open: [...known.keys()], shown }, known, "client/laptop")).toBe(found);
});
