import { app, caller, ingress, scenario, service } from "../explain/worlds.ts";

/** A world that works but for one planted fault, the request that shows it, and what a person would mend. */
export interface Planted {
  readonly fault: string;
  readonly world: string;
  readonly run: string;
  /** Any of these parts is the fault's own (a selector and the labels it misses are two sides of one thing). */
  readonly touches: readonly string[];
}

const names = ["web", "shop", "cart", "users", "orders", "search"] as const;
const ports = [80, 8000, 8081, 3000, 9090] as const;

function slip(word: string, n: number): string {
  const at = 1 + (n % (word.length - 1));
  return n % 2 === 0 ? word.slice(0, at) + word.slice(at + 1) : `${word.slice(0, at)}x${word.slice(at)}`;
}

/** Faults in turn, with names, ports and slips drawn from their number: the same number is always the same world. */
export function planted(n: number): Planted {
  const kind = n % faults.length;
  const round = Math.floor(n / faults.length);
  const name = names[(n + round) % names.length] as string;
  const port = ports[(n + round) % ports.length] as number;
  const made = (faults[kind] as Fault)(name, port, n + round);
  // Every other world has a second app that is well, and by whose labels and ports nothing must be mended.
  return round % 2 === 0 ? made : { ...made, world: [made.world, app({ name: "blog" }), shown("blog", 80)].join("---\n") };
}

type Fault = (name: string, port: number, n: number) => Planted;

const inPod = (command: string) => `kubectl exec client -- ${command}`;
const dry = (name: string, port: number) => inPod(`curl -sS -m 3 http://${name}${port === 80 ? "" : `:${port}`}/`);

/** A Service with all its parts in sight. */
function shown(
  name: string,
  port: number,
  { selector = `app: ${name}`, target = "8080", spec = "", portSpec = "", called = name, namespace = "default" } = {},
): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${called}
  namespace: ${namespace}
spec:
${spec === "" ? "" : `  ${spec}\n`}  selector:
    ${selector}
  ports:
  - port: ${port}
    targetPort: ${target}${portSpec === "" ? "" : `\n    ${portSpec}`}
`;
}

const policy = (spec: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: guard}
spec:
${spec}
`;

const byIngress = (path = "/") => `curl -sSf -m 5 -H 'Host: web.example.com' http://192.0.2.1${path}`;

