import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Whether this machine lets the test ask its kernel. */
export function canAskKernel(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const probe = spawnSync("unshare", [
    "-n",
    "sh",
    "-c",
    "iptables -t nat -L -n && ip link add vk0 type veth peer name vk1 && nft list ruleset",
  ]);
  return probe.status === 0;
}

export interface Probe {
  readonly host: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly tries: number;
  readonly timeoutMs: number;
}

/** A network namespace that lives as long as its process. */
export class Namespace {
  readonly name: string;
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: { counts?: Record<string, number> }) => void>();
  #count = 0;

  constructor(name: string) {
    this.name = name;
    const agent = fileURLToPath(new URL("agent.mjs", import.meta.url));
    this.#process = spawn("unshare", ["-n", process.execPath, agent], { stdio: ["pipe", "pipe", "inherit"] });
    this.pid = this.#process.pid as number;
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const answer = JSON.parse(line) as { id: number; counts?: Record<string, number> };
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  async serve(port: number): Promise<void> {
    await this.#ask({ op: "serve", name: this.name, port });
  }

  async probe(probe: Probe): Promise<Record<string, number>> {
    return (await this.#ask({ op: "probe", ...probe })).counts ?? {};
  }

  /** Runs a program inside; gives its standard output. */
  run(command: string, input?: string): string {
    return execFileSync("nsenter", ["-t", `${this.pid}`, "-n", "sh", "-c", command], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
      ...(input === undefined ? {} : { input }),
    });
  }

  end(): void {
    this.#process.kill("SIGKILL");
  }

  #ask(command: Record<string, unknown>): Promise<{ counts?: Record<string, number> }> {
    const id = ++this.#count;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
    });
  }
}

/** Waits until the process of a namespace is in it: `unshare` has then become the agent. */
export async function started(namespaces: readonly Namespace[]): Promise<void> {
  await Promise.all(
    namespaces.map((namespace) => namespace.probe({ host: "127.0.0.1", port: 1, protocol: "tcp", tries: 0, timeoutMs: 0 })),
  );
  for (const namespace of namespaces) namespace.run("ip link set lo up");
}

/** Joins two namespaces by a pair of interfaces. */
export function join(a: Namespace, nameA: string, b: Namespace, nameB: string): void {
  execFileSync("ip", ["link", "add", nameA, "netns", `${a.pid}`, "type", "veth", "peer", "name", nameB, "netns", `${b.pid}`]);
  a.run(`ip link set ${nameA} up`);
  b.run(`ip link set ${nameB} up`);
}
