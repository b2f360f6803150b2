/** Motion follows the system's wish; a switch of our own overrides it both ways. */
const key = "kubehop.motion";

export function isMotionReduced(): boolean {
  const own = localStorage.getItem(key);
  if (own === "reduced") return true;
  if (own === "full") return false;
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function setMotion(choice: "reduced" | "full" | "system"): void {
  if (choice === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, choice);
}
