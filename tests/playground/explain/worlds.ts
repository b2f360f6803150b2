/** Small worlds, spelt so that a line of them can be named: one node, one app `web` on port 8080, a Service and a pod that asks. */

export interface AppOptions {
  readonly replicas?: number;
  readonly image?: string;
  readonly more?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export function app({ replicas = 1, image = "luksa/kubia", more, name = "web", namespace = "default" }: AppOptions = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - name: main
        image: ${image}
        ports: [{name: http, containerPort: 8080}]
${more === undefined ? "" : `        ${more}\n`}`;
}

export function service(spec = "selector: {app: web}", port = "targetPort: 8080", name = "web"): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
${spec === "" ? "" : `  ${spec}\n`}  ports:
  - {port: 80, ${port}}
`;
}

export const caller = `apiVersion: v1
kind: Pod
metadata: {name: client, labels: {role: client}}
spec:
  containers:
  - {name: main, image: nicolaka/netshoot, command: [sleep, "1000000"]}
`;

export interface IngressOptions {
  readonly host?: string;
  readonly path?: string;
  readonly className?: string;
  readonly backend?: string;
  readonly port?: number;
}

export function ingress({
  host = "web.example.com",
  path = "/",
  className = "nginx",
  backend = "web",
  port = 80,
}: IngressOptions = {}): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
${className === "" ? "" : `  ingressClassName: ${className}\n`}  rules:
  - host: ${host}
    http:
      paths:
      - path: ${path}
        pathType: Prefix
        backend:
          service:
            name: ${backend}
            port: {number: ${port}}
`;
}

/** Two nodes; the Ingress controller only where something needs it, since it costs every world its time. */
export function scenario(...documents: readonly string[]): string {
  const controller = documents.some((one) => one.includes("kind: Ingress")) ? "nginx" : "none";
  const head = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: world}
spec:
  cluster:
    ingressController: ${controller}
    nodes: [{name: node1}, {name: node2}]
`;
  return [head, ...documents].map((one) => (one.endsWith("\n") ? one : `${one}\n`)).join("---\n");
}
