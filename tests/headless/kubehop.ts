import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process of its own, started as a user starts it, in the project's folder. */
export function kubehop(args: readonly string[], input = ""): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/kubehop.mjs", ...args], { cwd: root, input, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** `--json`: one answer a line. */
export function kubehopJson(args: readonly string[], lines: readonly (object | string)[]): readonly Record<string, unknown>[] {
  const input = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  const { status, stdout, stderr } = kubehop([...args, "--json"], input);
  if (status !== 0 || stderr !== "") throw new Error(`exit ${status}: ${stderr}`);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
