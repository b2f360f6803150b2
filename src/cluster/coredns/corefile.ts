/** A Corefile as data. @source coredns.io/manual/configuration; github.com/coredns/caddy caddyfile lexer */
export interface ServerBlock {
  readonly zones: readonly { readonly zone: string; readonly port: number }[];
  readonly directives: readonly Directive[];
}

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly { readonly name: string; readonly args: readonly string[]; readonly line: number }[];
  readonly line: number;
}

export type CorefileResult =
  | { readonly ok: true; readonly servers: readonly ServerBlock[] }
  | { readonly ok: false; readonly error: string };

interface Token {
  readonly text: string;
  readonly line: number;
  /** The first of its line. */
  readonly startsLine: boolean;
}

/** @param isKnown whether a plugin of that name exists; others are errors, as in the real server */
export function parseCorefile(text: string, isKnown: (name: string) => boolean): CorefileResult {
  const tokens = tokenize(text);
  const servers: ServerBlock[] = [];
  const seen = new Set<string>();
  let at = 0;
  const fail = (line: number, message: string): CorefileResult => ({
    ok: false,
    error: `Corefile:${line} - Error during parsing: ${message}`,
  });
  while (at < tokens.length) {
    const zones: { zone: string; port: number }[] = [];
    const first = tokens[at] as Token;
    while (at < tokens.length && (tokens[at] as Token).text !== "{") {
      for (const word of (tokens[at] as Token).text.split(",")) if (word !== "") zones.push(serverKey(word));
      at++;
    }
    if (at >= tokens.length) return fail(first.line, "Unexpected EOF");
    if (zones.length === 0) return fail(first.line, "Syntax error: Unexpected token '{', expecting a zone");
    at++;
    const directives: Directive[] = [];
    for (;;) {
      const token = tokens[at];
      if (token === undefined) return fail(tokens.at(-1)?.line ?? 1, "Unexpected EOF");
      at++;
      if (token.text === "}") break;
      if (!isKnown(token.text)) return fail(token.line, `Unknown directive '${token.text}'`);
      const args: string[] = [];
      while (
        at < tokens.length &&
        !(tokens[at] as Token).startsLine &&
        (tokens[at] as Token).text !== "{" &&
        (tokens[at] as Token).text !== "}"
      )
        args.push((tokens[at++] as Token).text);
      const block: { name: string; args: string[]; line: number }[] = [];
      if (tokens[at]?.text === "{" && tokens[at]?.line === token.line) {
        at++;
        for (;;) {
          const inner = tokens[at];
          if (inner === undefined) return fail(token.line, "Unexpected EOF");
          at++;
          if (inner.text === "}") break;
          const words: string[] = [];
          while (at < tokens.length && !(tokens[at] as Token).startsLine && (tokens[at] as Token).text !== "}")
            words.push((tokens[at++] as Token).text);
          block.push({ name: inner.text, args: words, line: inner.line });
        }
      }
      directives.push({ name: token.text, args, block, line: token.line });
    }
    for (const { zone, port } of zones) {
      const key = `dns://${zone}:${port}`;
      if (seen.has(key)) return { ok: false, error: `cannot serve ${key} - it is already defined` };
      seen.add(key);
    }
    servers.push({ zones, directives });
  }
  return { ok: true, servers };
}

/** `.:53`, `example.org`, `dns://example.org:1053`, `10.0.0.0/8`. */
function serverKey(word: string): { zone: string; port: number } {
  const bare = word.replace(/^[a-z]+:\/\//, "");
  const match = /^(.*?)(?::(\d+))?$/.exec(bare) as RegExpExecArray;
  const zone = (match[1] as string).toLowerCase();
  return { zone: zone.endsWith(".") ? zone : `${zone}.`, port: Number(match[2] ?? 53) };
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    let startsLine = true;
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|#.*|[^\s"]+/g)) {
      if (match[0].startsWith("#")) break;
      tokens.push({ text: match[1] === undefined ? match[0] : match[1].replace(/\\"/g, '"'), line: index + 1, startsLine });
      startsLine = false;
    }
  }
  return tokens;
}
