import type { KubernetesObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { describerOf } from "./describe/index.ts";
import { type EventObject, Writer, writeEvents } from "./describe/writer.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { fetch, fileFlags, type Info, infoOf, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl describe`. @source kubectl pkg/cmd/describe/describe.go */
export const describeCommand: Command = {
  name: "describe",
  short: "Show details of a specific resource or group of resources",
  usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
  completes: "resources",
  flags: [
    ...fileFlags,
    selectorFlag,
    {
      name: "all-namespaces",
      short: "A",
      type: "bool",
      default: "false",
      usage: "If present, list the requested object(s) across all namespaces.",
    },
    { name: "chunk-size", type: "int", default: "500" },
    { name: "show-events", type: "bool", default: "true", usage: "If true, display events related to the described object." },
  ],
  run: describe,
};

function* describe(session: Session, flags: Flags): Run<void> {
  const files = manifestFiles(flags);
  if (flags.args.length === 0 && files.length === 0) {
    throw new KubectlError(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n',
    );
  }
  const selection = yield* select(session, {
    args: flags.args,
    files,
    labelSelector: flags.text("selector"),
    allNamespaces: flags.is("all-namespaces"),
    typeAloneIsAll: true,
  });
  let { infos, errors } = yield* fetch(session, selection);
  const [type, prefix, ...more] = flags.args;
  if (
    errors.length === 1 &&
    errors[0] instanceof StatusError &&
    errors[0].isNotFound &&
    infos.length === 0 &&
    type !== undefined &&
    prefix !== undefined &&
    more.length === 0 &&
    !type.includes("/")
  ) {
    infos = yield* byPrefix(session, type, prefix);
    if (infos.length > 0) {
      for (const info of infos) yield* session.out(`${yield* describeObject(session, info, flags.is("show-events"))}\n`);
      return;
    }
  }
  let isFirst = true;
  for (const info of infos) {
    try {
      const text = yield* describeObject(session, info, flags.is("show-events"));
      yield* session.out(isFirst ? text : `\n\n${text}`);
      isFirst = false;
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof KubectlError)) throw error;
      errors = [...errors, error];
    }
  }
  if (isFirst && errors.length === 0) {
    yield* session.err(
      flags.is("all-namespaces") || selection.targets.some(({ resource }) => !resource.isNamespaced)
        ? "No resources found\n"
        : `No resources found in ${session.namespace} namespace.\n`,
    );
  }
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
}

/** No exact name: every object whose name begins so. */
function* byPrefix(session: Session, type: string, prefix: string): Run<readonly Info[]> {
  const resource = (yield* session.resources()).get(type);
  const list = yield* session.request<{ items: readonly KubernetesObject[] }>({
    method: "GET",
    path: resourcePath(resource, session.namespace),
  });
  return list.items.filter(({ metadata }) => metadata.name.startsWith(prefix)).map((object) => infoOf(resource, object));
}

/** All lines about one object. */
export function* describeObject(session: Session, info: Info, showsEvents: boolean): Run<string> {
  const { describe: write, hasEvents } = describerOf(info.object.kind);
  const w = new Writer();
  const events = showsEvents && hasEvents ? yield* eventsOf(session, info) : undefined;
  yield* write(w, { session, resource: info.resource, object: info.object, events });
  if (events !== undefined) writeEvents(w, events, session.nowMs);
  return w.toString();
}

function* eventsOf(session: Session, { object, namespace }: Info): Run<readonly EventObject[]> {
  const resource = (yield* session.resources()).get("events");
  const { name, uid } = object.metadata;
  const selector = [
    `involvedObject.name=${name}`,
    ...(namespace === undefined ? [] : [`involvedObject.namespace=${namespace}`]),
    `involvedObject.kind=${object.kind}`,
    // A node's events carry its name as uid.
    ...(object.kind === "Node" ? [] : [`involvedObject.uid=${uid}`]),
  ].join(",");
  const list = yield* session.request<{ items: readonly EventObject[] }>({
    method: "GET",
    path: resourcePath(resource, namespace),
    query: { fieldSelector: selector, limit: "500" },
  });
  return list.items;
}
