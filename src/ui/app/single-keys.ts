import { create } from "zustand";
import { keep, load } from "../store/keep.ts";

/**
 * Whether letters and signs act by themselves. Who speaks to the page, or shakes, must be able to switch them off.
 *
 * @source WCAG 2.2, success criterion 2.1.4 "Character Key Shortcuts"
 */
const key = "kubehop.singleKeys";

export const useSingleKeys = create<{ readonly areOn: boolean }>(() => ({ areOn: load(key) !== "off" }));

export function setSingleKeys(areOn: boolean): void {
  keep(key, areOn ? undefined : "off");
  useSingleKeys.setState({ areOn });
}

/** Letters, figures and signs; Space, which plays and pauses, is none of them, and neither is Escape. */
export function isSingleKey(name: string): boolean {
  return name.length === 1 && name !== " ";
}
