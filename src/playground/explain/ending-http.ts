import type { ConnectionRecord } from "../../cluster/index.ts";
import type { Ending, Said, Shown } from "../protocol.ts";
import { ending, place, shown } from "./ending-parts.ts";
import { asItems, asText, specOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { nearest } from "./nearest.ts";
import { noEndpointsOf } from "./no-endpoints.ts";

/** The last answer that came back: its status line and who sent it. */
export function statusOfAnswer({
  info,
  hops,
  decision,
}: ConnectionRecord): { readonly status: number; readonly line: string; readonly by: string; readonly hop: number } | undefined {
  const at = hops.findLastIndex(
    (hop) => hop.action === "receive" && hop.at === info.opener && /^HTTP\/[\d.]+ \d{3}/.test(hop.summary ?? ""),
  );
  const hop = hops[at];
  if (hop !== undefined) {
    const by = hops.find((one) => one.packet === hop.packet && one.action === "send")?.at ?? "";
    const line = hop.summary as string;
    return { status: Number(/ (\d{3})/.exec(line)?.[1]), line, by, hop: at };
  }
  // Within TLS only the ends can read; the controller's own word says what it answered.
  const status = Number(/ → \S* ?(\d{3})$/.exec(decision[0] ?? "")?.[1]);
  const end = hops.findLastIndex((one) => one.action === "receive" && one.at === info.opener);
  if (!(status >= 100) || end < 0) return undefined;
  return { status, line: `HTTP ${status}`, by: hops.find((one) => one.packet === 1 && one.action === "receive")?.at ?? "", hop: end };
}

/** What an HTTP answer means, and whose it is: the app's own, or an Ingress controller's. undefined when none came. */
export function explainHttp(look: Look, connection: ConnectionRecord): Ending | undefined {
  const answer = statusOfAnswer(connection);
  if (answer === undefined) return undefined;
  const { info, decision, children } = connection;
  const { status, line, by } = answer;
  const at: Shown = { connection: info.id, hop: answer.hop };
  const make = (code: string, args: Said["args"], show: readonly Shown[]): Ending =>
    ending(connection, code, { status, by: place(by), ...args }, line, [...show, at], status >= 400);
  if (status < 400) return make("ending.answered", {}, [{ object: by }]);
  if (decision.length === 0) return make(status >= 500 ? "ending.app-5xx" : "ending.app-4xx", {}, [{ object: by }]);

  const upstream = children.findLast((child) => statusOfAnswer(child) !== undefined);
  const upstreamStatus = upstream === undefined ? undefined : statusOfAnswer(upstream);
  const pathPlace = chosenPath(look, decision);
  const ingress = pathPlace?.object ?? "";
  const show = pathPlace === undefined ? [] : [pathPlace];
  if (upstreamStatus?.status === status) {
    return make(status >= 500 ? "ending.app-5xx" : "ending.app-4xx", { by: place(upstreamStatus.by) }, [
      { object: upstreamStatus.by },
      ...show,
    ]);
  }
  const host = /^\S+ \S+ (\S*) →/.exec(decision[0] ?? "")?.[1] ?? "";
  switch (status) {
    case 404: {
      const hosts = look.list("Ingress").flatMap((one) => asItems(specOf(one)["rules"]).map((rule) => asText(rule["host"])));
      const isHostKnown = hosts.includes(host) || hosts.includes("");
      const near = isHostKnown ? "" : (nearest(host, hosts) ?? "");
      const passed = decision
        .slice(1)
        .filter((line) => line.startsWith("path "))
        .map((line) => /^path (\S+)/.exec(line)?.[1] ?? "");
      const ignored = look.list("Ingress").find((one) => asItems(specOf(one)["rules"]).some((rule) => asText(rule["host"]) === host));
      const isServed = decision.some((line) => line.startsWith(`host ${host}: chosen`));
      if (ignored !== undefined && !isServed) {
        const id = `ingress/${ignored.metadata.namespace}/${ignored.metadata.name}`;
        return make("ending.ingress-class", { ingress: id, className: asText(specOf(ignored)["ingressClassName"]) }, [
          shown(id, look.text.place(id, ["spec", "ingressClassName"])),
        ]);
      }
      const first = ruleOf(look, isHostKnown ? host : near);
      return make(
        isHostKnown ? "ending.404-path" : "ending.404-host",
        { host, near, paths: passed.join(", ") },
        first === undefined ? [] : [first],
      );
    }
    case 502:
      return make("ending.502", { ingress }, [...dead(children), ...show]);
    case 503: {
      const backend = backendOf(look, decision);
      const service = backend === undefined ? undefined : look.find("Service", backend.namespace, backend.name);
      if (backend === undefined) return make("ending.503", { ingress }, show);
      if (service === undefined) {
        const names = look.list("Service", backend.namespace).map((one) => one.metadata.name);
        return make("ending.503-no-service", { service: backend.name, near: nearest(backend.name, names) ?? "", ingress }, show);
      }
      const ports = asItems(specOf(service)["ports"]);
      if (!ports.some((port) => `${port["port"]}` === backend.port || port["name"] === backend.port))
        return make(
          "ending.503-port",
          { service: backend.name, port: backend.port, ports: ports.map((port) => asText(port["port"])).join(", "), ingress },
          show,
        );
      return noEndpointsOf(look, service, (code, args, places) =>
        make("ending.503", { ingress, service: backend.name, why: code, ...args, status, by: place(by) }, [...places, ...show]),
      );
    }
    case 504:
      return make("ending.504", { ingress }, [...dead(children), ...show]);
    default:
      return make(status >= 500 ? "ending.app-5xx" : "ending.app-4xx", {}, [{ object: by }, ...show]);
  }
}

/** Where the controller's way to the pod failed. */
function dead(children: ConnectionRecord["children"]): readonly Shown[] {
  const last = children.at(-1);
  if (last === undefined) return [];
  const hop = last.hops.findLastIndex((one) => one.action === "drop" || one.action === "reject");
  return [{ connection: last.info.id, hop: Math.max(0, hop), ...(hop < 0 ? {} : { object: last.hops[hop]?.at as string }) }];
}

interface Backend {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

/** The path that the controller chose, in the text. */
function chosenPath(look: Look, decision: readonly string[]): Shown | undefined {
  const found = chosenRule(look, decision);
  return found === undefined ? undefined : shown(found.id, look.text.place(found.id, [...found.path, "backend"], "key"));
}

function backendOf(look: Look, decision: readonly string[]): Backend | undefined {
  const found = chosenRule(look, decision);
  if (found === undefined) return undefined;
  const [, namespace, name] = found.id.split("/") as [string, string, string];
  let value: unknown = look.find("Ingress", namespace, name);
  for (const step of [...found.path, "backend", "service"]) value = (value as Record<string | number, unknown> | undefined)?.[step];
  const service = value as { name?: string; port?: { number?: number; name?: string } } | undefined;
  return service === undefined
    ? undefined
    : { namespace, name: service.name ?? "", port: `${service.port?.number ?? service.port?.name ?? ""}` };
}

function chosenRule(
  look: Look,
  decision: readonly string[],
): { readonly id: string; readonly path: readonly (string | number)[] } | undefined {
  const host = /^\S+ \S+ (\S*) →/.exec(decision[0] ?? "")?.[1] ?? "";
  const chosen = decision.find((line) => line.startsWith("path ") && line.includes(": chosen"));
  const match = /^path (\S+) .* of ([^/\s]+)\/([^:\s]+)/.exec(chosen ?? "");
  if (match === null) return undefined;
  const [, path, namespace, name] = match as unknown as [string, string, string, string];
  const rules = asItems(specOf(look.find("Ingress", namespace, name))["rules"]);
  const candidates = rules.flatMap((rule, r) =>
    asItems((rule["http"] as Record<string, unknown> | undefined)?.["paths"]).map((one, p) => ({ rule, r, one, p })),
  );
  const found =
    candidates.find(({ rule, one }) => asText(rule["host"]) === host && asText(one["path"]) === path) ??
    candidates.find(({ one }) => asText(one["path"]) === path) ??
    candidates[0];
  return {
    id: `ingress/${namespace}/${name}`,
    path: found === undefined ? ["spec", "defaultBackend"] : ["spec", "rules", found.r, "http", "paths", found.p],
  };
}

/** The rule for a host, in the text; the first rule there is when none is for it. */
function ruleOf(look: Look, host: string): Shown | undefined {
  for (const ingress of look.list("Ingress")) {
    const index = asItems(specOf(ingress)["rules"]).findIndex((rule) => asText(rule["host"]) === host);
    const id = `ingress/${ingress.metadata.namespace}/${ingress.metadata.name}`;
    if (index >= 0) return shown(id, look.text.place(id, ["spec", "rules", index, host === "" ? "http" : "host"]));
  }
  const first = look.list("Ingress")[0];
  const id = first === undefined ? "" : `ingress/${first.metadata.namespace}/${first.metadata.name}`;
  return first === undefined ? undefined : shown(id, look.text.place(id, ["spec", "rules"], "key"));
}
