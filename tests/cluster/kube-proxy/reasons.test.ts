import { expect, test } from "vitest";
import { kubeProxyReasons } from "../../../src/cluster/kube-proxy/reasons.ts";
import { enReasons } from "../../../src/messages/en-reasons.ts";
import { zhReasons } from "../../../src/messages/zh-reasons.ts";

test.each(Object.entries(kubeProxyReasons))("%s has its sentence in both languages, with every argument it speaks of", (code, names) => {
  const args = Object.fromEntries((names as readonly string[]).map((name) => [name, 1]));
  for (const catalogue of [enReasons, zhReasons] as Readonly<Record<string, (args: Record<string, string | number>) => string>>[]) {
    const sentence = catalogue[code]?.(args);
    expect(sentence).toBeTruthy();
    expect(sentence).not.toContain("undefined");
  }
});
