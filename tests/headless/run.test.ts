import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { kubehop } from "./kubehop.ts";

const folder = mkdtempSync(join(tmpdir(), "kubehop-headless-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("kubehop run (contract, section 4): a shell script on standard input", () => {
  test.each([
    { name: "the status of the last command", script: "true; false", status: 1, stdout: "" },
    { name: "exit ends the script", script: "echo a\nexit 7\necho b\n", status: 7, stdout: "a\n" },
    { name: "a script without a newline at its end", script: "echo whole", status: 0, stdout: "whole\n" },
    { name: "lines are one script: loops go over several", script: "for i in 1 2\ndo\n  echo $i\ndone\n", status: 0, stdout: "1\n2\n" },
    { name: "nothing to do", script: "", status: 0, stdout: "" },
    { name: "a command that is not there", script: "nonsuch", status: 127, stdout: "" },
    { name: "a syntax error", script: "if true\n", status: 2, stdout: "" },
  ])("$name", ({ script, status, stdout }) => {
    expect(kubehop(["run", "scenarios/kubia.yaml"], script)).toMatchObject({ status, stdout });
  });

  test("errors go to standard error, with the real program's words", () => {
    const ended = kubehop(["run", "scenarios/kubia.yaml"], "kubectl get pod nope");
    expect(ended).toEqual({ status: 1, stdout: "", stderr: 'Error from server (NotFound): pods "nope" not found\n' });
  });

  test("a request meets a pod behind the Service", () => {
    const ended = kubehop(["run", "scenarios/kubia.yaml"], "wait 5s; at node1 -- curl -s 10.111.249.153");
    expect(ended.stdout).toMatch(/^You've hit kubia-[a-z0-9]{5}\n$/);
  });

  test("--seed: the same seed gives the same bytes, another seed others", () => {
    const script = "wait 5s; kubectl get po -o wide; for i in 1 2 3 4 5 6; do at node1 -- curl -s 10.111.249.153; done";
    const [one, again, two] = ["1", "1", "2"].map((seed) => kubehop(["run", "scenarios/kubia.yaml", "--seed", seed], script).stdout);
    expect(one).toContain("You've hit kubia-");
    expect(again).toBe(one);
    expect(two).not.toBe(one);
  });

  test.each([
    { mode: "iptables", script: "at node1 -- iptables-save -t nat | grep -c KUBE-SVC", stdout: /^[1-9]/ },
    { mode: "ipvs", script: "at node1 -- ipvsadm -Ln | grep -c 10.111.249.153:80", stdout: /^1\n$/ },
    { mode: "nftables", script: "at node1 -- nft list ruleset | grep -c 10.111.249.153", stdout: /^[1-9]/ },
  ])("--proxy-mode $mode", ({ mode, script, stdout }) => {
    expect(kubehop(["run", "scenarios/kubia.yaml", "--proxy-mode", mode], script).stdout).toMatch(stdout);
  });

  test("--limit: a command that never ends is ended, with exit 130 and one line (decisions, section 8)", () => {
    const ended = kubehop(["run", "scenarios/kubia.yaml", "--limit", "5s"], "ping 192.168.0.2");
    expect(ended.status).toBe(130);
    expect(ended.stderr.match(/\n/g)).toHaveLength(1);
    expect(ended.stderr).toContain("--limit");
  });

  test("an endless loop is ended as well, since each step takes its time", () => {
    expect(kubehop(["run", "scenarios/kubia.yaml", "--limit", "3s"], "while true; do :; done").status).toBe(130);
  });

  test("hints stay away from the streams unless --hints asks, and then go to standard error", () => {
    const script = "kubectl get po –o wide";
    const plain = kubehop(["run", "scenarios/kubia.yaml"], script);
    const asked = kubehop(["run", "scenarios/kubia.yaml", "--hints"], script);
    expect(plain.stderr).not.toContain("hint:");
    expect(asked.stdout).toBe(plain.stdout);
    expect(asked.stderr).toContain(`${plain.stderr}hint: `);
  });

  test("spec.commands run first, in order", () => {
    const path = file(
      "commands.yaml",
      "apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: c}\nspec: {commands: ['x=1', 'echo $x']}\n",
    );
    expect(kubehop(["run", path], "echo then $x").stdout).toBe("1\nthen 1\n");
  });
});

describe("a bad scenario: problems on standard error, exit 2, no output line (decisions, section 8)", () => {
  test.each([
    { name: "YAML that can't be read", text: "a: [1\n" },
    { name: "a Service without ports", text: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n" },
    { name: "an unknown field of the Scenario", text: "apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: a}\nspec: {sed: 1}\n" },
  ])("$name", ({ text }) => {
    const ended = kubehop(["run", file("bad.yaml", text)], "echo x");
    expect(ended).toMatchObject({ status: 2, stdout: "" });
    expect(ended.stderr).toMatch(/bad\.yaml:\d+:\d+: /);
  });

  test("the same with --json, and for a link", () => {
    const path = file("bad.yaml", "a: [1\n");
    for (const args of [
      ["run", path, "--json"],
      ["link", path],
    ]) {
      const ended = kubehop(args, '{"run":"echo x"}\n');
      expect(ended).toMatchObject({ status: 2, stdout: "" });
      expect(ended.stderr).toMatch(/bad\.yaml:\d+:\d+: /);
    }
  });

  test("a file that is not there", () => {
    expect(kubehop(["run", "nowhere.yaml"])).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("nowhere.yaml") });
  });
});

describe("how it is called", () => {
  test.each([
    { args: ["--help"], status: 0 },
    { args: [], status: 0 },
    { args: ["dance"], status: 2 },
    { args: ["run"], status: 2 },
    { args: ["run", "a", "b"], status: 2 },
    { args: ["check"], status: 2 },
    { args: ["run", "scenarios/kubia.yaml", "--seed", "x"], status: 2 },
    { args: ["run", "scenarios/kubia.yaml", "--proxy-mode", "userspace"], status: 2 },
    { args: ["run", "scenarios/kubia.yaml", "--limit", "soon"], status: 2 },
    { args: ["run", "scenarios/kubia.yaml", "--nonsense"], status: 2 },
  ])("kubehop $args → $status", ({ args, status }) => {
    const ended = kubehop(args);
    expect(ended.status).toBe(status);
    expect(ended[status === 0 ? "stdout" : "stderr"]).toContain("usage: kubehop run SCENARIO");
  });
});

describe("kubehop check: FILE:LINE:COL: message", () => {
  test("what is well says nothing", () => {
    expect(kubehop(["check", "scenarios/kubia.yaml"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("each problem at its place, in the API server's words", () => {
    const path = file(
      "service.yaml",
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n    targetPort: 99999\n  type: Nodeport\n",
    );
    const ended = kubehop(["check", path]);
    expect(ended.status).toBe(1);
    const lines = ended.stderr.trimEnd().split("\n");
    expect(lines).toContainEqual(expect.stringMatching(/service\.yaml:8:17: .*must be between 1 and 65535, inclusive/));
    expect(lines).toContainEqual(expect.stringMatching(/service\.yaml:9:9: .*Unsupported value: "Nodeport"/));
  });

  test("- is standard input", () => {
    expect(kubehop(["check", "-"], "a: [\n")).toMatchObject({ status: 1, stderr: expect.stringMatching(/^-:\d+:\d+: /) });
  });

  test("all files are looked at", () => {
    const one = file("one.yaml", "a: [\n");
    const two = file("two.yaml", "b: [\n");
    const ended = kubehop(["check", one, "scenarios/kubia.yaml", two]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/one\.yaml:[\s\S]*two\.yaml:/);
  });
});
