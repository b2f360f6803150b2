import { useExplain } from "./explain.ts";

/**
 * Lights what is pointed at: boxes of the picture, and hops of the list. A rule of style that is there while it is needed, so that neither the
 * picture nor the list has to be drawn anew for it.
 */
export function Lit() {
  const lit = useExplain((s) => s.lit);
  const boxes = lit.flatMap(({ object }) => (object === undefined ? [] : [`.react-flow__node[data-id="${CSS.escape(object)}"]`]));
  const hops = lit.flatMap(({ hop }) => (hop === undefined ? [] : [`.hops li[data-hop="${hop}"]`]));
  // On the physical picture a Service is no box: it is in the rules of every node.
  const rules = lit.flatMap(({ object }) => (object === undefined ? [] : [`.rule-row[data-id="${CSS.escape(object)}"]`]));
  const places = [...boxes.map((box) => `${box} > *`), ...rules, ...hops];
  if (places.length === 0) return null;
  return <style>{`${places.join(",")} { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 8px; }`}</style>;
}
