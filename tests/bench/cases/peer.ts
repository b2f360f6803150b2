import { BaseImage, Cluster, type ProcessContext } from "@ngrok/webernetes";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { type OpenScenario, openScenario } from "../../../src/playground/library.ts";
import { lowerQuartile, type Row, ratioRow } from "../measure.ts";
import { nodePortText } from "../worlds.ts";

const nodePort = 31_000;
const rounds = 3;

/** Beside the nearest peer: from nothing until all pods behind a NodePort Service run and give their first answer. */
export async function untilFirstAnswer(pods: number): Promise<Row[]> {
  const theirs: number[] = [];
  const ours: number[] = [];
  // A thousand pods take the peer most of a minute.
  for (let round = 0; round < (pods < 1000 ? rounds : 1); round++) {
    const start = performance.now();
    const cluster = await peerAnswering(pods);
    theirs.push(performance.now() - start);
    await cluster.close();
    const ourStart = performance.now();
    answering(pods);
    ours.push(performance.now() - ourStart);
  }
  const what = `${pods} pods until the first answer, over the peer`;
  return [ratioRow("peer", what, "ms", lowerQuartile(ours), lowerQuartile(theirs), 0.1)];
}

/** Requests through the Service, one after the other: the peer's `fetch` and ours over a kept connection, every packet and hop of it. */
export async function requests(): Promise<Row[]> {
  const count = 2000;
  const cluster = await peerAnswering(3);
  const open = answering(3);
  const urls = Array.from({ length: count }, () => `192.168.0.2:${nodePort}`).join(" ");
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = -2; round < 9; round++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) await cluster.fetch(`http://node-1:${nodePort}`);
    const peerMs = performance.now() - start;
    const ourStart = performance.now();
    const { stdout } = open.run(`curl -s ${urls}`);
    const ourMs = performance.now() - ourStart;
    if (stdout.split("\n").length <= count) throw new Error("requests were not answered");
    if (round < 0) continue;
    theirs.push((peerMs * 1000) / count);
    ours.push((ourMs * 1000) / count);
  }
  await cluster.close();
  return [ratioRow("peer", "a request through the Service, over the peer", "us", lowerQuartile(ours), lowerQuartile(theirs), 1)];
}

function answering(pods: number): OpenScenario {
  const open = openScenario(nodePortText(pods));
  for (let second = 0; second < 60 && open.objects("Pod", "default").filter(isReady).length < pods; second++) open.advance(1000);
  const { stdout } = open.run(`curl -s 192.168.0.2:${nodePort}`);
  if (!stdout.startsWith("You've hit web-")) throw new Error(`no answer: ${stdout}`);
  return open;
}

function isReady(pod: KubernetesObject): boolean {
  const { status } = pod as KubernetesObject & { readonly status?: { readonly conditions?: readonly { type: string; status: string }[] } };
  return status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
}

class Answering extends BaseImage {
  static readonly imageName = "answering";
  static readonly imageVersion = "1.0";
  readonly defaultCommand = ["server"];

  override async exec(context: ProcessContext, argv: readonly string[]): Promise<number> {
    if (argv[0] !== "server") return await super.exec(context, argv);
    context.listenHttp(8080, async () => ({ status: 200, body: "hello" }));
    return await context.waitUntilKilled();
  }
}

async function peerAnswering(pods: number): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.registerImage(Answering);
  await cluster.init();
  const running = new Set<string>();
  const informer = cluster.informer("pods", (_type, { metadata, status }) => {
    if (metadata?.labels?.["app"] === "web" && status?.phase === "Running") running.add(metadata.name ?? "");
  });
  const labels = { app: "web" };
  const container = { name: "c", image: "answering:1.0" };
  await cluster.apply([
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { replicas: pods, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { type: "NodePort", selector: labels, ports: [{ port: 80, targetPort: 8080, nodePort, protocol: "TCP" }] },
    },
  ]);
  while (running.size < pods) await pause();
  await informer.stop();
  for (;;) {
    try {
      const response = await cluster.fetch(`http://node-1:${nodePort}`);
      if (response.status === 200) return cluster;
    } catch {
      // no endpoint yet
    }
    await pause();
  }
}

const pause = () => new Promise((resume) => setTimeout(resume, 2));
