import { create } from "zustand";

/** What lies under the graph: the load generator, the lanes of time, or nothing. */
export type DrawerName = "load" | "lanes";

export const useDrawer = create<{ readonly open: DrawerName | undefined }>(() => ({ open: undefined }));

/** Opens it and takes the keys there; when it is open already, closes it. */
export function toggleDrawer(name: DrawerName): void {
  const isOpen = useDrawer.getState().open === name;
  useDrawer.setState({ open: isOpen ? undefined : name });
}
