import { expect, test } from "vitest";
import { openPlayground } from "../../../src/playground/playground.ts";
import { cluster } from "../../harness/cluster.ts";

const text = `apiVersion: v1
kind: Pod
metadata: {name: kubia}
spec: {containers: [{name: main, image: luksa/kubia}]}
`;

/** Types the lines one after another, and gives what the terminal shows. */
function typed(...lines: readonly string[]): string {
  const opened = openPlayground(text);
  if (!opened.ok) throw new Error("the text must open");
  const { playground } = opened;
  playground.watch();
  playground.openTerminal(1, 120, 24);
  let shown = "";
  const pass = (ms: number): void => {
    const untilUs = playground.nowUs + ms * 1000;
    while (playground.cluster.queue.run(untilUs, 10_000) === 10_000);
    for (const update of playground.takeUpdates()) if (update.type === "output") shown += update.text;
  };
  pass(2000);
  for (const line of lines) {
    playground.line(1, line);
    pass(5000);
  }
  return shown.replaceAll("\r\n", "\n");
}

// kubectl pkg/cmd/attach/attach.go: the texts
test("run -it: a shell in the pod, until exit; its connections are the terminal's", () => {
  const shown = typed("kubectl run -it --rm t --image=busybox -- sh", "hostname", "exit", "kubectl get po -o name");
  expect(shown).toContain("If you don't see a command prompt, try pressing enter.\nt\n");
  expect(shown).toContain("Session ended, resume using 'kubectl attach t -c t -i -t' command when the pod is running\n");
  expect(shown).toContain('pod "t" deleted');
  expect(shown).toMatch(/pod\/kubia\n$/);
});

test("debug -it: a container of tools beside the others, in the pod's own network", () => {
  const debug = "kubectl debug -it kubia --image=nicolaka/netshoot -c tools --profile=general -- bash";
  const shown = typed(debug, "curl -s localhost:8080", "exit", "kubectl get po kubia --no-headers", "hops");
  expect(shown).toContain("You've hit kubia\n");
  expect(shown).toContain(
    "the ephemeral container will not be restarted but may be reattached using 'kubectl attach kubia -c tools -i -t'",
  );
  expect(shown).toContain("kubia   1/1   Running   0");
  expect(shown).toMatch(/pod\/default\/kubia#\d+ {3}tcp {3}127\.0\.0\.1:\d+ -> 127\.0\.0\.1:8080/);
});

test("a container with stdin waits for its input; who leaves, leaves it running", () => {
  const overrides = `'{"spec":{"containers":[{"name":"t","image":"busybox","stdin":true,"args":["cat"]}]}}'`;
  const shown = typed(
    `kubectl run t --image=busybox --restart=Never --overrides=${overrides}`,
    "kubectl get po t --no-headers",
    "echo one | kubectl attach -i t &",
    "kubectl logs t",
    "kubectl get po t --no-headers",
  );
  expect(shown).toMatch(/t +1\/1 +Running +0 +20s\n$/);
  expect(shown.match(/^one$/gm)).toHaveLength(2);
});

test("text from a pipe is the shell's script", () => {
  expect(typed("echo 'echo from the pipe' | kubectl run -i t --image=busybox --restart=Never --rm -- sh")).toContain("from the pipe\n");
});

test("traceroute in a watched pod: its probes are no text anyone wrote", () => {
  const shown = typed("kubectl run -it --rm t --image=busybox -- sh", "traceroute -n -m 2 10.244.2.3", "exit", "hops");
  expect(shown).toMatch(/ 1 {2}10\.244\.\d+\.1 /);
  expect(shown).toContain('pod "t" deleted');
});

/** @source kubernetes.io "Ephemeral Containers": one may be added before the pod has a node */
test("a debug container that was added while the pod was pending runs once the pod does, and once only", () => {
  const open = cluster(`apiVersion: v1
kind: Pod
metadata: {name: late}
spec: {nodeSelector: {disk: ssd}, containers: [{name: c, image: luksa/kubia}]}
`);
  open.run("kubectl debug late --image=nicolaka/netshoot -c dbg -- sleep infinity");
  open.run("kubectl label node node1 disk=ssd");
  open.advance(60_000);
  const state = () => open.run("kubectl get pod late -o jsonpath={.status.ephemeralContainerStatuses[*].state}").stdout;
  expect(state()).toContain("running");
  open.run("at node1 -- reboot");
  open.advance(120_000);
  expect(state()).toContain("terminated");
  expect(open.run("kubectl debug late --image=nicolaka/netshoot -c x --env=FOO -- true").exit).toBe(1);
});
