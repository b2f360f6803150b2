import { parseArgs } from "node:util";
import { check } from "./check.ts";
import { durationUs, type HeadlessOptions, readText } from "./input.ts";
import { openLink, writeScenarioLink } from "./link.ts";
import { runJson, runScript } from "./run.ts";

export type { ConnectResult, OpenOptions, OpenScenario, RunOptions, RunResult } from "../playground/library.ts";
export { openScenario, ScenarioError } from "../playground/library.ts";

const usage = `usage: kubehop run SCENARIO [--json] [--hints]    commands on standard input
       kubehop check SCENARIO...                  parse and validate; FILE:LINE:COL: message
       kubehop link SCENARIO [--base URL]         the share link
       kubehop open LINK                          the scenario that a link carries

  --seed N         use this seed instead of the scenario's
  --proxy-mode M   iptables, ipvs or nftables
  --limit TIME     end a command after this simulated time (default 1h)
  --hints          print Kubehop's own remarks (on standard error)
  --lang LANG      en or zh
`;

/** The `kubehop` command. Gives the exit status; text goes to the process's own streams. */
export async function main(args: readonly string[]): Promise<number> {
  const parsed = readArguments(args);
  if (typeof parsed === "string") {
    process.stderr.write(`kubehop: ${parsed}\n${usage}`);
    return 2;
  }
  const { command, operands, options, isJson } = parsed;
  switch (command) {
    case "help":
      process.stdout.write(usage);
      return 0;
    case "run": {
      const [file] = operands;
      if (file === undefined || operands.length > 1) return complain("run takes one scenario file");
      const text = readText(file);
      if (text === undefined) return 2;
      return isJson ? runJson(file, text, options) : runScript(file, text, options);
    }
    case "check":
      if (operands.length === 0) return complain("check takes scenario files");
      return check(operands, options);
    case "link": {
      const [file] = operands;
      if (file === undefined || operands.length > 1) return complain("link takes one scenario file");
      const text = readText(file);
      return text === undefined ? 2 : writeScenarioLink(file, text, options);
    }
    case "open":
      if (operands.length !== 1) return complain("open takes one link");
      return openLink(operands[0] as string);
    default:
      return complain(`unknown command ${command}`);
  }
}

function complain(message: string): number {
  process.stderr.write(`kubehop: ${message}\n${usage}`);
  return 2;
}

interface ParsedArguments {
  readonly command: string;
  readonly operands: readonly string[];
  readonly options: HeadlessOptions;
  readonly isJson: boolean;
}

function readArguments(args: readonly string[]): ParsedArguments | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) return `--seed ${values.seed} is no whole number from 0 on`;
  const proxyMode = values["proxy-mode"];
  if (proxyMode !== undefined && proxyMode !== "iptables" && proxyMode !== "ipvs" && proxyMode !== "nftables") {
    return `--proxy-mode ${proxyMode} is none of iptables, ipvs, nftables`;
  }
  const limitUs = durationUs(values.limit ?? "1h");
  if (limitUs === undefined) return `--limit ${values.limit} is no duration such as 90s, 5m or 1h`;
  const [command, ...operands] = positionals;
  return {
    command: values.help === true ? "help" : (command ?? "help"),
    operands,
    isJson: values.json === true,
    options: {
      seed,
      proxyMode,
      limitUs,
      hints: values.hints === true,
      base: values.base ?? "",
      lang: values.lang === "zh" ? "zh" : "en",
    },
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      seed: { type: "string" },
      "proxy-mode": { type: "string" },
      limit: { type: "string" },
      hints: { type: "boolean" },
      base: { type: "string" },
      lang: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
}
