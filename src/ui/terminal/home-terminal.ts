import type { PageState, TerminalState } from "../store/store.ts";

/**
 * The terminal at which a command of the page's own can be typed: the shown one if it stands at the prompt of the user's own machine, else
 * another one that does; undefined: none does. A pod's shell has no kubectl, and a program that runs would take the line for its input. Pure.
 */
export function homeTerminal(
  tabs: PageState["tabs"],
  terminals: ReadonlyMap<number, Pick<TerminalState, "place" | "prompt">>,
  home: string,
): number | undefined {
  return [tabs.shown, ...tabs.open].find((id) => {
    const terminal = terminals.get(id);
    return terminal?.place === home && terminal.prompt !== undefined && terminal.prompt !== "";
  });
}
