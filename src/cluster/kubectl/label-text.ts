import type { LooseObject } from "../api/meta.ts";

/** Whether an object that is not on the server has the labels: `app=web,tier`. */
export function matchesText(object: LooseObject, selector: string): boolean {
  const labels = ((object.metadata as LooseObject | undefined)?.labels ?? {}) as Readonly<Record<string, string>>;
  return selector.split(",").every((part) => {
    const [key = "", value] = part.split(/==?/);
    return value === undefined ? labels[key] !== undefined : labels[key] === value;
  });
}
