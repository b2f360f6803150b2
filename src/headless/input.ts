import { readFileSync } from "node:fs";

/** What every subcommand may be given. */
export interface HeadlessOptions {
  readonly seed: number | undefined;
  readonly proxyMode: "iptables" | "ipvs" | "nftables" | undefined;
  readonly limitUs: number;
  readonly hints: boolean;
  readonly base: string;
  readonly lang: "en" | "zh";
}

export function readText(file: string): string | undefined {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    process.stderr.write(`kubehop: ${file}: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

const unitsUs: Readonly<Record<string, number>> = { ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

/** `2m30s` in microseconds; undefined when it is no duration. */
export function durationUs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let us = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) us += Number(amount) * (unitsUs[unit as string] as number);
  return Math.round(us);
}
