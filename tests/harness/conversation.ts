import { cluster } from "./cluster.ts";

/**
 * A conversation with a terminal, as text:
 *
 *     ## scenario: scenarios/kubia.yaml
 *
 *     $ kubectl get svc kubia
 *     NAME    TYPE …
 *     $ kubectl apply -f - <<EOF
 *     > kind: Service
 *     > EOF
 *     ^C after 6s              Ctrl-C, if the command above is to be ended
 *     [exit 1]                 when it is not 0
 *     (hint) …                 Kubehop's own words, apart from the output
 *
 * Lines that begin with `## ` are remarks. Standard output and standard error come in the order in which they were written.
 */
export interface Exchange {
  readonly remarks: readonly string[];
  readonly command: string;
  readonly interruptAfterMs: number | undefined;
}

/** Runs the commands of a conversation and gives it with the output that they have now: the same text, when nothing has changed. */
export function runConversation(text: string): string {
  const scenario = /^## scenario: (\S+)$/m.exec(text)?.[1];
  if (scenario === undefined) throw new Error("a conversation names its scenario: ## scenario: PATH");
  const opened = cluster(scenario);
  const said: string[] = [];
  for (const { remarks, command, interruptAfterMs } of exchanges(text)) {
    if (remarks.length > 0) said.push(...(said.length === 0 ? [] : [""]), ...remarks, "");
    if (command === "") continue;
    const [first = "", ...more] = command.split("\n");
    said.push(`$ ${first}`, ...more.map((line) => `> ${line}`.trimEnd()));
    if (interruptAfterMs !== undefined) said.push(`^C after ${interruptAfterMs / 1000}s`);
    let output = "";
    const append = (piece: string): void => {
      output += piece;
    };
    const { exit, hints } = opened.run(command, {
      onStdout: append,
      onStderr: append,
      ...(interruptAfterMs === undefined ? {} : { interruptAfterMs }),
    });
    if (output !== "") said.push(...output.replace(/\n$/, "").split("\n"));
    if (exit !== 0) said.push(`[exit ${exit}]`);
    for (const hint of hints)
      said.push(
        `(hint) ${hint.text}`,
        ...(hint.command ?? "")
          .split("\n")
          .filter(Boolean)
          .map((line) => `(hint) ${line}`),
      );
  }
  return `${said.join("\n")}\n`;
}

/** The commands of a conversation, in order. */
export function exchanges(text: string): readonly Exchange[] {
  const found: Exchange[] = [];
  let remarks: string[] = [];
  let command: string | undefined;
  let interruptAfterMs: number | undefined;
  const close = (): void => {
    if (command !== undefined) {
      found.push({ remarks, command, interruptAfterMs });
      remarks = [];
    }
    command = undefined;
    interruptAfterMs = undefined;
  };
  let isCommand = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) {
      close();
      remarks.push(line);
    } else if (line.startsWith("$ ")) {
      close();
      command = line.slice(2);
      isCommand = true;
      continue;
    } else if (isCommand && (line === ">" || line.startsWith("> "))) {
      command += `\n${line.slice(2)}`;
      continue;
    } else if (isCommand && line.startsWith("^C after ")) {
      interruptAfterMs = Number(/^\^C after ([\d.]+)s$/.exec(line)?.[1]) * 1000;
    }
    isCommand = false;
  }
  close();
  if (remarks.length > 0) found.push({ remarks, command: "", interruptAfterMs: undefined });
  return found;
}
