/**
 * Columns as Go's text/tabwriter lays them out: cells end in tabs; a column is a run of consecutive lines that have a cell there, and is as wide
 * as its widest. The last cell of a line belongs to no column, so nothing is put behind it.
 *
 * @source Go text/tabwriter; kubectl pkg/cli printers (6, 3 blanks), describe (0, 2 blanks)
 */
export interface TabOptions {
  readonly widthMin: number;
  readonly padding: number;
}

export const tableTabs: TabOptions = { widthMin: 6, padding: 3 };
export const describeTabs: TabOptions = { widthMin: 0, padding: 2 };

/** `remembered` holds the widths of lines written before, and takes those of these (a watch's rows line up). */
export function tabulate(text: string, options: TabOptions, remembered?: number[]): string {
  if (!text.includes("\t")) return text;
  const endsOpen = !text.endsWith("\n");
  const lines = (endsOpen ? text : text.slice(0, -1)).split("\n").map((line) => line.split("\t"));
  const out: string[] = [];
  const widths: number[] = [];

  const write = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const line = lines[i] as string[];
      let row = "";
      line.forEach((cell, j) => {
        row += cell;
        const width = widths[j];
        if (width !== undefined && j < line.length - 1) row += " ".repeat(Math.max(0, width - textWidth(cell)));
      });
      out.push(row);
    }
  };

  const format = (from: number, to: number): void => {
    const column = widths.length;
    let begin = from;
    for (let i = from; i < to; i++) {
      if (column >= (lines[i] as string[]).length - 1) continue;
      write(begin, i);
      begin = i;
      let width = Math.max(options.widthMin, remembered?.[column] ?? 0);
      for (; i < to; i++) {
        const line = lines[i] as string[];
        if (column >= line.length - 1) break;
        width = Math.max(width, textWidth(line[column] as string) + options.padding);
      }
      if (remembered !== undefined) remembered[column] = width;
      widths.push(width);
      format(begin, i);
      widths.pop();
      begin = i;
      i--; // the line that ended the block is looked at again
    }
    write(begin, to);
  };

  format(0, lines.length);
  return out.join("\n") + (endsOpen ? "" : "\n");
}

/** Go counts code points. */
function textWidth(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}
