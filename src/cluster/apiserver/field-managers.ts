import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Struct } from "../api/schema.ts";
import { Field } from "./field-path.ts";
import { compareFields, type Part } from "./field-set.ts";

/** Who writes, as `metadata.managedFields` tells writers apart. */
export interface Writer {
  /** `kubectl-edit`, `kube-controller-manager` */
  readonly manager: string;
  readonly apiVersion: string;
  /** `status`, `scale`; absent for the object itself. */
  readonly subresource?: string;
}

export interface Owner extends Writer {
  readonly operation: "Apply" | "Update";
  /** When it last took a field, in milliseconds of the world's date. */
  readonly atMs: number;
  readonly fields: ReadonlySet<Field>;
}

/**
 * Who set which field. A write only leaves a note; what it changed is worked out when somebody asks, or when notes pile up: most objects are
 * written often and asked about never.
 *
 * @source kubernetes.io "Server-Side Apply"; apimachinery util/managedfields/internal/managedfieldsupdater.go; structured-merge-diff merge/update.go
 */
export interface FieldManagers {
  /** A create, update or patch. `after` is what the writer sent with its defaults: what admission and allocation add belongs to nobody. */
  updated(object: KubernetesObject, before: LooseObject | undefined, after: LooseObject, part: Part, schema: Struct, writer: Writer): void;
  /**
   * A server-side apply of these fields; the `changed` ones are nobody else's any more. Whose manager is `kubectl` takes over what kubectl's
   * client applied before, which the real one asks for in two more requests.
   */
  applied(object: KubernetesObject, fields: ReadonlySet<Field>, changed: ReadonlySet<Field>, writer: Writer): void;
  /** Fields that the manager applied last, in whichever way. */
  appliedBy(object: KubernetesObject, manager: string): ReadonlySet<Field>;
  owners(object: KubernetesObject): readonly Owner[];
  /** The object's own place, under which its fields are. */
  readonly root: Field;
  forget(object: KubernetesObject): void;
}

interface Note {
  readonly before: LooseObject | undefined;
  readonly after: LooseObject;
  readonly part: Part;
  readonly schema: Struct;
  readonly writer: Writer;
  readonly atMs: number;
}

interface Entry extends Owner {
  atMs: number;
  readonly fields: Set<Field>;
}

interface Ledger {
  entries: Entry[];
  notes: Note[];
}

/** Notes hold old versions of their object: so many, and they are worked out. */
const notesMax = 8;

/** `kubectl apply` as the client did it, and as the server does it. */
export const clientApply = "kubectl-client-side-apply";
export const serverApply = "kubectl";
/** Keeps the annotation of the former for those who go back. @source kubectl pkg/cmd/apply/apply.go, fieldManagerLastAppliedAnnotation */
const lastAppliedManager = "kubectl-last-applied";
export const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

export function createFieldManagers(nowMs: () => number): FieldManagers {
  const root = new Field();
  const byUid = new Map<string, Ledger>();

  function ledgerOf({ metadata }: KubernetesObject): Ledger {
    let found = byUid.get(metadata.uid);
    if (found === undefined) {
      found = { entries: [], notes: [] };
      byUid.set(metadata.uid, found);
    }
    return found;
  }

  function settled(object: KubernetesObject): Ledger {
    const ledger = ledgerOf(object);
    settle(ledger, root);
    return ledger;
  }

  return {
    root,
    updated(object, before, after, part, schema, writer) {
      const ledger = ledgerOf(object);
      ledger.notes.push({ before, after, part, schema, writer, atMs: nowMs() });
      if (ledger.notes.length >= notesMax) settle(ledger, root);
    },
    applied(object, fields, changed, writer) {
      const ledger = settled(object);
      for (const entry of ledger.entries) for (const field of changed) entry.fields.delete(field);
      ledger.entries = ledger.entries.filter((entry) => !isTakenOver(entry, writer.manager) && entry.fields.size > 0);
      const atMs = nowMs();
      ledger.entries.push({ ...writer, operation: "Apply", atMs, fields: new Set(fields) });
      const annotation = root.named("metadata").named("annotations").named(lastApplied);
      if (writer.manager !== serverApply || object.metadata.annotations?.[lastApplied] === undefined) return;
      if (ledger.entries.some((entry) => entry.operation === "Apply" && entry.fields.has(annotation))) return;
      ledger.entries.push({ ...writer, manager: lastAppliedManager, operation: "Apply", atMs, fields: new Set([annotation]) });
    },
    appliedBy(object, manager) {
      const ours = settled(object).entries.filter((entry) => isTakenOver(entry, manager));
      return new Set(ours.flatMap(({ fields }) => [...fields]));
    },
    owners: (object) => settled(object).entries,
    forget: ({ metadata }) => {
      byUid.delete(metadata.uid);
    },
  };
}

