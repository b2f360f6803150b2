import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cniReasons } from "../../src/cluster/cni/reasons.ts";
import { kubeProxyReasons } from "../../src/cluster/kube-proxy/reasons.ts";
import { networkReasons } from "../../src/cluster/network/reason.ts";
import type { Args, Sentence } from "../../src/messages/catalogue.ts";
import { en } from "../../src/messages/en.ts";
import { zh } from "../../src/messages/zh.ts";

const root = join(import.meta.dirname, "../..");

/** Every reason that a rule, the network or the pod network may give, and what its sentence may speak of. */
const reasons: Readonly<Record<string, readonly string[]>> = { ...networkReasons, ...kubeProxyReasons, ...cniReasons };

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}

/** Arguments that complain when a sentence asks for one that its reason does not bring. */
function onlyArgs(names: readonly string[]): Args {
  const args = Object.fromEntries(names.map((name) => [name, `‹${name}›`]));
  return new Proxy(args, {
    get(target, name) {
      if (typeof name === "string" && !(name in target)) throw new Error(`no argument ${name}`);
      return target[name as string];
    },
  });
}

describe("every reason has its sentence, and no sentence is without a reason", () => {
  test("the same codes", () => {
    expect(Object.keys(en.reasons).sort()).toEqual(Object.keys(reasons).sort());
    expect(Object.keys(zh.reasons).sort()).toEqual(Object.keys(reasons).sort());
  });

  test.each(Object.entries(reasons))("%s", (code, names) => {
    for (const catalogue of [en, zh]) {
      const sentence = (catalogue.reasons as Readonly<Record<string, Sentence>>)[code];
      expect(sentence?.(onlyArgs(names))).toMatch(/\S/);
    }
  });
});

describe("every hint has its sentence, and no sentence is without a hint", () => {
  // Codes stand in the source as texts: `hint("kubectl.fragment", …)`, `{ code: "dns.near-name", … }`.
  const text = sources("src/cluster").join("\n");
  const prefix = /"((?:kubectl|dns|machine|network)\.[a-z]+(?:-[a-z]+)*|wait-needs-unit)"/g;
  const said = new Set([...text.matchAll(prefix)].map((match) => match[1] as string).filter((code) => !code.includes("k8s")));

  test("what the engine says can be said in words", () => {
    expect([...said].filter((code) => !(code in en.hints)).sort()).toEqual([]);
    expect(Object.keys(en.hints).filter((code) => !said.has(code))).toEqual([]);
  });

  test("in both languages", () => {
    expect(Object.keys(zh.hints).sort()).toEqual(Object.keys(en.hints).sort());
  });
});
