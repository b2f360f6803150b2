/** The page's zones, in the order in which F6 visits them. */
const zones = [".editor", ".graph", ".twin", ".terminal", ".inspector"];

/** Two courses side by side want the inspector's room; what it tells of a hop stands in their list. */
const standIns: Readonly<Record<string, string>> = { ".inspector": ".twin" };

function isShown(zone: string): boolean {
  return (document.querySelector(zone)?.getClientRects().length ?? 0) > 0;
}

/** What in a zone takes the keys: its field, else what was last shown, else its first control. */
export function focusZone(zone: string): void {
  const element = document.querySelector<HTMLElement>(isShown(zone) ? zone : (standIns[zone] ?? zone));
  const wanted = [
    ".monaco-editor .native-edit-context, .monaco-editor textarea",
    ".terminal-host:not([hidden]) textarea",
    "[aria-current]",
  ];
  const target = wanted
    .map((selector) => element?.querySelector<HTMLElement>(selector))
    .find((found) => found !== null && found !== undefined);
  const fallback = element?.querySelector<HTMLElement>(".react-flow__node, button, input, summary, [tabindex]");
  // A zone with nothing in it that takes keys takes them itself.
  if (target === undefined && !fallback && element !== null) element.tabIndex = -1;
  (target ?? fallback ?? element)?.focus();
}

export function nextZone(direction: 1 | -1): void {
  const here = zones.filter(isShown);
  const at = here.findIndex((zone) => document.querySelector(zone)?.contains(document.activeElement) === true);
  const next = here[(Math.max(0, at) + (at < 0 ? 0 : direction) + here.length) % here.length];
  if (next !== undefined) focusZone(next);
}
