import { create } from "zustand";
import { withoutSystem } from "../../graph/filter.ts";
import { usePage } from "../store/store.ts";

/** What is open over the graph: the filter, the search, or nothing. */
export type ToolName = "filter" | "find";

interface ToolState {
  readonly open: ToolName | undefined;
  /** Boxes that match the search, and the one that is looked at; undefined while nothing is sought. */
  readonly found: ReadonlySet<string> | undefined;
  readonly at: string | undefined;
}

export const useTools = create<ToolState>(() => ({ open: undefined, found: undefined, at: undefined }));

/** Opens it, or closes it when it is open; the other one closes. */
export function toggleTool(name: ToolName): void {
  useTools.setState((s) => ({ open: s.open === name ? undefined : name, found: undefined, at: undefined }));
}

export function openTool(name: ToolName): void {
  if (useTools.getState().open !== name) toggleTool(name);
}

export function closeTools(): void {
  useTools.setState({ open: undefined, found: undefined, at: undefined });
}

/** What Enter and a click on a box mean: the inspector shows it; a sign that something is hidden leads to what hides it. */
export function lookInto(id: string): void {
  if (id.startsWith("hidden/")) openTool("filter");
  else usePage.setState({ selection: { kind: "object", id } });
}

/** The page's switch for the cluster's own pods speaks for all their namespaces. */
export function showSystem(isShown: boolean): void {
  usePage.setState((s) => ({ showsSystem: isShown, filters: withoutSystem(s.filters) }));
}

/** Boxes that nobody pinned find their places anew. */
export function tidy(): void {
  usePage.setState((s) => ({ tidied: s.tidied + 1 }));
}

export function unpinAll(): void {
  usePage.setState({ pins: {} });
}
