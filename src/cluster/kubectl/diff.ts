import { printYaml } from "../../yaml/print.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { threeWayPatch } from "./apply.ts";
import type { Command } from "./command.ts";
import { Failures, failureText, joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { withSortedKeys } from "./go-json.ts";
import { manifestFiles, newborn } from "./manifest.ts";
import { schemaOf } from "./schema.ts";
import { fileFlags, select, selectorFlag, type Target } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl diff`: what apply would change, shown by the machine's own `diff -u -N`; exit status 1 where something differs. @source kubectl pkg/cmd/diff/diff.go */
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
  const files = manifestFiles(flags);
  if (flags.args.length > 0) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
  if (files.length === 0) throw new KubectlError("must specify one of -f and -k");
  if (flags.is("force-conflicts") && !flags.is("server-side")) throw new KubectlError("--force-conflicts only works with --server-side");
  const selection = yield* select(session, {
    args: [],
    files,
    isRecursive: flags.is("recursive"),
    labelSelector: flags.text("selector"),
    validates: true,
  });
  const failure = joinFailures(selection.errors);
  if (failure !== undefined) throw failure;
  const live = temporaryFolder(session, "LIVE");
  const merged = temporaryFolder(session, "MERGED");
  try {
    for (const target of selection.targets) {
      if (target.type !== "one" || target.object === undefined) continue;
      const { resource, namespace, name } = target;
      const before = yield* session.requestIfFound<KubernetesObject>({ method: "GET", path: resourcePath(resource, namespace, name) });
      const after = yield* asApplied(session, flags, target, before);
      const file = `${resource.apiVersion.replace("/", ".")}.${resource.kind}.${namespace ?? ""}.${name}`;
      const [from, to] = masked(before, after);
      session.sys.files.write(`${live}/${file}`, from === undefined ? "" : printYaml(from), { mode: 0o700 });
      session.sys.files.write(`${merged}/${file}`, printYaml(to), { mode: 0o700 });
    }
    return yield* runDiff(session, live, merged);
  } finally {
    for (const folder of [live, merged]) session.sys.files.remove(folder, { recursive: true });
  }
}

/** `/tmp/LIVE-1234567890`: a number of up to 32 bits. @source Go os.MkdirTemp */
function temporaryFolder(session: Session, prefix: string): string {
  const path = `/tmp/${prefix}-${session.sys.random.uint32()}`;
  session.sys.files.makeDirectory(path, { parents: true });
  return path;
}

/** What the server would make of it: tried there, never kept. */
function* asApplied(
  session: Session,
  flags: Flags,
  target: Extract<Target, { type: "one" }>,
  current: KubernetesObject | undefined,
): Run<KubernetesObject> {
  const { resource, namespace, name } = target;
  const object = target.object as LooseObject;
  const path = resourcePath(resource, namespace, name);
  const query = { dryRun: "All", fieldManager: flags.text("field-manager") };
  if (flags.is("server-side")) {
    const manager = flags.isGiven("field-manager") ? flags.text("field-manager") : "kubectl";
    return yield* session.request<KubernetesObject>({
      method: "PATCH",
      path,
      query: { ...query, fieldManager: manager, force: `${flags.is("force-conflicts")}` },
      body: withSortedKeys(object),
      contentType: "application/apply-patch+yaml",
    });
  }
  const metadata = (object.metadata ?? {}) as LooseObject;
  const modified = { ...object, metadata: { ...metadata, annotations: metadata.annotations ?? {} } };
  if (current === undefined)
    return yield* session.request<KubernetesObject>({
      method: "POST",
      path: resourcePath(resource, namespace),
      query,
      body: newborn(modified),
    });
  return yield* session.request<KubernetesObject>({
    method: "PATCH",
    path,
    query,
    body: threeWayPatch(resource, current, modified),
    contentType:
      schemaOf(resource.apiVersion, resource.kind) === undefined
        ? "application/merge-patch+json"
        : "application/strategic-merge-patch+json",
  });
}

/** A Secret's values are not for the screen; that they differ is. @source kubectl pkg/cmd/diff/diff.go, Masker */
function masked(before: KubernetesObject | undefined, after: KubernetesObject): readonly [LooseObject | undefined, LooseObject] {
  const from = before === undefined ? undefined : shown(before);
  const to = shown(after);
  if (after.kind !== "Secret" || after.apiVersion !== "v1") return [from, to];
  const old = (from?.data ?? {}) as LooseObject;
  const fresh = (to.data ?? {}) as LooseObject;
  const hide = (side: LooseObject | undefined, suffix: string): LooseObject | undefined => {
    if (side?.data === undefined || side.data === null) return side;
    const entries = Object.keys(side.data).map((key) => [
      key,
      key in old && key in fresh && old[key] !== fresh[key] ? `***${suffix}` : "***",
    ]);
    return { ...side, data: Object.fromEntries(entries) };
  };
  return [hide(from, " (before)"), hide(to, " (after)") as LooseObject];
}

/** `diff -u -N` or what KUBECTL_EXTERNAL_DIFF names, over both folders. @source kubectl pkg/cmd/diff/diff.go, DiffProgram */
function* runDiff(session: Session, live: string, merged: string): Run<number> {
  const { sys } = session;
  const [external = "", ...options] = (sys.env.get("KUBECTL_EXTERNAL_DIFF") ?? "").split(" ");
  const program = external === "" ? "diff" : external;
  const words = external === "" ? ["-u", "-N", live, merged] : [live, merged, ...options.filter((word) => /^[a-zA-Z0-9-=]+$/.test(word))];
  const started = sys.spawn({ args: [program, ...words] });
  if (!started.ok)
    throw new KubectlError(
      `failed to run ${JSON.stringify(program)}: exec: ${JSON.stringify(program)}: executable file not found in $PATH`,
    );
  const status = yield* started.process.wait();
  if (status > 1) throw new KubectlError(`failed to run ${JSON.stringify(program)}: exit status ${status}`);
  return status;
}

function shown(object: KubernetesObject): LooseObject {
  const { managedFields: _, ...metadata } = object.metadata as unknown as LooseObject;
  return { ...(object as unknown as LooseObject), metadata };
}
