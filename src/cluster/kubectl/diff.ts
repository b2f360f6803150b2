import { printYaml } from "../../yaml/print.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { civilDate, twoDigits } from "../sim/date.ts";
import { threeWayPatch } from "./apply.ts";
import type { Command } from "./command.ts";
import { Failures, failureText, joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { newborn } from "./manifest.ts";
import { schemaOf } from "./schema.ts";
import { fileFlags, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl diff`: what apply would change, as `diff -u -N` prints it; exit status 1 where something differs. @source kubectl pkg/cmd/diff/diff.go */
export const diffCommand: Command = {
  name: "diff",
  short: "Diff the live version against a would-be applied version",
  usage: "-f FILENAME",
  completes: "files",
  flags: [
    ...fileFlags,
    selectorFlag,
    { name: "concurrency", type: "int", default: "1" },
    { name: "field-manager", type: "string", default: "kubectl-client-side-apply" },
    { name: "force-conflicts", type: "bool", default: "false" },
    { name: "server-side", type: "bool", default: "false" },
    { name: "show-managed-fields", type: "bool", default: "false" },
  ],
  run: diff,
};

/** 1 means a difference, so trouble is 2. @source cmdutil.CheckDiffErr */
function* diff(session: Session, flags: Flags): Run<number> {
  try {
    return yield* differences(session, flags);
  } catch (error) {
    if (!(error instanceof KubectlError || error instanceof StatusError || error instanceof Failures)) throw error;
    yield* session.err(failureText(error));
    return 2;
  }
}

function* differences(session: Session, flags: Flags): Run<number> {
  const files = flags.list("filename");
  if (flags.args.length > 0) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
  if (files.length === 0) throw new KubectlError("must specify one of -f and -k");
  const selection = yield* select(session, {
    args: [],
    files,
    isRecursive: flags.is("recursive"),
    labelSelector: flags.text("selector"),
    validates: true,
  });
  const failure = joinFailures(selection.errors);
  if (failure !== undefined) throw failure;
  const folder = (side: string): string => `/tmp/${side}-${1_000_000_000 + (session.sys.random.uint32() % 1_000_000_000)}`;
  const live = folder("LIVE");
  const merged = folder("MERGED");
  let out = "";
  for (const target of selection.targets) {
    if (target.type !== "one" || target.object === undefined) continue;
    const { resource, namespace, name } = target;
    const path = resourcePath(resource, namespace, name);
    const current = yield* session.requestIfFound<KubernetesObject>({ method: "GET", path });
    const metadata = (target.object.metadata ?? {}) as LooseObject;
    const modified = { ...target.object, metadata: { ...metadata, annotations: metadata.annotations ?? {} } };
    const query = { dryRun: "All", fieldManager: flags.text("field-manager") };
    const after =
      current === undefined
        ? yield* session.request<KubernetesObject>({
            method: "POST",
            path: resourcePath(resource, namespace),
            query,
            body: newborn(modified),
          })
        : yield* session.request<KubernetesObject>({
            method: "PATCH",
            path,
            query,
            body: threeWayPatch(resource, current, modified),
            contentType:
              schemaOf(resource.apiVersion, resource.kind) === undefined
                ? "application/merge-patch+json"
                : "application/strategic-merge-patch+json",
          });
    const file = `${resource.apiVersion.replace("/", ".")}.${resource.kind}.${namespace ?? ""}.${name}`;
    const before = current === undefined ? "" : printYaml(shown(current));
    const text = unifiedDiff(before, printYaml(shown(after)));
    if (text === "") continue;
    const stamp = goFileDate(session.nowMs);
    out += `diff -u -N ${live}/${file} ${merged}/${file}\n--- ${live}/${file}\t${stamp}\n+++ ${merged}/${file}\t${stamp}\n${text}`;
  }
  yield* session.out(out);
  return out === "" ? 0 : 1;
}

function shown(object: KubernetesObject): LooseObject {
  const { managedFields: _, ...metadata } = object.metadata as unknown as LooseObject;
  return { ...(object as unknown as LooseObject), metadata };
}

function goFileDate(ms: number): string {
  const d = civilDate(ms);
  return `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)} ${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)}.000000000 +0000`;
}

/** Hunks with three lines of context; "" when equal. @source diffutils diff -u */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return "";
  const a = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const b = after === "" ? [] : after.replace(/\n$/, "").split("\n");
  const lengths: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      (lengths[i] as number[])[j] =
        a[i] === b[j] ? (lengths[i + 1]?.[j + 1] as number) + 1 : Math.max(lengths[i + 1]?.[j] as number, lengths[i]?.[j + 1] as number);
    }
  }
  const edits: { readonly sign: " " | "-" | "+"; readonly text: string; readonly a: number; readonly b: number }[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) edits.push({ sign: " ", text: a[i] as string, a: i++, b: j++ });
    else if (i < a.length && (j >= b.length || (lengths[i + 1]?.[j] as number) >= (lengths[i]?.[j + 1] as number)))
      edits.push({ sign: "-", text: a[i] as string, a: i++, b: j });
    else edits.push({ sign: "+", text: b[j] as string, a: i, b: j++ });
  }
  let out = "";
  let at = 0;
  while (at < edits.length) {
    const first = edits.findIndex((edit, k) => k >= at && edit.sign !== " ");
    if (first < 0) break;
    let last = first;
    for (let k = first; k < edits.length && k - last <= 6; k++) if (edits[k]?.sign !== " ") last = k;
    const hunk = edits.slice(Math.max(at, first - 3), Math.min(edits.length, last + 4));
    const range = (start: number, count: number): string => `${count === 0 ? start : start + 1}${count === 1 ? "" : `,${count}`}`;
    const head = hunk[0] as (typeof edits)[number];
    out += `@@ -${range(head.a, hunk.filter(({ sign }) => sign !== "+").length)} +${range(head.b, hunk.filter(({ sign }) => sign !== "-").length)} @@\n`;
    out += hunk.map(({ sign, text }) => `${sign}${text}\n`).join("");
    at = last + 4;
  }
  return out;
}
