import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { checkOnClient, fieldValidation, validateFlag, validationQuery } from "./apply.ts";
import type { Command } from "./command.ts";
import { deleteFlags, deleteOne, propagationOf, waitUntilGone } from "./delete.ts";
import { joinFailures, KubectlError, StatusError, withSource } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { lastApplied, withLastApplied } from "./last-applied.ts";
import { manifestFiles, newborn } from "./manifest.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { kindPrefix } from "./resources.ts";
import { fileFlags, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl replace`: the whole object anew. @source kubectl pkg/cmd/replace/replace.go */
export const replaceCommand: Command = {
  name: "replace",
  short: "Replace a resource by file name or stdin",
  usage: "-f FILENAME",
  completes: "files",
  flags: [
    ...fileFlags,
    ...outputFlags,
    ...deleteFlags,
    dryRunFlag,
    validateFlag,
    { name: "field-manager", type: "string", default: "kubectl-replace" },
    { name: "save-config", type: "bool", default: "false" },
    { name: "subresource", type: "string" },
    { name: "raw", type: "string" },
  ],
  run: replace,
};

function* replace(session: Session, flags: Flags): Run<void> {
  if (flags.args.length > 0) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
  const files = manifestFiles(flags);
  if (files.length === 0) throw new KubectlError("must specify one of -f and -k");
  const dryRun = yield* dryRunOf(session, flags);
  const validation = fieldValidation(flags);
  const printer = objectPrinter(session, flags);
  const selection = yield* select(session, { args: [], files, isRecursive: flags.is("recursive"), validates: validation !== "Ignore" });
  const failures: Error[] = [...selection.errors];
  if (selection.targets.length === 0 && failures.length === 0) throw new KubectlError("no objects passed to replace");
  for (const target of selection.targets) {
    if (target.type !== "one" || target.object === undefined) continue;
    const { resource, namespace, name, source } = target;
    const path = resourcePath(resource, namespace, name);
    try {
      checkOnClient(session, target, validation);
      const query = {
        fieldManager: flags.text("field-manager"),
        ...validationQuery(session, validation),
        ...(dryRun === "server" ? { dryRun: "All" } : {}),
      };
      const body: LooseObject = flags.is("save-config") || hasAnnotation(target.object) ? withLastApplied(target.object) : target.object;
      let replaced: unknown = body;
      if (flags.is("force")) {
        const grace = flags.number("grace-period");
        const found = yield* session.requestIfFound<KubernetesObject>({ method: "GET", path });
        if (found !== undefined) {
          const uid = yield* deleteOne(session, {
            resource,
            namespace,
            name,
            graceSeconds: grace,
            propagation: yield* propagationOf(session, flags),
            dryRun,
          });
          yield* session.out(
            `${kindPrefix(resource)} "${name}" deleted${session.behaviour.deleteNamesNamespace && namespace !== undefined ? ` from ${namespace} namespace` : ""}\n`,
          );
          yield* waitUntilGone(session, [{ resource, namespace, name, uid }], flags.durationMs("timeout"));
        }
        replaced = yield* session.request({ method: "POST", path: resourcePath(resource, namespace), query, body: newborn(body) });
      } else if (dryRun !== "client") {
        const current = yield* session.request<KubernetesObject>({ method: "GET", path });
        const metadata = (body.metadata ?? {}) as LooseObject;
        const versioned = {
          ...body,
          metadata: { ...metadata, resourceVersion: metadata.resourceVersion ?? current.metadata.resourceVersion },
        };
        const subresource = flags.text("subresource");
        replaced = yield* session.request({
          method: "PUT",
          path: resourcePath(resource, namespace, name, subresource === "" ? undefined : subresource),
          query,
          body: versioned,
        });
      }
      yield* printResult(session, flags, printer, resource, replaced, "replaced", dryRun);
    } catch (error) {
      if (error instanceof StatusError) failures.push(withSource("replacing", source, error));
      else if (error instanceof KubectlError) failures.push(error);
      else throw error;
    }
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
}

function hasAnnotation(object: LooseObject): boolean {
  const annotations = ((object.metadata ?? {}) as { annotations?: LooseObject }).annotations;
  return annotations?.[lastApplied] !== undefined;
}
