/** Without the lines that say when, and the counters of packets that the machine sends of itself meanwhile. */
export function withoutComments(text: string): string {
  return text.replace(/^#.*\n/gm, "").replace(/\[\d+:\d+\]/g, "[0:0]");
}

/** The kernel lists the elements of a verdict map in the order of its hash. */
export function sortedElements(text: string): string {
  return text.replace(/elements = \{ ([^}]*) \}/g, (_, elements: string) => `elements = { ${elements.split(/,\s+/).sort().join(", ")} }`);
}
