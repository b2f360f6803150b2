import type { Pod } from "./api/pod/types.ts";
import type { Service } from "./api/service/types.ts";
import type { Cluster } from "./cluster.ts";
import { type Chances, type Choice, LoadRun, type LoadSnapshot } from "./load-run.ts";
import type { SocketAddress } from "./network/address.ts";
import type { Connection } from "./network/hop.ts";
import type { LoadLog, LoadService } from "./programs/services.ts";

/** The rules are asked again after this long: they change at most once a second. */
const chancesForUs = 200_000;

/** Every load generator of the cluster counts here; the newest run is shown. */
export class Loads implements LoadService {
  readonly #cluster: Cluster;
  #latest: { readonly run: LoadRun; choice: Choice } | undefined;
  #count = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  begin(given: Parameters<LoadService["begin"]>[0]): LoadLog {
    const cluster = this.#cluster;
    const nowUs = () => cluster.queue.now();
    const run = new LoadRun({ id: ++this.#count, ...given, startedUs: nowUs() });
    const latest = { run, choice: "none" as Choice };
    this.#latest = latest;
    let asked: { readonly to: SocketAddress; readonly atUs: number; readonly chances: Chances } | undefined;
    return {
      connected: (connection) => {
        const to = connection.destination;
        if (asked === undefined || asked.to !== to || nowUs() - asked.atUs >= chancesForUs) {
          asked = { to, atUs: nowUs(), chances: chancesOf(cluster, given.place, to) };
          if (asked.chances.length > 0) latest.choice = choiceOf(cluster, to);
        }
        const pod = answererOf(cluster, connection);
        run.connected(pod, asked.chances);
        return pod;
      },
      answered: (by, status, latencyUs) => run.answered(nowUs(), by, status, latencyUs),
      failed: (at, reason) => run.failed(nowUs(), at, reason),
      end: () => run.end(nowUs()),
    };
  }

  /** The newest run, with its marks from these numbers on; undefined before the first. */
  latest(marksFrom = 0, lostFrom = 0): LoadSnapshot | undefined {
    const latest = this.#latest;
    return latest?.run.snapshot(this.#cluster.queue.now(), latest.choice, marksFrom, lostFrom);
  }
}

/** To whom the connection really goes: the last rewrite of its destination says so, and nobody's answer. */
function answererOf(cluster: Cluster, { destination, leadsTo }: Connection): string {
  return nameOf(cluster, leadsTo ?? destination);
}

/** The pod behind an address, else the address. */
function nameOf(cluster: Cluster, { ip, text }: SocketAddress): string {
  const pods = cluster.list("Pod") as readonly Pod[];
  const pod = pods.find(({ status, spec }) => status?.podIP === ip.text && spec.hostNetwork !== true && !isOver(status.phase));
  if (pod !== undefined) return `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
  return text;
}

function isOver(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

/** From the rules of the node that chooses; where a load balancer spreads over nodes, from all that serve. */
function chancesOf(cluster: Cluster, place: string, to: SocketAddress): Chances {
  const source = cluster.machine(place)?.host.addresses()[0];
  if (source === undefined) return [];
  const endpointLists = choosers(cluster, place, to).flatMap((node) => {
    const answer = cluster.trace({ node, source, destination: to.ip.text, port: to.port });
    return answer?.verdict === "dnat" ? [answer.endpoints] : [];
  });
  const chances = new Map<string, number>();
  for (const endpoints of endpointLists) {
    for (const endpoint of endpoints) {
      const name = nameOf(cluster, cluster.book.socket(cluster.book.ip(ipOf(endpoint)), portOf(endpoint)));
      chances.set(name, (chances.get(name) ?? 0) + 1 / endpoints.length / endpointLists.length);
    }
  }
  return [...chances].sort(([a], [b]) => (a < b ? -1 : 1)).map(([pod, p]) => ({ pod, p }));
}

function choosers(cluster: Cluster, place: string, to: SocketAddress): readonly string[] {
  if (place.startsWith("node/")) return [place.slice("node/".length)];
  if (place.startsWith("pod/")) {
    const [, namespace, name] = place.split("/") as [string, string, string];
    const nodeName = (cluster.find("Pod", namespace, name) as Pod | undefined)?.spec.nodeName;
    return nodeName === undefined ? [] : [nodeName];
  }
  const addressed = cluster.options.nodes.find(({ ips }) => ips.includes(to.ip.text));
  return addressed === undefined ? [...cluster.nodes.keys()] : [addressed.name];
}

/** How the Service behind that address chooses. */
function choiceOf(cluster: Cluster, to: SocketAddress): Choice {
  const services = cluster.list("Service") as readonly Service[];
  const service = services.find(
    ({ spec, status }) =>
      spec.clusterIPs?.includes(to.ip.text) === true ||
      spec.externalIPs?.includes(to.ip.text) === true ||
      status?.loadBalancer?.ingress?.some(({ ip }) => ip === to.ip.text) === true ||
      spec.ports?.some(({ nodePort }) => nodePort === to.port) === true,
  );
  if (service?.spec.sessionAffinity === "ClientIP") return "affinity";
  return cluster.options.proxyMode === "ipvs" ? "round-robin" : "random";
}

function ipOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
}
