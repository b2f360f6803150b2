import type { KubernetesObject } from "../api/meta.ts";
import { parseRfc3339 } from "../sim/date.ts";
import { isQueryTrue, queryValue, queryValues, type ServerContext, type Target } from "./context.ts";
import { isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import type { ApiResponse, KubeletSocket } from "./request.ts";
import { badRequest, generic, internalError } from "./status.ts";
import { existing } from "./update.ts";

interface Container {
  readonly name: string;
}

interface Pod extends KubernetesObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
  };
}

/**
 * What `…/log?follow=true` answers in `upgrade`: begin to listen. Each piece of text comes as it is written; `onEnd` when the container ended.
 * The function that it returns ends the listening.
 */
export type FollowLog = (onText: (text: string) => void, onEnd: () => void) => () => void;

/** `…/exec?container=&command=&tty=`, `…/attach?container=&tty=`; the machine's streams are the body: `{ streams }`. What the kubelet started is in `upgrade`. */
export function exec(context: ServerContext, target: Target): ApiResponse {
  const { pod, kubelet, container } = at(context, target);
  const { request } = target;
  const command = queryValues(request, "command");
  if (target.subresource === "exec" && command.length === 0) throw new Refusal(badRequest("you must specify at least 1 command"));
  const streams = isRecord(request.body) ? request.body.streams : undefined;
  const result =
    target.subresource === "attach"
      ? kubelet.attach(pod, { container, streams })
      : kubelet.exec(pod, { container, command, tty: isQueryTrue(request, "tty"), streams });
  if (!result.ok) throw new Refusal(generic(result.code, reasonOf(result.code), result.message));
  return { code: 101, body: undefined, warnings: [], upgrade: result.process };
}

/** `…/portforward?ports=`; the function that connects to the port is in `upgrade`. */
export function portForward(context: ServerContext, target: Target): ApiResponse {
  const { pod, kubelet } = at(context, target);
  const result = kubelet.portForward(pod, Number(queryValue(target.request, "ports") ?? "0"));
  if (!result.ok) throw new Refusal(generic(result.code, reasonOf(result.code), result.message));
  return { code: 101, body: undefined, warnings: [], upgrade: result.connect };
}

/** `…/log`: the text so far; what follows through `upgrade`, a FollowLog. */
export function log(context: ServerContext, target: Target): ApiResponse {
  const { request } = target;
  const { pod, kubelet, container } = at(context, target);
  const tail = queryValue(request, "tailLines");
  const since = sinceMs(context, target);
  const options = {
    container,
    previous: isQueryTrue(request, "previous"),
    timestamps: isQueryTrue(request, "timestamps"),
    ...(tail === undefined ? {} : { tailLines: Number(tail) }),
    ...(since === undefined ? {} : { sinceMs: since }),
  };
  const limit = queryValue(request, "limitBytes");
  const result = kubelet.logs(pod, options);
  if (!result.ok) throw new Refusal(generic(result.code, reasonOf(result.code), result.message));
  const text = limit === undefined ? result.text : result.text.slice(0, Number(limit));
  if (!isQueryTrue(request, "follow")) return { code: 200, body: text, warnings: [] };
  const follow: FollowLog = (onText, onEnd) => {
    const following = kubelet.logs(pod, { ...options, tailLines: 0, follow: onText, onEnd });
    if (!following.ok) {
      onEnd();
      return () => {};
    }
    return following.stop ?? (() => {});
  };
  return { code: 200, body: text, warnings: [], upgrade: follow };
}

function sinceMs(context: ServerContext, { request }: Target): number | undefined {
  const seconds = queryValue(request, "sinceSeconds");
  if (seconds !== undefined) return context.simulation.dateMs() - Number(seconds) * 1000;
  const time = queryValue(request, "sinceTime");
  return time === undefined ? undefined : parseRfc3339(time);
}

/** The pod, its kubelet and the container that is meant. @source pkg/registry/core/pod/strategy.go: streamLocation, LogLocation, validateContainer */
function at(context: ServerContext, target: Target): { readonly pod: Pod; readonly kubelet: KubeletSocket; readonly container: string } {
  const pod = existing(context, target) as Pod;
  const container = target.subresource === "portforward" ? "" : containerOf(pod, queryValue(target.request, "container") ?? "");
  const { nodeName = "" } = pod.spec;
  if (nodeName === "") {
    // A log of nothing is empty; anything else needs a host.
    const message = `pod ${pod.metadata.name} does not have a host assigned`;
    throw new Refusal(badRequest(message));
  }
  const kubelet = context.kubeletOf(pod);
  if (kubelet !== undefined) return { pod, kubelet, container };
  const dial = `dial tcp ${nodeAddress(context, nodeName)}:10250: connect: connection refused`;
  if (target.subresource !== "log") throw new Refusal(generic(500, "", `error dialing backend: ${dial}`));
  const { namespace, name } = pod.metadata;
  throw new Refusal(
    internalError(`Get "https://${nodeAddress(context, nodeName)}:10250/containerLogs/${namespace}/${name}/${container}": ${dial}`),
  );
}

function containerOf({ metadata, spec }: Pod, asked: string): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec;
  if (asked !== "") {
    if ([...containers, ...initContainers, ...ephemeralContainers].some(({ name }) => name === asked)) return asked;
    throw new Refusal(badRequest(`container ${asked} is not valid for pod ${metadata.name}`));
  }
  const [only, ...others] = containers;
  if (only !== undefined && others.length === 0) return only.name;
  const names = (list: readonly Container[]): string => `[${list.map(({ name }) => name).join(" ")}]`;
  let message = `a container name must be specified for pod ${metadata.name}, choose one of: ${names(containers)}`;
  if (initContainers.length > 0) message += ` or one of the init containers: ${names(initContainers)}`;
  if (ephemeralContainers.length > 0) message += ` or one of the ephemeral containers: ${names(ephemeralContainers)}`;
  throw new Refusal(badRequest(message));
}

function nodeAddress(context: ServerContext, name: string): string {
  const node = context.store.get("Node", undefined, name) as
    | { readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] } }
    | undefined;
  return node?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? name;
}

function reasonOf(code: number): "BadRequest" | "NotFound" | "InternalError" | "" {
  if (code === 400) return "BadRequest";
  if (code === 404) return "NotFound";
  return code === 500 ? "InternalError" : "";
}
