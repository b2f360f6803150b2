import { bringZone, type Zone } from "./zones.ts";

/** The page's zones, in the order in which F6 visits them. */
const zones = [".editor", ".graph", ".twin", ".terminal", ".inspector"];

/** Two courses side by side want the inspector's room; what it tells of a hop stands in their list. */
const standIns: Readonly<Record<string, string>> = { ".inspector": ".twin" };

function isShown(zone: string): boolean {
  return (document.querySelector(zone)?.getClientRects().length ?? 0) > 0;
}

/** A zone that is behind another one for want of room comes to the front, and has the keys as soon as it is there. */
export function focusZone(zone: string): void {
  const standIn = standIns[zone];
  if (isShown(zone)) takeKeys(zone);
  else if (standIn !== undefined && isShown(standIn)) takeKeys(standIn);
  else {
    bringZone(zone.slice(1) as Zone);
    requestAnimationFrame(() => takeKeysSoon(zone, framesMax));
  }
}

/** The editor and the terminal make their fields themselves, a moment after they are drawn. */
const framesMax = 60;
const hasField = (zone: string) => zone === ".editor" || zone === ".terminal";

function takeKeysSoon(zone: string, frames: number): void {
  if (frames > 0 && hasField(zone) && fieldOf(document.querySelector(zone)) === undefined)
    requestAnimationFrame(() => takeKeysSoon(zone, frames - 1));
  else takeKeys(zone);
}

function fieldOf(element: Element | null): HTMLElement | undefined {
  const wanted = [
    ".monaco-editor .native-edit-context, .monaco-editor textarea",
    ".terminal-host:not([hidden]) textarea",
    "[aria-current]",
  ];
  return wanted.map((selector) => element?.querySelector<HTMLElement>(selector)).find((found) => found instanceof HTMLElement) ?? undefined;
}

/** What in a zone takes the keys: its field, else what was last shown, else its first control. */
function takeKeys(zone: string): void {
  const element = document.querySelector<HTMLElement>(zone);
  const target = fieldOf(element);
  const fallback = element?.querySelector<HTMLElement>(".react-flow__node, button, input, summary, [tabindex]");
  // A zone with nothing in it that takes keys takes them itself.
  if (target === undefined && !fallback && element !== null) element.tabIndex = -1;
  (target ?? fallback ?? element)?.focus();
}

export function nextZone(direction: 1 | -1): void {
  const hasTwin = isShown(".twin");
  const here = zones.filter((zone) => isShown(zone) || (zone !== ".twin" && !(hasTwin && zone in standIns)));
  const at = here.findIndex((zone) => document.querySelector(zone)?.contains(document.activeElement) === true);
  const next = here[(Math.max(0, at) + (at < 0 ? 0 : direction) + here.length) % here.length];
  if (next !== undefined) focusZone(next);
}
