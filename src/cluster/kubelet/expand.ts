export type Variables = Pick<ReadonlyMap<string, string>, "get">;

/**
 * Replaces `$(NAME)`; an unknown name stays as written, `$$` is a dollar sign.
 * @source third_party/forked/golang/expansion/expand.go
 */
export function expand(text: string, variables: Variables): string {
  let result = "";
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0 || dollar + 1 >= text.length) return result + text.slice(at);
    result += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === "$") {
      result += "$";
      at = dollar + 2;
      continue;
    }
    const end = next === "(" ? text.indexOf(")", dollar + 2) : -1;
    if (end < 0) {
      result += `$${next === "(" ? "(" : ""}`;
      at = dollar + (next === "(" ? 2 : 1);
      continue;
    }
    const name = text.slice(dollar + 2, end);
    result += variables.get(name) ?? `$(${name})`;
    at = end + 1;
  }
  return result;
}
