import { usePage } from "../store/store.ts";
import { commands } from "./commands.ts";
import { homeTerminal } from "./home-terminal.ts";
import { addTerminal, whenReading } from "./new-terminal.ts";

/** Types a line at the user's own machine, in a new terminal where the others are busy or elsewhere; with `isEntered` also presses Enter. */
export function typeAtHome(text: string, isEntered: boolean): void {
  const free = freeTerminal();
  if (free !== undefined) {
    usePage.setState((s) => ({ tabs: { ...s.tabs, shown: free } }));
    commands.type(free, text, isEntered);
    return;
  }
  const fresh = addTerminal(true);
  whenReading(fresh, () => commands.type(fresh, text, isEntered));
}

function freeTerminal(): number | undefined {
  const { tabs, terminals, summary } = usePage.getState();
  return homeTerminal(tabs, terminals, `client/${summary?.clients[0]?.name ?? ""}`);
}
