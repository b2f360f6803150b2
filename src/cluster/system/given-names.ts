import type { LooseObject } from "../api/meta.ts";

/** What a scenario's documents bring themselves: the cluster makes no second one of it, and gives nobody else its addresses. */
export class GivenNames {
  readonly #names: ReadonlySet<string>;
  /** Addresses of pods that were given with one. */
  readonly podIps: ReadonlySet<string>;

  constructor(objects: readonly LooseObject[]) {
    this.#names = new Set(objects.map(nameOf));
    this.podIps = new Set(
      objects.flatMap((object) => {
        const status = object["status"] as LooseObject | undefined;
        const list = (status?.["podIPs"] ?? []) as readonly { readonly ip?: string }[];
        return object["kind"] === "Pod" ? [status?.["podIP"], ...list.map(({ ip }) => ip)].filter((ip) => typeof ip === "string") : [];
      }),
    );
  }

  has(object: LooseObject): boolean {
    return this.#names.has(nameOf(object));
  }
}

const clusterScoped: readonly string[] = ["Node", "Namespace", "IngressClass"];

function nameOf(object: LooseObject): string {
  const kind = String(object["kind"]);
  const metadata = (object["metadata"] ?? {}) as LooseObject;
  return clusterScoped.includes(kind) ? `${kind}/${metadata["name"]}` : `${kind}/${metadata["namespace"] ?? "default"}/${metadata["name"]}`;
}
