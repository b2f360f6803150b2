import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { proxiedNodes } from "./nodes.ts";

interface Case {
  readonly id: string;
  readonly why: string;
  readonly scenario: string;
  readonly steps: readonly { readonly run: string; readonly json?: Record<string, unknown> }[];
}

const cases = JSON.parse(readFileSync(new URL("../../conformance/kube-proxy.json", import.meta.url), "utf8")) as Case[];

/** The steps of a case without a shell: traces, waits and the deletion of a slice. */
function runCase({ scenario, steps }: Case): void {
  const world = proxiedNodes(scenario);
  for (const { run, json } of steps) {
    const wait = /^wait (\d+)s$/.exec(run);
    const deletion = /^kubectl delete endpointslice (\S+)$/.exec(run);
    const trace = /^trace --node (\S+) --src (\S+) --protocol (tcp|udp|sctp) (\S+) -o json$/.exec(run);
    if (wait !== null) world.advance(Number(wait[1]) * 1000);
    else if (deletion !== null) world.api.remove("EndpointSlice", "default", deletion[1] as string);
    else if (trace !== null) {
      const [, node, source, protocol, destination] = trace as unknown as [string, string, string, "tcp" | "udp" | "sctp", string];
      const result = world.trace(node, source, destination, protocol);
      expect(result, `${run}\n${result.rules.join("\n")}`).toMatchObject(json ?? {});
    } else throw new Error(`not understood: ${run}`);
  }
}

describe("conformance cases", () => {
  for (const one of cases) test(`${one.id}: ${one.why}`, () => runCase(one));
});
