import type { ConnectionRecord } from "../../cluster/index.ts";
import type { Ending, Said, Shown } from "../protocol.ts";
import { explainEnding } from "./ending.ts";
import { shown } from "./ending-parts.ts";
import { asItems, specOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { membersOf } from "./membership.ts";
import { nearest } from "./nearest.ts";

/** What became of one name: every question that was asked for it, search list and both families together. */
interface Lookup {
  readonly name: string;
  readonly asked: ConnectionRecord;
  readonly answers: readonly string[];
  readonly unanswered: ConnectionRecord | undefined;
}

/** The names that a command asked for in vain, each explained. A name that was found is nothing to tell. */
export function explainNames(look: Look, dns: readonly ConnectionRecord[]): readonly Ending[] {
  return lookupsOf(dns).flatMap((lookup) => {
    if (lookup.answers.some((answer) => answer.includes(" = "))) return [];
    return [explainName(look, lookup)];
  });
}

const question = /^(?:A|AAAA|SRV|CNAME|ANY|TXT|MX|NS|SOA) (\S+?)\?$/;

function lookupsOf(dns: readonly ConnectionRecord[]): readonly Lookup[] {
  const byName = new Map<string, { asked: ConnectionRecord; answers: string[]; unanswered: ConnectionRecord | undefined }>();
  for (const record of dns) {
    const { info, hops } = record;
    for (const hop of hops) {
      if (hop.action !== "send" || hop.at !== info.opener) continue;
      const name = question.exec(hop.summary ?? "")?.[1];
      if (name !== undefined && !byName.has(name)) byName.set(name, { asked: record, answers: [], unanswered: record });
    }
    for (const hop of hops) {
      if (hop.action !== "receive" || hop.at !== info.opener) continue;
      const name = /^\S+ (\S+) (?:=|\(no data\)|[A-Z]+$)/.exec(hop.summary ?? "")?.[1];
      const known = name === undefined ? undefined : byName.get(name);
      if (known === undefined) continue;
      known.answers.push(hop.summary as string);
      known.unanswered = undefined;
    }
  }
  // `web.default.svc.cluster.local` was asked for since somebody said `web`.
  const names = [...byName.keys()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const bases = names.filter((name, i) => !names.slice(0, i).some((shorter) => name.startsWith(`${shorter}.`)));
  return bases.map((base) => {
    const group = names.filter((name) => name === base || name.startsWith(`${base}.`)).map((name) => byName.get(name));
    const first = group[0] as NonNullable<(typeof group)[number]>;
    return {
      name: base,
      asked: first.asked,
      answers: group.flatMap((one) => one?.answers ?? []),
      unanswered: group.find((one) => one?.unanswered !== undefined)?.unanswered,
    };
  });
}

function explainName(look: Look, { name, asked, answers, unanswered }: Lookup): Ending {
  const { opener } = asked.info;
  const make = (code: string, args: Said["args"], text: string, show: readonly Shown[]): Ending => ({
    cause: { code, args: { name, ...args } },
    isFailure: true,
    connection: asked.info.id,
    text,
    show: [...show, { connection: asked.info.id, hop: 0 }],
  });
  if (answers.length === 0 && unanswered !== undefined) {
    const why = explainEnding(look, unanswered);
    return make("ending.dns-timeout", { why: why.cause.code, ...why.cause.args }, "Temporary failure in name resolution", [
      { object: "service/kube-system/kube-dns" },
      ...why.show.filter((one) => one.object !== undefined),
    ]);
  }
  if (answers.every((answer) => answer.endsWith("SERVFAIL") || answer.endsWith("REFUSED")))
    return make("ending.dns-servfail", {}, "SERVFAIL", [{ object: "service/kube-system/kube-dns" }]);
  const missing = "Could not resolve host";
  const parts = withoutDomain(name, look.domain).split(".");
  const service = parts[0] as string;
  const isPod = opener.startsWith("pod/");
  const home = isPod ? (opener.split("/")[1] as string) : "default";
  const namespace = parts[1] ?? home;
  const services = look.list("Service");
  const here = services.find((one) => one.metadata.name === service && one.metadata.namespace === namespace);
  if (here !== undefined) {
    const id = `service/${namespace}/${service}`;
    if (!isPod) return make("ending.dns-outside", { service: id }, missing, [shown(id, undefined)]);
    if (specOf(here)["clusterIP"] === "None") {
      const member = membersOf(look, here).find((one) => !one.isIn);
      return make("ending.dns-headless", { service: id }, missing, [
        shown(id, look.text.place(id, ["spec", "clusterIP"])),
        ...(member === undefined ? [] : [member.shown]),
      ]);
    }
  }
  const elsewhere = services.find((one) => one.metadata.name === service);
  if (elsewhere !== undefined && parts.length <= 2 && isPod) {
    const other = elsewhere.metadata.namespace as string;
    return make("ending.dns-namespace", { service, namespace: other, home: namespace }, missing, [
      shown(`service/${other}/${service}`, look.text.place(`service/${other}/${service}`, ["metadata", "namespace"])),
    ]);
  }
  const near = nearest(
    service,
    services.map((one) => one.metadata.name),
  );
  if (near !== undefined && isPod) {
    const found = services.find((one) => one.metadata.name === near);
    const id = `service/${found?.metadata.namespace}/${near}`;
    return make("ending.dns-near", { near }, missing, [shown(id, look.text.place(id, ["metadata", "name"]))]);
  }
  const hosts = look.list("Ingress").flatMap((one) => asItems(specOf(one)["rules"]).map((rule) => `${rule["host"] ?? ""}`));
  return make(hosts.includes(name) ? "ending.dns-ingress-host" : "ending.dns-nxdomain", {}, missing, []);
}

function withoutDomain(name: string, domain: string): string {
  const bare = name.replace(/\.$/, "");
  for (const end of [`.svc.${domain}`, ".svc"]) if (bare.endsWith(end)) return bare.slice(0, -end.length);
  return bare;
}
