import { create } from "zustand";
import { keep, load } from "../store/keep.ts";

/** Motion follows the system's wish; a switch of our own overrides it both ways. */
const key = "kubehop.motion";
export type MotionChoice = "reduced" | "full" | "system";

export const useMotion = create<{ readonly choice: MotionChoice }>(() => ({ choice: shown(firstChoice()) }));

function firstChoice(): MotionChoice {
  const own = load(key);
  return own === "reduced" || own === "full" ? own : "system";
}

const system = window.matchMedia("(prefers-reduced-motion: reduce)");

export function isMotionReduced(): boolean {
  const { choice } = useMotion.getState();
  return choice === "reduced" || (choice === "system" && system.matches);
}

export function setMotion(choice: MotionChoice): void {
  keep(key, choice === "system" ? undefined : choice);
  useMotion.setState({ choice: shown(choice) });
}

/** Styles move or stand by the same choice. */
function shown(choice: MotionChoice): MotionChoice {
  document.documentElement.dataset["motion"] = choice;
  return choice;
}
