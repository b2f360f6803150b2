/** What is put in at the text's end when a new object is wanted: complete, small, and working with each other. `NAME` becomes a free name. */
export const templates: readonly { readonly kind: string; readonly text: string }[] = [
  {
    kind: "Deployment",
    text: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
spec:
  replicas: 2
  selector:
    matchLabels:
      app: NAME
  template:
    metadata:
      labels:
        app: NAME
    spec:
      containers:
      - name: NAME
        image: luksa/kubia
        ports:
        - containerPort: 8080
`,
  },
  {
    kind: "Service",
    text: `apiVersion: v1
kind: Service
metadata:
  name: NAME
spec:
  selector:
    app: NAME
  ports:
  - port: 80
    targetPort: 8080
`,
  },
  {
    kind: "Ingress",
    text: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: NAME
spec:
  ingressClassName: nginx
  rules:
  - host: NAME.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: NAME
            port:
              number: 80
`,
  },
  {
    kind: "NetworkPolicy",
    text: `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: NAME
spec:
  podSelector:
    matchLabels:
      app: NAME
  ingress:
  - from:
    - podSelector:
        matchLabels:
          role: client
`,
  },
  {
    kind: "Pod",
    text: `apiVersion: v1
kind: Pod
metadata:
  name: NAME
  labels:
    role: client
spec:
  containers:
  - name: main
    image: nicolaka/netshoot
    command: [sleep, infinity]
`,
  },
];

/** The text with a template at its end, under the first name that no object of that kind has. Pure. */
export function withTemplate(text: string, kind: string): string {
  const template = templates.find((one) => one.kind === kind);
  if (template === undefined) return text;
  const base = kind === "Pod" ? "client" : "web";
  const documents = text.split(/^---.*$/m).filter((document) => new RegExp(`^kind: *${kind}\\s*$`, "m").test(document));
  const isTaken = (name: string) => documents.some((document) => new RegExp(`\\bname: *"?${name}"?\\s*[,}]?\\s*$`, "m").test(document));
  let name = base;
  for (let i = 2; isTaken(name); i++) name = `${base}${i}`;
  const end = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${end}${end.trim() === "" ? "" : "---\n"}${template.text.replaceAll("NAME", name)}`;
}