const faults: readonly Fault[] = [
  (name, port, n) => ({
    fault: "selector value",
    world: scenario(app({ name }), shown(name, port, { selector: `app: ${slip(name, n)}` }), caller),
    run: dry(name, port),
    touches: ["selector", "labels"],
  }),
  (name, port) => ({
    fault: "selector key",
    world: scenario(app({ name }), shown(name, port, { selector: `apps: ${name}` }), caller),
    run: dry(name, port),
    touches: ["selector", "labels"],
  }),
  (name, port) => ({
    fault: "selector asks a label too many",
    world: scenario(app({ name }), shown(name, port, { selector: `app: ${name}\n    tier: front` }), caller),
    run: dry(name, port),
    touches: ["selector", "labels"],
  }),
  (name, port, n) => ({
    fault: "targetPort",
    world: scenario(app({ name }), shown(name, port, { target: `${[80, 8081, 808, 18080][n % 4]}` }), caller),
    run: dry(name, port),
    touches: ["target-port"],
  }),
  (name, port, n) => ({
    fault: "targetPort's name",
    world: scenario(app({ name }), shown(name, port, { target: slip("http", n) }), caller),
    run: dry(name, port),
    touches: ["target-port"],
  }),
  (name, port) => ({
    fault: "no targetPort",
    world: scenario(app({ name }), shown(name, port).replace(/\n {4}targetPort: 8080/, ""), caller),
    run: dry(name, port),
    touches: ["target-port"],
  }),
  (name, port) => ({
    fault: "port",
    world: scenario(app({ name }), shown(name, port + 1), caller),
    run: dry(name, port),
    touches: ["service-port"],
  }),
  (name, port, n) => ({
    fault: "the Service's name",
    world: scenario(app({ name }), shown(name, port, { called: slip(name, n) }), caller),
    run: dry(name, port),
    touches: ["service-name"],
  }),
  (name, port) => ({
    fault: "the Service's namespace",
    world: scenario(
      app({ name }),
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}",
      shown(name, port, { namespace: "other" }),
      caller,
    ),
    run: dry(name, port),
    touches: ["service-namespace"],
  }),
  (name, port) => ({
    fault: "no replicas",
    world: scenario(app({ name, replicas: 0 }), shown(name, port), caller),
    run: dry(name, port),
    touches: ["replicas"],
  }),
  (name, port) => ({
    fault: "the readiness probe's port",
    world: scenario(
      app({ name, more: `readinessProbe: {httpGet: {path: /, port: ${port + 1}}, periodSeconds: 1}` }),
      shown(name, port),
      caller,
    ),
    run: dry(name, port),
    touches: ["readiness"],
  }),
  (name, port) => ({
    fault: "the readiness probe's path",
    world: scenario(
      app({ name, image: "nginx", more: "readinessProbe: {httpGet: {path: /ready, port: 80}, periodSeconds: 1}" }),
      shown(name, port, { target: "80" }),
      caller,
    ),
    run: dry(name, port),
    touches: ["readiness"],
  }),
  (name, port) => ({
    fault: "a policy lets nobody in",
    world: scenario(app({ name }), shown(name, port), caller, policy("  podSelector: {}\n  ingress: []")),
    run: dry(name, port),
    touches: ["policy"],
  }),
  (name, port, n) => ({
    fault: "a policy lets in another label",
    world: scenario(
      app({ name }),
      shown(name, port),
      caller,
      policy(
        `  podSelector:\n    matchLabels: {app: ${name}}\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels: {role: ${slip("client", n)}}`,
      ),
    ),
    run: dry(name, port),
    touches: ["policy"],
  }),
  (name, port) => ({
    fault: "a policy lets in another port",
    world: scenario(
      app({ name }),
      shown(name, port),
      caller,
      policy(`  podSelector:\n    matchLabels: {app: ${name}}\n  ingress:\n  - ports:\n    - port: 80`),
    ),
    run: dry(name, port),
    touches: ["policy"],
  }),
  (name, port) => ({
    fault: "UDP",
    world: scenario(app({ name }), shown(name, port, { portSpec: "protocol: UDP" }), caller),
    run: dry(name, port),
    touches: ["protocol"],
  }),
  (name, port, n) => ({
    fault: "the node port",
    world: scenario(app({ name }), shown(name, port, { spec: "type: NodePort", portSpec: `nodePort: ${31_000 + n}` })),
    run: "curl -sS -m 3 http://192.168.0.2:30123",
    touches: ["node-port"],
  }),
  (name, port) => ({
    fault: "ClusterIP asked by a node port",
    world: scenario(app({ name }), shown(name, port)),
    run: "curl -sS -m 3 http://192.168.0.2:30123",
    touches: ["service-type"],
  }),
  (name, port) => ({
    fault: "Local, and no pod there",
    world: scenario(
      app({ name }),
      shown(name, port, { spec: "type: NodePort\n  externalTrafficPolicy: Local", portSpec: "nodePort: 30123" }),
    ),
    run: "curl -sS -m 3 http://192.168.0.2:30123 && curl -sS -m 3 http://192.168.0.3:30123",
    touches: ["traffic-policy"],
  }),
  (name, port) => ({
    fault: "Endpoints of another name",
    world: scenario(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {nodeName: node1, containers: [{name: main, image: luksa/kubia}]}\nstatus: {podIP: 10.244.1.77, phase: Running}\n`,
      shown(name, port).replace(/ {2}selector:\n.*\n/, ""),
      `apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: ${name}s\nsubsets:\n- addresses: [{ip: 10.244.1.77}]\n  ports: [{port: 8080}]\n`,
      caller,
    ),
    run: dry(name, port),
    touches: ["endpoints"],
  }),
  (_name, _port, n) => ({
    fault: "the Ingress's backend",
    world: scenario(app(), service(), ingress({ backend: slip("web", n) })),
    run: byIngress(),
    touches: ["ingress-backend", "service-name"],
  }),
  (_name, port) => ({
    fault: "the Ingress's backend port",
    world: scenario(app(), service(), ingress({ port: port + 1 })),
    run: byIngress(),
    touches: ["ingress-backend", "service-port"],
  }),
  (_name, _port, n) => ({
    fault: "the Ingress's host",
    world: scenario(app(), service(), ingress({ host: `${slip("web", n)}.example.com` })),
    run: byIngress(),
    touches: ["ingress-host"],
  }),
  () => ({
    fault: "the Ingress's path",
    world: scenario(app(), service(), ingress({ path: "/shop" })),
    run: byIngress("/store"),
    touches: ["ingress-path"],
  }),
  (_name, _port, n) => ({
    fault: "the Ingress's class",
    world: scenario(app(), service(), ingress({ className: n % 2 === 0 ? "" : "ngnix" })),
    run: byIngress(),
    touches: ["ingress-class"],
  }),
];

export const faultCount: number = faults.length;
