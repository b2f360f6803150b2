/**
 * A message about the user's text. The sentence comes from `messages` by code and arguments; `detail` is the real program's own text where there is one.
 * A value, never thrown inside the house: the last good cluster goes on.
 */
export interface Problem {
  readonly code: string;
  readonly severity: "error" | "warning";
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly args: Readonly<Record<string, string | number>>;
  /** The real program's text, exact, where one exists. */
  readonly detail?: string;
  /** Which document of the stream, from 0. */
  readonly document?: number;
  /** A mend that can be applied with one click, shown as a diff first: the whole new text. */
  readonly mend?: { readonly code: string; readonly text: string };
}

/** A problem before its place in the text is known: it names the value by its path. */
export interface PathProblem {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly args: Readonly<Record<string, string | number>>;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}
