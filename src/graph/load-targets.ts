import type { ScenarioSummary } from "../playground/protocol.ts";
import { systemNamespaces } from "./filter.ts";
import { asList, asText, loadBalancerIp, type ObjectsByKind, sorted, specOf } from "./objects.ts";

/** A way to a Service that a load may take. */
export interface LoadTarget {
  /** `kubia · ClusterIP` */
  readonly label: string;
  readonly url: string;
  /** Only nodes (and pods) reach a clusterIP. */
  readonly isInside: boolean;
}

/** Every address of every Service that speaks TCP, the cluster's own left out; Services in the order of their names. */
export function loadTargets(objects: ObjectsByKind, summary: ScenarioSummary | undefined): readonly LoadTarget[] {
  const node = summary?.nodes[0]?.ips[0];
  return sorted(objects, "Service").flatMap((service) => {
    const { namespace, name } = service.metadata;
    if (systemNamespaces.includes(namespace ?? "") || (namespace === "default" && name === "kubernetes")) return [];
    const spec = specOf(service);
    const clusterIP = asText(spec["clusterIP"]);
    const balancer = loadBalancerIp(service);
    return asList(spec["ports"])
      .filter((port) => port["protocol"] === undefined || port["protocol"] === "TCP")
      .flatMap((port): LoadTarget[] => {
        const number = asText(port["port"]);
        const nodePort = asText(port["nodePort"]);
        const shown = namespace === "default" ? name : `${namespace}/${name}`;
        return [
          ...(balancer === undefined ? [] : [{ label: `${shown} · LoadBalancer`, url: urlOf(balancer, number), isInside: false }]),
          ...(nodePort === "" || node === undefined ? [] : [{ label: `${shown} · NodePort`, url: urlOf(node, nodePort), isInside: false }]),
          ...(clusterIP === "" || clusterIP === "None"
            ? []
            : [{ label: `${shown} · ClusterIP`, url: urlOf(clusterIP, number), isInside: true }]),
        ];
      });
  });
}

function urlOf(host: string, port: string): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return port === "80" ? `http://${shown}/` : `http://${shown}:${port}/`;
}

export interface LoadWish {
  /** `node/node1`, `client/laptop` */
  readonly place: string;
  readonly url: string;
  readonly rate: number;
  readonly keepsAlive: boolean;
  /** In seconds; undefined: until it is stopped. */
  readonly seconds: number | undefined;
}

/** Requests that one worker is asked to make in a second, before another joins it. */
const ratePerWorker = 10;
const workersMax = 100;

/** The command that makes this load, as it is typed at the first client. */
export function loadCommand(wish: LoadWish, home: string): string {
  const workers = Math.max(1, Math.min(workersMax, Math.ceil(wish.rate / ratePerWorker)));
  const each = Math.round((wish.rate / workers) * 1000) / 1000;
  const duration = wish.seconds === undefined ? "24h" : wish.seconds % 60 === 0 ? `${wish.seconds / 60}m` : `${wish.seconds}s`;
  const at = wish.place === home ? "" : `at ${wish.place.replace(/^(node|client)\//, "")} -- `;
  const keep = wish.keepsAlive ? "" : " -disable-keepalive";
  return `${at}hey -z ${duration} -c ${workers} -q ${each} -t 2${keep} ${quoted(wish.url)}`;
}

/** As a shell needs it. */
function quoted(text: string): string {
  return /^[\w:/.[\]?=%+,@-]*$/.test(text) && !text.includes("?") ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
