import type { GraphModel } from "./model.ts";

/** Which box of a picture shows a place or object; undefined when none does. */
export function boxFinder({ nodes, aliases }: Pick<GraphModel, "nodes" | "aliases">): (name: string) => string | undefined {
  const drawn = new Set(nodes.map(({ id }) => id));
  return (name) => (drawn.has(name) ? name : aliases.get(name));
}
