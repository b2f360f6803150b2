import type { KubernetesObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { goValue } from "./custom-columns.ts";
import { waitUntilGone } from "./delete.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { findJsonPath, type JsonPath, parseJsonPath, relaxedJsonPath } from "./jsonpath.ts";
import { manifestFiles } from "./manifest.ts";
import { objectName } from "./resources.ts";
import { fetch, fileFlags, type Info, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl wait --for=…`. @source kubectl pkg/cmd/wait/wait.go */
export const waitCommand: Command = {
  name: "wait",
  short: "Experimental: Wait for a specific condition on one or many resources",
  usage:
    "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
  completes: "resources",
  flags: [
    ...fileFlags,
    selectorFlag,
    { name: "all", type: "bool", default: "false" },
    { name: "all-namespaces", short: "A", type: "bool", default: "false" },
    { name: "field-selector", type: "string" },
    { name: "for", type: "array" },
    { name: "output", short: "o", type: "string" },
    { name: "timeout", type: "duration", default: "30s" },
  ],
  run: wait,
};

type Condition = (object: KubernetesObject) => boolean;

function* wait(session: Session, flags: Flags): Run<void> {
  const what = flags.text("for");
  if (flags.list("for").length === 0) throw new KubectlError('unrecognized condition: ""');
  const timeoutMs = flags.durationMs("timeout") < 0 ? 7 * 86_400_000 : flags.durationMs("timeout");
  const deadlineUs = session.sys.nowUs() + timeoutMs * 1000;
  const options = {
    args: flags.args,
    files: manifestFiles(flags),
    labelSelector: flags.text("selector"),
    fieldSelector: flags.text("field-selector"),
    allNamespaces: flags.is("all-namespaces"),
    selectsAll: flags.is("all"),
  };
  const isForDelete = what.toLowerCase() === "delete";
  const isForCreate = what.toLowerCase() === "create";
  const condition = isForDelete || isForCreate ? undefined : parseCondition(what);
  let { infos, errors } = yield* fetch(session, yield* select(session, options));
  while (isForCreate && errors.length > 0 && session.sys.nowUs() < deadlineUs) {
    yield* session.sys.sleep(500_000);
    ({ infos, errors } = yield* fetch(session, yield* select(session, options)));
  }
  if (isForCreate && errors.length > 0 && errors.every((error) => error instanceof StatusError && error.isNotFound))
    throw new KubectlError("timed out waiting for the condition");
  if (isForDelete) errors = errors.filter((error) => !/not found/.test(error.message));
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  if (infos.length === 0) {
    if (isForDelete) return;
    throw new KubectlError("no matching resources found");
  }
  const failures: Error[] = [];
  for (const info of infos) {
    // One time for all of them: when it is up, those that come later are not even looked at.
    const left = deadlineUs - session.sys.nowUs();
    if (left <= 0 && timeoutMs > 0) {
      failures.push(new KubectlError(`timed out waiting for the condition on ${info.resource.plural}/${info.name}`));
      continue;
    }
    if (isForDelete) {
      try {
        yield* waitUntilGone(
          session,
          [{ resource: info.resource, namespace: info.namespace, name: info.name, uid: info.object.metadata.uid }],
          Math.max(1, left) / 1000,
        );
      } catch (error) {
        if (!(error instanceof KubectlError)) throw error;
        failures.push(error);
        continue;
      }
    } else if (condition !== undefined && !condition(info.object)) {
      const result = yield* session.sys.within(Math.max(1, left), until(session, info, condition));
      if (!result.ok) {
        failures.push(new KubectlError(`timed out waiting for the condition on ${info.resource.plural}/${info.name}`));
        continue;
      }
    }
    yield* session.out(
      flags.text("output") === "name"
        ? `${objectName(info.resource, info.name)}\n`
        : `${objectName(info.resource, info.name)} condition met\n`,
    );
  }
  const failed = joinFailures(failures);
  if (failed !== undefined) throw failed;
}

function* until(session: Session, info: Info, condition: Condition): Run<void> {
  const watch = yield* session.watch({
    method: "GET",
    path: resourcePath(info.resource, info.namespace),
    query: { fieldSelector: `metadata.name=${info.name}`, resourceVersion: info.object.metadata.resourceVersion },
  });
  try {
    for (;;) {
      const event = yield* watch.next();
      if ((event.type === "ADDED" || event.type === "MODIFIED") && condition(event.object)) return;
    }
  } finally {
    watch.close();
  }
}

function parseCondition(text: string): Condition {
  if (text.startsWith("condition=")) {
    const [name = "", value = "true"] = text.slice("condition=".length).split("=");
    return (object) => {
      const { conditions = [] } =
        (object as unknown as { status?: { conditions?: readonly { type: string; status: string; observedGeneration?: number }[] } })
          .status ?? {};
      const found = conditions.find(({ type }) => type.toLowerCase() === name.toLowerCase());
      if (found === undefined || found.status.toLowerCase() !== value.toLowerCase()) return false;
      return found.observedGeneration === undefined || found.observedGeneration >= (object.metadata.generation ?? 0);
    };
  }
  if (text.startsWith("jsonpath=")) {
    const match = /^(\{.*?\}|[^=]*)(?:=(.*))?$/s.exec(text.slice("jsonpath=".length).replace(/^'(.*)'$/s, "$1"));
    if (match === null || match[1] === "")
      throw new KubectlError(
        "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
      );
    const path: JsonPath = parseJsonPath(relaxedOrFull(match[1] as string));
    const wanted = match[2]?.trim().replace(/^(["'])(.*)\1$/s, "$2");
    return (object) => {
      const values = findJsonPath(path, object);
      if (values.length === 0) return false;
      return wanted === undefined || (values.length === 1 && goValue(values[0]) === wanted);
    };
  }
  throw new KubectlError(`unrecognized condition: ${JSON.stringify(text)}`);
}

function relaxedOrFull(text: string): string {
  return text.startsWith("{") ? text : relaxedJsonPath(text);
}
