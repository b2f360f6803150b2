import { create } from "zustand";
import { keep, load } from "../store/keep.ts";

/** What Tab does in the editor, chosen by Ctrl+M and kept: it writes, or it goes on to the next thing on the page. */
const key = "kubehop.tabMoves";

interface TabMoves {
  readonly isMoving: boolean;
  /** It was changed just now: the page says so. */
  readonly isNews: boolean;
}

export const useTabMoves = create<TabMoves>(() => ({ isMoving: load(key) !== undefined, isNews: false }));

export function toggleTabMoves(): void {
  const isMoving = !useTabMoves.getState().isMoving;
  keep(key, isMoving ? "yes" : undefined);
  useTabMoves.setState({ isMoving, isNews: true });
}
