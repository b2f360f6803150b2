import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { ConnectionInfo } from "../../cluster/hop-record.ts";
import { asFields, asItems, asText, statusOf } from "../explain/fields.ts";
import { nameOf } from "../explain/text-index.ts";
import type { Ending, Failure, HopRecord } from "../protocol.ts";
import { involved } from "./control-step.ts";

/** Pure: a packet that somebody waits for was dropped or refused. A probe's fate is told by the kubelet's Event, a health check's by nobody. */
export function failedHop(hop: HopRecord, purpose: ConnectionInfo["purpose"], index: number): Failure | undefined {
  if (hop.action !== "drop" && hop.action !== "reject") return undefined;
  if (purpose !== "traffic" && purpose !== "dns") return undefined;
  // traceroute's packets are meant to end so.
  if (hop.reason.code === "ttl-exceeded") return undefined;
  return {
    timeUs: hop.timeUs,
    said: {
      code: hop.action === "drop" ? "fail.dropped" : "fail.refused",
      args: { at: hop.at, source: hop.source, destination: hop.destination },
    },
    shown: { connection: hop.connection, hop: index },
  };
}

/** Pure: a line at a terminal ended with an error, or what it asked for was not answered well. */
export function failedLine(line: string, status: number, endings: readonly Ending[], timeUs: number): Failure | undefined {
  const [ending] = endings;
  if (status === 0 && ending?.isFailure !== true) return undefined;
  const connection = ending?.connection;
  return {
    timeUs,
    said: { code: status === 0 ? "fail.answer" : "fail.command", args: { line: line.trim(), status } },
    shown: connection === undefined ? {} : { connection },
  };
}

/** Pure: a container of a pod that nobody deletes ended with an error since `old`. */
export function failedContainer(pod: KubernetesObject, old: KubernetesObject | undefined, timeUs: number): Failure | undefined {
  if (pod.kind !== "Pod" || old === undefined || pod.metadata.deletionTimestamp !== undefined) return undefined;
  const before = exitsOf(old);
  const [ended] = [...exitsOf(pod)].filter(
    ([container, exit]) => exit.exitCode !== 0 && exit.finishedAt !== before.get(container)?.finishedAt,
  );
  if (ended === undefined) return undefined;
  const [container, { exitCode }] = ended;
  return {
    timeUs,
    said: { code: "fail.exited", args: { name: pod.metadata.name, container, status: exitCode } },
    shown: { object: nameOf(pod as unknown as Readonly<Record<string, unknown>>) },
  };
}

/** The last end of each container: that of now, or that of the run before. */
function exitsOf(pod: KubernetesObject): ReadonlyMap<string, { readonly exitCode: number; readonly finishedAt: string }> {
  return new Map(
    asItems(statusOf(pod)["containerStatuses"]).flatMap((status) => {
      const ended = asFields(asFields(status["state"])["terminated"] ?? asFields(status["lastState"])["terminated"]);
      if (ended["exitCode"] === undefined) return [];
      return [[asText(status["name"]), { exitCode: Number(ended["exitCode"]), finishedAt: asText(ended["finishedAt"]) }] as const];
    }),
  );
}

/** Pure: a component warns: a probe that fails, a container that crashes, a pod that fits nowhere. Again each time that it is said again. */
export function warning(event: KubernetesObject, timeUs: number): Failure | undefined {
  const fields = asFields(event);
  if (event.kind !== "Event" || asText(fields["type"]) !== "Warning") return undefined;
  const of = asFields(fields["involvedObject"]);
  return {
    timeUs,
    said: {
      code: "fail.warning",
      args: {
        kind: asText(of["kind"]),
        name: asText(of["name"]),
        reason: asText(fields["reason"]),
        message: asText(fields["message"]),
      },
    },
    shown: { object: involved(event) },
  };
}
