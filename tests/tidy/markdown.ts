/** A fenced block of a page. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

export function fences(markdown: string): readonly Fence[] {
  const found: Fence[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { language: fence[1] as string, line: index + 1, lines: [] };
    else {
      found.push({ language: open.language, line: open.line, text: open.lines.join("\n") });
      open = undefined;
    }
  }
  return found;
}

/** The rows of the table whose first row is `header`, cells without their backquotes. */
export function tableRows(markdown: string, header: readonly string[]): readonly (readonly string[])[] {
  const lines = markdown.split("\n");
  const at = lines.indexOf(`| ${header.join(" | ")} |`);
  if (at < 0) throw new Error(`no table ${header.join(", ")}`);
  const rows: string[][] = [];
  for (const line of lines.slice(at + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  }
  return rows;
}

/** Links and pictures of a page that lead to a file of the house. */
export function localLinks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] as string).filter((to) => !/^[a-z]+:/.test(to));
}
