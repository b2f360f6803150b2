import type { Scenario } from "../../scenario/index.ts";
import { locate } from "../../yaml/parse.ts";
import type { TextPlace } from "../protocol.ts";

export type Path = readonly (string | number)[];

/** An object of the user's text: where it stands, and what it says. */
export interface WrittenObject {
  /** `service/default/kubia` */
  readonly id: string;
  readonly document: number;
  /** The way to it inside its document (items of a List). */
  readonly path: Path;
  readonly object: Readonly<Record<string, unknown>>;
}

/** `service/default/kubia`, `node/node1`: how the whole house names an object. */
export function nameOf(object: Readonly<Record<string, unknown>>): string {
  const metadata = (object["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  const kind = String(object["kind"] ?? "").toLowerCase();
  return isClusterScoped(kind) ? `${kind}/${metadata["name"]}` : `${kind}/${metadata["namespace"] ?? "default"}/${metadata["name"]}`;
}

function isClusterScoped(kind: string): boolean {
  return ["node", "namespace", "ingressclass", "gatewayclass", "persistentvolume", "clusterrole", "clusterrolebinding"].includes(kind);
}

/** The user's text as a map between objects and lines, both ways. */
export class TextIndex {
  readonly scenario: Scenario;
  readonly objects: readonly WrittenObject[];
  readonly #byId: ReadonlyMap<string, WrittenObject>;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.objects = scenario.written.map((given) => ({ ...given, id: nameOf(given.object) }));
    this.#byId = new Map(this.objects.map((object) => [object.id, object]));
  }

  find(id: string): WrittenObject | undefined {
    return this.#byId.get(id);
  }

  /** Where a field of an object stands; its nearest parent that is there when the field is not. */
  place(id: string, path: Path, part: "key" | "value" = "value"): TextPlace | undefined {
    const written = this.#byId.get(id);
    const document = written === undefined ? undefined : this.scenario.documents[written.document];
    if (written === undefined || document === undefined) return undefined;
    return locate(document, [...written.path, ...path], part);
  }

  /** The object within whose lines a line stands. */
  at(line: number): WrittenObject | undefined {
    const { documents } = this.scenario;
    const index = documents.findLastIndex((document) => document.firstLine <= line);
    const inside = this.objects.filter((object) => object.document === index);
    if (inside.length <= 1) return inside[0];
    return inside.findLast((object) => (this.place(object.id, [])?.line ?? Number.POSITIVE_INFINITY) <= line) ?? inside[0];
  }
}
