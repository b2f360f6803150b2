import { create } from "zustand";

/** What lies under the graph: the load generator, the lanes of time, or nothing. */
export type DrawerName = "load" | "lanes";

export const useDrawer = create<{ readonly open: DrawerName | undefined }>(() => ({ open: undefined }));

/** Who had the keys when it was asked for. */
let opener: Element | null = null;

/** Opens it and takes the keys there; when it is open already, closes it. */
export function toggleDrawer(name: DrawerName): void {
  const isOpen = useDrawer.getState().open === name;
  opener = document.activeElement;
  useDrawer.setState({ open: isOpen ? undefined : name });
}

/** The drawer comes a moment after it was asked for: who has begun to type meanwhile keeps the keys. */
export function mayTakeKeys(): boolean {
  return document.activeElement === opener || document.activeElement === document.body;
}
