import { describe, expect } from "vitest";
import { readLink } from "../../src/scenario/link.ts";
import { item, opened, today } from "./item.ts";
import { firstService } from "./texts.ts";

describe("0 Pasting (texts of kubectl 1.32)", () => {
  item(1, "a YAML block pasted raw parses, has no name, and is told apart", () => {
    const result = today().apply(firstService.pasted);
    expect(result.exit).toBe(1);
    expect(result.stderr).toBe(
      'error: error when retrieving current configuration of:\nResource: "/v1, Resource=services", GroupVersionKind: "/v1, Kind=Service"\nName: "", Namespace: "default"\nfrom server for: "STDIN": resource name may not be empty\n',
    );
    expect(result.hints.map(({ code }) => code)).toEqual(["kubectl.pasted-yaml"]);
  });

  item(2, "a command pasted raw fails as the real one does; the mended command is offered", () => {
    const terminal = today();
    const cases = [
      [
        "kubectl exec kubia-7nog1 — curl -s http://10.111.249.153",
        "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n",
        "kubectl exec kubia-7nog1 -- curl -s http://10.111.249.153",
      ],
      [
        "kubectl run dnsutils –image=tutum/dnsutils –command — sleep infinity",
        'error: required flag(s) "image" not set\n',
        "kubectl run dnsutils --image=tutum/dnsutils --command -- sleep infinity",
      ],
      [
        "kubectl create secret tls tls-secret –cert=tls.cert –key=tls.key",
        "error: exactly one NAME is required, got 3\nSee 'kubectl create secret tls -h' for help and examples\n",
        "kubectl create secret tls tls-secret --cert=tls.cert --key=tls.key",
      ],
    ] as const;
    for (const [typed, stderr, meant] of cases) {
      const { hints, ...result } = terminal.run(typed);
      expect(result).toMatchObject({ exit: 1, stdout: "", stderr });
      expect(hints.map(({ code, command }) => [code, command])).toEqual([["kubectl.typographic-dash", meant]]);
    }
  });

  item(3, "comments in Chinese survive apply and link", () => {
    const text = `${firstService.mended}\n`;
    const terminal = opened(text);
    expect(terminal.out("kubectl get svc kubia --no-headers")).toMatch(/^kubia +ClusterIP/);
    const link = readLink(terminal.cluster.link());
    expect(link.ok && link.content.text).toBe(text);
    expect(today().apply(text.replace("name: kubia", "name: zweite")).stdout).toBe("service/zweite created\n");
  });
});
