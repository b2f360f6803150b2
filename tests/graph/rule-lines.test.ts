import { describe, expect, test } from "vitest";
import { linesToShow } from "../../src/graph/rule-lines.ts";

const text = `*nat
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
-A KUBE-SERVICES -d 10.111.249.153/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-L5JAUPGWMVGCT5M7
COMMIT`;
const met = new Set(["-A PREROUTING -j KUBE-SERVICES"]);
const numbers = (asked: Partial<Parameters<typeof linesToShow>[1]>) =>
  linesToShow(text, { met, isMetOnly: false, wanted: "", ...asked }).lines.map(({ number }) => number);

describe("the lines of a node's rules", () => {
  test.each([
    { name: "all of them", asked: {}, shown: [0, 1, 2, 3, 4, 5] },
    { name: "those that a packet has met", asked: { isMetOnly: true }, shown: [2] },
    { name: "those with every word, whatever its case", asked: { wanted: " kube-svc  UDP" }, shown: [3] },
    { name: "both", asked: { isMetOnly: true, wanted: "udp" }, shown: [] },
  ])("$name", ({ asked, shown }) => {
    expect(numbers(asked)).toEqual(shown);
  });

  test("what is met is marked", () => {
    expect(linesToShow(text, { met, isMetOnly: false, wanted: "" }).lines.filter(({ isMet }) => isMet)).toHaveLength(1);
  });

  test("of very many lines the first are shown, and how many are left is said", () => {
    const { lines, left } = linesToShow("x\n".repeat(9999), { met, isMetOnly: false, wanted: "" });
    expect(lines).toHaveLength(2000);
    expect(left).toBe(8000);
  });
});
