/**
 * One field of an object, as `metadata.managedFields` names it: a way of elements from the object down. Each field is there once, so that sets of
 * fields are small and compare by identity.
 * @source kubernetes.io "Server-Side Apply"; sigs.k8s.io/structured-merge-diff fieldpath/serialize-pe.go, FieldsV1
 */
export class Field {
  /** `f:replicas`, `k:{"port":80,"protocol":"TCP"}`, `v:"kubernetes"`; empty for the object itself. */
  readonly element: string;
  readonly parent: Field | undefined;
  readonly #children = new Map<string, Field>();

  constructor(element = "", parent?: Field) {
    this.element = element;
    this.parent = parent;
  }

  child(element: string): Field {
    let found = this.#children.get(element);
    if (found === undefined) {
      found = new Field(element, this);
      this.#children.set(element, found);
    }
    return found;
  }

  named(name: string): Field {
    return this.child(`f:${name}`);
  }

  /** The item of a list: by its keys, or by its value where there are none. */
  item(item: unknown, keys: readonly string[]): Field {
    return this.child(itemElement(item, keys));
  }

  /** `.spec.ports[port=80,protocol="TCP"].targetPort`, as the server's errors say it. */
  get text(): string {
    return this.parent === undefined ? "" : this.parent.text + elementText(this.element);
  }
}

/** How a list item is named: `k:{"port":80,"protocol":"TCP"}`, `v:"kubernetes"`. */
export function itemElement(item: unknown, keys: readonly string[]): string {
  if (keys.length === 0) return `v:${JSON.stringify(item)}`;
  const fields = item as Readonly<Record<string, unknown>>;
  // The protocol of a port is TCP when it is not said.
  const pairs = keys.map((key) => [key, fields[key] ?? (key === "protocol" ? "TCP" : "")] as const);
  return `k:${JSON.stringify(Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))))}`;
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Readonly<Record<string, unknown>>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}

/** Fields as a tree, which is how they are sent: `{"f:spec":{"f:ports":{".":{},"k:{…}":{…}}}}`. A `.` is the field itself beside its parts. */
export function fieldsV1(fields: Iterable<Field>): FieldTree {
  const ends = new Set(fields);
  const root: Branch = new Map();
  for (const field of ends) branchOf(root, field);
  return treeOf(root, ends);
}

export interface FieldTree {
  readonly [element: string]: FieldTree;
}

type Branch = Map<Field, Branch>;

function branchOf(root: Branch, field: Field): Branch {
  if (field.parent === undefined) return root;
  const above = branchOf(root, field.parent);
  let found = above.get(field);
  if (found === undefined) {
    found = new Map();
    above.set(field, found);
  }
  return found;
}

function treeOf(branch: Branch, ends: ReadonlySet<Field>): FieldTree {
  const sorted = [...branch].toSorted(([{ element: a }], [{ element: b }]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([field, inner]) => {
      const parts = treeOf(inner, ends);
      return [field.element, inner.size > 0 && ends.has(field) ? { ".": {}, ...parts } : parts];
    }),
  );
}
