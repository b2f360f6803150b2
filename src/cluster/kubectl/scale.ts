import type { LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { requireFlags } from "./create-generators.ts";
import { joinFailures, KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { fetch, fileFlags, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl scale`, through the scale subresource. @source kubectl pkg/cmd/scale/scale.go, pkg/scale/scale.go */
export const scaleCommand: Command = {
  name: "scale",
  short: "Set a new size for a deployment, replica set, or replication controller",
  usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
  completes: "resources",
  flags: [
    ...fileFlags,
    ...outputFlags,
    selectorFlag,
    dryRunFlag,
    { name: "all", type: "bool", default: "false" },
    { name: "current-replicas", type: "int", default: "-1", usage: "Precondition for current size." },
    { name: "replicas", type: "int", default: "0", usage: "The new desired number of replicas. Required." },
    { name: "resource-version", type: "string" },
    { name: "timeout", type: "duration", default: "0s" },
    { name: "record", type: "bool", default: "false", deprecated: "--record will be removed in the future" },
  ],
  run: scale,
};

function* scale(session: Session, flags: Flags): Run<void> {
  requireFlags(flags, "replicas");
  const replicas = flags.number("replicas");
  if (replicas < 0) throw new KubectlError("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  const selection = yield* select(session, {
    args: flags.args,
    files: manifestFiles(flags),
    labelSelector: flags.text("selector"),
    selectsAll: flags.is("all"),
  });
  const { infos, errors } = yield* fetch(session, selection);
  const failure = joinFailures(errors);
  if (infos.length === 0)
    throw new KubectlError(`no objects passed to scale${session.behaviour.scaleNamesMissing ? ` ${failure?.message ?? ""}` : ""}`);
  for (const { resource, namespace, name, object } of infos) {
    const path = resourcePath(resource, namespace, name, "scale");
    if (dryRun === "client") {
      yield* printResult(session, flags, printer, resource, object, "scaled", dryRun);
      continue;
    }
    const expected = flags.number("current-replicas");
    const current = yield* session.request<{
      readonly spec: { readonly replicas?: number };
      readonly metadata: { readonly resourceVersion: string };
    }>({ method: "GET", path });
    if (expected >= 0 && (current.spec.replicas ?? 0) !== expected)
      throw new KubectlError(`Expected replicas to be ${expected}, was ${current.spec.replicas ?? 0}`);
    const version = flags.text("resource-version");
    if (version !== "" && version !== current.metadata.resourceVersion)
      throw new KubectlError(`Expected resource version to be ${version}, was ${current.metadata.resourceVersion}`);
    const body: LooseObject = { spec: { replicas } };
    yield* session.request({
      method: "PATCH",
      path,
      query: dryRun === "server" ? { dryRun: "All" } : {},
      body,
      contentType: "application/merge-patch+json",
    });
    const shown =
      printer === undefined || dryRun === "server"
        ? object
        : yield* session.request({ method: "GET", path: resourcePath(resource, namespace, name) });
    yield* printResult(session, flags, printer, resource, shown, "scaled", dryRun);
  }
  if (failure !== undefined) throw failure;
}
