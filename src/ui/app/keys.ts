import { replay, setSpeed, skip, speeds, stepHop, stepPacket, togglePlay, usePlayback } from "../graph/playback.ts";
import { usePage } from "../store/store.ts";

/** Single keys act only outside of the editor, the terminal and fields; F6 goes from zone to zone. */
export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.key === "F6") {
      event.preventDefault();
      nextZone(event.shiftKey ? -1 : 1);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = actions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}

const actions: Readonly<Record<string, () => void>> = {
  " ": togglePlay,
  ".": () => stepHop(1),
  ",": () => stepHop(-1),
  ">": () => stepPacket(1),
  "<": () => stepPacket(-1),
  "+": () => setSpeed(speeds[Math.min(speeds.length - 1, speedIndex() + 1)] as number),
  "-": () => setSpeed(speeds[Math.max(0, speedIndex() - 1)] as number),
  r: replay,
  Escape: skip,
  v: () => usePage.setState((s) => ({ view: s.view === "logical" ? "physical" : "logical", pins: {} })),
  d: () => usePage.setState((s) => ({ showsNoise: !s.showsNoise })),
  e: () => focusZone(".editor"),
  t: () => focusZone(".terminal"),
  g: () => focusZone(".graph"),
  h: () => focusZone(".inspector"),
};

function speedIndex(): number {
  return speeds.indexOf(usePlayback.getState().speed as (typeof speeds)[number]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest(".editor-host, .terminal-host, input, textarea, select, [contenteditable=true]") !== null) return true;
  // A focused button has its own meaning for Space.
  return target.tagName === "BUTTON" || target.tagName === "SUMMARY";
}

const zones = [".editor", ".graph", ".terminal", ".inspector"];

function focusZone(zone: string): void {
  const element = document.querySelector<HTMLElement>(zone);
  const target = element?.querySelector<HTMLElement>("textarea, button, input, [tabindex]") ?? element;
  target?.focus();
}

function nextZone(direction: 1 | -1): void {
  const at = zones.findIndex((zone) => document.querySelector(zone)?.contains(document.activeElement) === true);
  focusZone(zones[(at + direction + zones.length) % zones.length] as string);
}