/** This manager's own entry, and what kubectl's client applied before its server-side apply. */
export function isTakenOver({ manager, operation }: Owner, applier: string): boolean {
  return (operation === "Apply" && manager === applier) || (applier === serverApply && manager === clientApply);
}

function settle(ledger: Ledger, root: Field): void {
  if (ledger.notes.length === 0) return;
  for (const note of ledger.notes) carryOut(ledger, note, root);
  ledger.notes = [];
}

/** What was set belongs to its writer alone; what is gone belongs to nobody; who owns nothing more is no manager. */
function carryOut(ledger: Ledger, { before, after, part, schema, writer, atMs }: Note, root: Field): void {
  const { set, removed } = compareFields(before, after, part, schema, root);
  if (set.size === 0 && removed.size === 0) return;
  for (const { fields } of ledger.entries) {
    for (const field of set) fields.delete(field);
    for (const field of removed) fields.delete(field);
  }
  if (set.size > 0) {
    let own = ledger.entries.find((entry) => entry.operation === "Update" && isSameWriter(entry, writer));
    if (own === undefined) {
      own = { ...writer, operation: "Update", atMs, fields: new Set() };
      ledger.entries.push(own);
    }
    own.atMs = atMs;
    for (const field of set) own.fields.add(field);
  }
  ledger.entries = withinCap(ledger.entries.filter(({ fields }) => fields.size > 0));
}

const updateManagersMax = 10;
const ancientChanges = "ancient-changes";

/**
 * Of more than ten who updated, the oldest are joined into one for each version, until there are ten.
 * @source apimachinery util/managedfields/internal/capmanagers.go; fieldmanager.go, DefaultMaxUpdateManagers
 */
function withinCap(entries: Entry[]): Entry[] {
  const updaters = entries.filter(({ operation }) => operation === "Update");
  if (updaters.length <= updateManagersMax) return entries;
  const seconds = ({ atMs }: Entry): number => Math.floor(atMs / 1000);
  const oldestFirst = updaters.toSorted((a, b) => seconds(a) - seconds(b) || (identifier(a) < identifier(b) ? -1 : 1));
  const gone = new Set<Entry>();
  const firsts = new Map<string, Entry>();
  const buckets = new Map<string, Entry>();
  let count = updaters.length;
  for (const entry of oldestFirst) {
    if (count <= updateManagersMax) break;
    const { apiVersion, atMs } = entry;
    const first = firsts.get(apiVersion);
    if (first === undefined) {
      firsts.set(apiVersion, entry);
      continue;
    }
    const known = buckets.get(apiVersion);
    const fields = new Set([...(known ?? first).fields, ...entry.fields]);
    buckets.set(apiVersion, { manager: ancientChanges, operation: "Update", apiVersion, atMs, fields });
    gone.add(first).add(entry);
    count--;
  }
  return [...entries.filter((entry) => !gone.has(entry)), ...buckets.values()];
}

function identifier({ manager, apiVersion, subresource = "" }: Writer): string {
  return `${manager} ${apiVersion} ${subresource}`;
}

function isSameWriter(a: Writer, b: Writer): boolean {
  return a.manager === b.manager && a.apiVersion === b.apiVersion && a.subresource === b.subresource;
}
