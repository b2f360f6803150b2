import kubia from "../../../scenarios/kubia.yaml?raw";

/** The scenario files that the house ships; the first is in the first bundle, so that the page opens at once. */
const files = import.meta.glob("../../../scenarios/*.yaml", { query: "?raw", import: "default" }) as Readonly<
  Record<string, () => Promise<string>>
>;

const nameOf = (path: string) => path.replace(/^.*\//, "").replace(/\.yaml$/, "");

export const firstExample = kubia;
export const examples: readonly string[] = Object.keys(files).map(nameOf).sort();

export async function loadExample(name: string): Promise<string> {
  const found = Object.entries(files).find(([path]) => nameOf(path) === name);
  return found === undefined ? kubia : found[1]();
}
