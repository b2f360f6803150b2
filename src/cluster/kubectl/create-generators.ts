import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { dns1123Subdomain } from "../api/names.ts";
import type { Run } from "../machine/syscall.ts";
import { isPair, pemBlocks } from "../protocols/der.ts";
import { encodeBase64 } from "./base64.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { goJsonIndented } from "./go-json.ts";
import { nameHash } from "./name-hash.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { shapeOf } from "./schema.ts";
import { fetch, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl create SUBCOMMAND`: objects from a few words. @source kubectl pkg/cmd/create/create_*.go */
type Build = (session: Session, flags: Flags) => LooseObject;

interface Heading {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly short: string;
  readonly usage: string;
  readonly flags: readonly FlagDefinition[];
}

interface Generator extends Heading {
  /** What stands before the server's words; undefined: the error as it comes. */
  readonly failure?: (message: string) => string;
  readonly build: Build;
}

function command({ build, failure, ...heading }: Generator): Command {
  return withCreateFlags(heading, function* (session, flags) {
    yield* createObject(session, flags, build(session, flags), failure);
  });
}

/** With the options that all of these commands know. */
function withCreateFlags(heading: Heading, run: NonNullable<Command["run"]>): Command {
  return {
    ...heading,
    flags: [
      ...heading.flags,
      ...outputFlags,
      dryRunFlag,
      { name: "validate", type: "string", default: "strict", bare: "strict" },
      { name: "field-manager", type: "string", default: "kubectl-create" },
      { name: "save-config", type: "bool", default: "false" },
    ],
    run,
  };
}

/** Sends an object made by the client, and prints it. */
export function* createObject(session: Session, flags: Flags, object: LooseObject, failure?: (message: string) => string): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  const resources = yield* session.resources();
  const resource = resources.byKind(String(object.apiVersion), String(object.kind));
  if (resource === undefined)
    throw new KubectlError(`no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}`);
  const metadata = object.metadata as LooseObject;
  const named =
    resource.isNamespaced && session.enforcesNamespace ? { ...object, metadata: { ...metadata, namespace: session.namespace } } : object;
  let created: unknown = named;
  if (dryRun !== "client") {
    try {
      created = yield* session.request({
        method: "POST",
        path: resourcePath(resource, session.namespace),
        query: { fieldManager: flags.text("field-manager") || "kubectl-create", ...(dryRun === "server" ? { dryRun: "All" } : {}) },
        body: withoutZeros(named),
      });
    } catch (error) {
      if (!(error instanceof StatusError) || failure === undefined) throw error;
      throw new KubectlError(failure(error.message));
    }
  }
  // These objects are values of Go's types, and JSON tells it.
  const shape = shapeOf(resource.apiVersion, resource.kind);
  const isJson = flags.text("output") === "json" && shape !== undefined;
  yield* isJson
    ? session.out(`${goJsonIndented(created, "    ", "", shape)}\n`)
    : printResult(session, flags, printer, resource, created, "created", dryRun);
}

/** What Go's typed objects print but do not mean: it is not sent. */
export function withoutZeros(object: LooseObject): LooseObject {
  const { status: _, ...rest } = object;
  return strip(rest) as LooseObject;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(key === "creationTimestamp" && item === null) && item !== undefined)
      .map(([key, item]) => [key, strip(item)]),
  );
}

export function nameArgument(session: Session, flags: Flags): string {
  const count = flags.argsLengthAtDash < 0 ? flags.args.length : flags.argsLengthAtDash;
  if (count !== 1) throw session.usage(`exactly one NAME is required, got ${count}`);
  return flags.args[0] as string;
}

export function requireFlags(flags: Flags, ...names: readonly string[]): void {
  const missing = names.filter((name) => !flags.isGiven(name));
  if (missing.length > 0) throw new KubectlError(`required flag(s) ${missing.map((name) => JSON.stringify(name)).join(", ")} not set`);
}

export const zeroMeta = { creationTimestamp: null };

function typed(apiVersion: string, kind: string, name: string, rest: LooseObject = {}, labels?: LooseObject): LooseObject {
  return { apiVersion, kind, metadata: { ...zeroMeta, ...(labels === undefined ? {} : { labels }), name }, ...rest };
}

// services

const tcpFlag: FlagDefinition = { name: "tcp", type: "slice", usage: "Port pairs can be specified as '<port>:<targetPort>'." };

function servicePorts(flags: Flags): readonly LooseObject[] {
  const nodePort = flags.isGiven("node-port") ? flags.number("node-port") : 0;
  return flags.list("tcp").map((text) => {
    const [port = "", target] = text.split(":");
    const number = portNumber(port);
    const targetPort = target === undefined || target === "" ? number : /^\d+$/.test(target) ? Number(target) : target;
    return { name: text.replaceAll(":", "-"), port: number, protocol: "TCP", targetPort, ...(nodePort === 0 ? {} : { nodePort }) };
  });
}

function portNumber(text: string): number {
  const fault = !/^\d+$/.test(text) ? "invalid syntax" : Number(text) > 65_535 ? "value out of range" : undefined;
  if (fault !== undefined) throw new KubectlError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${fault}`);
  return Number(text);
}

function service(type: string): Build {
  return (session, flags) => {
    if (type === "ExternalName") requireFlags(flags, "external-name");
    const name = nameArgument(session, flags);
    const ports = servicePorts(flags);
    if (type === "ExternalName" && dns1123Subdomain(flags.text("external-name")).length > 0)
      throw new KubectlError(`invalid service external name ${flags.text("external-name")}`);
    const isHeadless = flags.text("clusterip") === "None";
    if (ports.length === 0 && type !== "ExternalName" && !isHeadless)
      throw new KubectlError("at least one tcp port specifier must be provided");
    const clusterIP = flags.text("clusterip");
    return typed(
      "v1",
      "Service",
      name,
      {
        spec: {
          ...(clusterIP === "" ? {} : { clusterIP }),
          ...(type === "ExternalName" ? { externalName: flags.text("external-name") } : {}),
          ...(ports.length === 0 ? {} : { ports }),
          selector: { app: name },
          type,
        },
        status: { loadBalancer: {} },
      },
      { app: name },
    );
  };
}

const serviceCommand: Command = {
  name: "service",
  aliases: ["svc"],
  short: "Create a service using a specified subcommand",
  commands: [
    command({
      name: "clusterip",
      short: "Create a ClusterIP service",
      usage: "NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]",
      flags: [
        tcpFlag,
        {
          name: "clusterip",
          type: "string",
          usage: "Assign your own ClusterIP or set to 'None' for a 'headless' service (no loadbalancing).",
        },
      ],
      failure: (message) => `failed to create ClusterIP service: ${message}`,
      build: service("ClusterIP"),
    }),
    command({
      name: "nodeport",
      short: "Create a NodePort service",
      usage: "NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
      flags: [
        tcpFlag,
        { name: "node-port", type: "int", default: "0", usage: "Port used to expose the service on each node in a cluster." },
      ],
      failure: (message) => `failed to create NodePort service: ${message}`,
      build: service("NodePort"),
    }),
    command({
      name: "loadbalancer",
      short: "Create a LoadBalancer service",
      usage: "NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
      flags: [tcpFlag],
      failure: (message) => `failed to create LoadBalancer service: ${message}`,
      build: service("LoadBalancer"),
    }),
    command({
      name: "externalname",
      short: "Create an ExternalName service",
      usage: "NAME --external-name external.name [--dry-run=server|client|none]",
      flags: [tcpFlag, { name: "external-name", type: "string", usage: "External name of service" }],
      failure: (message) => `failed to create ExternalName service: ${message}`,
      build: service("ExternalName"),
    }),
  ],
};

// workloads

/** A container is named after the image's last part, without tag. */
export function containerName(image: string): string {
  const last = image.split("/").at(-1) as string;
  return (last.split(":")[0] as string)
    .split("@")[0]!
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-");
}

function deployment(session: Session, flags: Flags): LooseObject {
  requireFlags(flags, "image");
  const name = nameArgument(session, flags);
  const images = flags.list("image");
  const words = flags.argsLengthAtDash < 0 ? [] : flags.args.slice(flags.argsLengthAtDash);
  if (images.length > 1 && words.length > 0) throw new KubectlError("cannot specify multiple --image options and command");
  const port = flags.number("port");
  const containers = images.map((image, i) => ({
    image,
    name: containerName(image),
    resources: {},
    ...(words.length === 0 ? {} : { command: words }),
    ...(i === 0 && port > 0 ? { ports: [{ containerPort: port }] } : {}),
  }));
  const labels = { app: name };
  return typed(
    "apps/v1",
    "Deployment",
    name,
    {
      spec: {
        replicas: flags.number("replicas"),
        selector: { matchLabels: labels },
        strategy: {},
        template: { metadata: { ...zeroMeta, labels }, spec: { containers } },
      },
      status: {},
    },
    labels,
  );
}

function podTemplateOf(name: string, flags: Flags, restartPolicy: string): LooseObject {
  const words = flags.argsLengthAtDash < 0 ? [] : flags.args.slice(flags.argsLengthAtDash);
  const container = { image: flags.text("image"), name, resources: {}, ...(words.length === 0 ? {} : { command: words }) };
  return { metadata: zeroMeta, spec: { containers: [container], restartPolicy } };
}

const jobCommand = withCreateFlags(
  {
    name: "job",
    short: "Create a job with the specified name",
    usage: "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
    flags: [
      { name: "image", type: "string", usage: "Image name to run." },
      { name: "from", type: "string", usage: "The name of the resource to create a Job from (only cronjob is supported)." },
    ],
  },
  function* (session, flags) {
    const name = nameArgument(session, flags);
    const [image, from] = [flags.text("image"), flags.text("from")];
    if ((image === "") === (from === "")) throw new KubectlError("either --image or --from must be specified");
    if (from !== "" && flags.args.length > 1) throw new KubectlError("cannot specify --from and command");
    const object =
      from === ""
        ? typed("batch/v1", "Job", name, { spec: { template: podTemplateOf(name, flags, "Never") }, status: {} })
        : jobOf(name, yield* cronJobNamed(session, from));
    yield* createObject(session, flags, object, (message) => `failed to create job: ${message}`);
  },
);

function* cronJobNamed(session: Session, from: string): Run<KubernetesObject> {
  const { infos, errors } = yield* fetch(session, yield* select(session, { args: [from] }));
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  const [found] = infos;
  if (found === undefined || infos.length > 1) throw new KubectlError("from must be an existing cronjob");
  const { kind } = found.object;
  if (kind !== "CronJob") throw new KubectlError(`unknown object type *${found.resource.version}.${kind}`);
  return found.object;
}

/** What the schedule would have made, now and by hand. */
function jobOf(name: string, cron: KubernetesObject): LooseObject {
  const { jobTemplate } = (cron as unknown as { readonly spec: { readonly jobTemplate: { metadata?: LooseObject; spec: LooseObject } } })
    .spec;
  const { labels, annotations } = (jobTemplate.metadata ?? {}) as { readonly labels?: LooseObject; readonly annotations?: LooseObject };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      ...zeroMeta,
      name,
      ...(labels === undefined ? {} : { labels }),
      annotations: { "cronjob.kubernetes.io/instantiate": "manual", ...annotations },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: cron.metadata.name, uid: cron.metadata.uid, controller: true }],
    },
    spec: jobTemplate.spec,
    status: {},
  };
}

function cronJob(session: Session, flags: Flags): LooseObject {
  requireFlags(flags, "image", "schedule");
  const name = nameArgument(session, flags);
  return typed("batch/v1", "CronJob", name, {
    spec: {
      jobTemplate: {
        metadata: { ...zeroMeta, name },
        spec: { template: podTemplateOf(name, flags, flags.text("restart") || "OnFailure") },
      },
      schedule: flags.text("schedule"),
    },
    status: {},
  });
}

// configuration

const fromFlags: readonly FlagDefinition[] = [
  { name: "from-file", type: "array", usage: "Key file can be specified using its file path, or optionally a key and file path." },
  { name: "from-literal", type: "array", usage: "Specify a key and literal value to insert (i.e. mykey=somevalue)" },
  { name: "from-env-file", type: "array", usage: "Specify the path to a file to read lines of key=val pairs." },
  { name: "append-hash", type: "bool", default: "false", usage: "Append a hash of the configmap to its name." },
];

function readFile(session: Session, path: string): string {
  const file = session.sys.files.read(session.sys.path(path));
  if (!file.ok) throw new KubectlError(`error reading ${path}: no such file or directory`);
  return file.value;
}

function keyValues(session: Session, flags: Flags, owner: string): ReadonlyMap<string, string> {
  const data = new Map<string, string>();
  const add = (key: string, value: string): void => {
    if (data.has(key)) throw new KubectlError(`cannot add key ${JSON.stringify(key)}, another key by that name already exists in ${owner}`);
    data.set(key, value);
  };
  if (flags.list("from-env-file").length > 0 && (flags.list("from-file").length > 0 || flags.list("from-literal").length > 0)) {
    throw new KubectlError("from-env-file cannot be combined with from-file or from-literal");
  }
  for (const source of flags.list("from-file")) {
    const parts = source.split("=");
    if (parts.length > 2) throw new KubectlError("key names or file paths cannot contain '='");
    const path = parts.at(-1) as string;
    if (parts.length === 2 && (parts[0] === "" || path === ""))
      throw new KubectlError(parts[0] === "" ? `key name for file path ${path} missing` : `file path for key name ${parts[0]} missing`);
    const status = session.sys.files.status(session.sys.path(path));
    if (status.ok && status.value.type === "directory") {
      if (parts.length === 2) throw new KubectlError("cannot give a key name for a directory path");
      const names = session.sys.files.list(session.sys.path(path));
      for (const name of names.ok ? names.value : []) {
        const inner = session.sys.files.status(session.sys.path(`${path}/${name}`));
        if (inner.ok && inner.value.type === "file") add(name, readFile(session, `${path}/${name}`));
      }
    } else add(parts.length === 2 ? (parts[0] as string) : (path.split("/").at(-1) as string), readFile(session, path));
  }
  for (const literal of flags.list("from-literal")) {
    const equals = literal.indexOf("=");
    if (equals <= 0) throw new KubectlError(`invalid literal source ${literal}, expected key=value`);
    add(literal.slice(0, equals), literal.slice(equals + 1).replace(/^(["'])(.*)\1$/s, "$2"));
  }
  for (const path of flags.list("from-env-file")) {
    for (const line of readFile(session, path).split("\n")) {
      const text = line.trimStart();
      if (text === "" || text.startsWith("#")) continue;
      const equals = text.indexOf("=");
      // A name alone takes its value from the environment.
      if (equals < 0) add(text, session.sys.env.get(text) ?? "");
      else add(text.slice(0, equals), text.slice(equals + 1));
    }
  }
  return data;
}

function configMap(session: Session, flags: Flags): LooseObject {
  const name = nameArgument(session, flags);
  const data = keyValues(session, flags, `Data for ConfigMap ${JSON.stringify(name)}`);
  const object = typed("v1", "ConfigMap", name, data.size === 0 ? {} : { data: Object.fromEntries(data) });
  return flags.is("append-hash") ? withHash(object, { kind: "ConfigMap", name, data: object.data ?? "" }) : object;
}

/** `--append-hash` */
function withHash(object: LooseObject, hashed: LooseObject): LooseObject {
  const metadata = object.metadata as LooseObject;
  return { ...object, metadata: { ...metadata, name: `${metadata.name}-${nameHash(hashed)}` } };
}

function encoded(data: ReadonlyMap<string, string>): LooseObject {
  return Object.fromEntries([...data].map(([key, value]) => [key, encodeBase64(value)]));
}

function genericSecret(session: Session, flags: Flags): LooseObject {
  const name = nameArgument(session, flags);
  const data = keyValues(session, flags, "Data for Secret");
  const type = flags.text("type");
  const object = typed("v1", "Secret", name, { ...(data.size === 0 ? {} : { data: encoded(data) }), ...(type === "" ? {} : { type }) });
  return flags.is("append-hash") ? withHash(object, { kind: "Secret", type, name, data: object.data ?? "" }) : object;
}

function tlsSecret(session: Session, flags: Flags): LooseObject {
  const name = nameArgument(session, flags);
  if (flags.text("key") === "" || flags.text("cert") === "") throw new KubectlError("key and cert must be specified");
  const read = (path: string): string => {
    const file = session.sys.files.read(session.sys.path(path));
    if (!file.ok) {
      session.hint("kubectl.tls-files-missing", { file: path });
      throw new KubectlError(`Cannot read file ${path}, open ${path}: no such file or directory`);
    }
    return file.value;
  };
  const certificate = read(flags.text("cert"));
  const key = read(flags.text("key"));
  if (!pemBlocks(certificate).some(({ label }) => label === "CERTIFICATE"))
    throw new KubectlError("tls: failed to find any PEM data in certificate input");
  if (!pemBlocks(key).some(({ label }) => label.endsWith("PRIVATE KEY")))
    throw new KubectlError("tls: failed to find any PEM data in key input");
  if (!isPair(certificate, key)) throw new KubectlError("tls: private key does not match public key");
  return typed("v1", "Secret", name, {
    data: { "tls.crt": encodeBase64(certificate), "tls.key": encodeBase64(key) },
    type: "kubernetes.io/tls",
  });
}

function registrySecret(session: Session, flags: Flags): LooseObject {
  const name = nameArgument(session, flags);
  const username = flags.text("docker-username");
  const password = flags.text("docker-password");
  if (username === "")
    throw new KubectlError("either --from-file or the combination of --docker-username, --docker-password and --docker-server is required");
  const server = flags.text("docker-server") || "https://index.docker.io/v1/";
  const email = flags.text("docker-email");
  const entry = { username, password, ...(email === "" ? {} : { email }), auth: encodeBase64(`${username}:${password}`) };
  return typed("v1", "Secret", name, {
    data: { ".dockerconfigjson": encodeBase64(JSON.stringify({ auths: { [server]: entry } })) },
    type: "kubernetes.io/dockerconfigjson",
  });
}

const secretCommand: Command = {
  name: "secret",
  short: "Create a secret using a specified subcommand",
  long: "Create a secret with specified type.\n\n A docker-registry type secret is for accessing a container registry.\n\n A generic type secret indicate an Opaque secret type.\n\n A tls type secret holds TLS certificate and its associated key.",
  usage: "(docker-registry | generic | tls)",
  commands: [
    command({
      name: "generic",
      short: "Create a secret from a local file, directory, or literal value",
      usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]",
      flags: [...fromFlags, { name: "type", type: "string", usage: "The type of secret to create" }],
      failure: (message) => `failed to create secret ${message}`,
      build: genericSecret,
    }),
    command({
      name: "tls",
      short: "Create a TLS secret",
      usage: "NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]",
      flags: [
        { name: "cert", type: "string", usage: "Path to PEM encoded public key certificate." },
        { name: "key", type: "string", usage: "Path to private key associated with given certificate." },
        { name: "append-hash", type: "bool", default: "false" },
      ],
      failure: (message) => `failed to create secret ${message}`,
      build: tlsSecret,
    }),
    command({
      name: "docker-registry",
      short: "Create a secret for use with a Docker registry",
      usage:
        "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--dry-run=server|client|none]",
      flags: [
        ...fromFlags,
        { name: "docker-username", type: "string" },
        { name: "docker-password", type: "string" },
        { name: "docker-email", type: "string" },
        { name: "docker-server", type: "string", default: "https://index.docker.io/v1/" },
      ],
      failure: (message) => `failed to create secret ${message}`,
      build: registrySecret,
    }),
  ],
};

// ingress

/** Not anchored: what stands before or behind is passed over. @source kubectl pkg/cmd/create/create_ingress.go, ruleRegex */
const ruleForm = /([\w*\-.]*)(\/.*)=([\w-]+):([\w-]+)(?:,(tls)=?([\w-]+)?)?/;

function servicePort(text: string): LooseObject {
  return /^\d+$/.test(text) ? { number: Number(text) } : { name: text };
}

function ingress(session: Session, flags: Flags): LooseObject {
  const name = nameArgument(session, flags);
  const rules = flags.list("rule");
  const fallback = flags.text("default-backend");
  if (rules.length === 0 && fallback === "") {
    throw new KubectlError(
      "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
    );
  }
  const hosts = new Map<string, LooseObject[]>();
  const tls: { hosts: string[]; secretName?: string }[] = [];
  for (const rule of rules) {
    const match = ruleForm.exec(rule);
    if (match === null) throw new KubectlError(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const [, host = "", path = "", backend = "", port = "", hasTls, secretName] = match;
    const paths = hosts.get(host) ?? [];
    hosts.set(host, paths);
    const isPrefix = path.endsWith("*");
    paths.push({
      backend: { service: { name: backend, port: servicePort(port) } },
      path: isPrefix ? path.slice(0, -1) : path,
      pathType: isPrefix ? "Prefix" : "Exact",
    });
    if (hasTls !== undefined) {
      const entry = tls.find((one) => one.secretName === secretName);
      if (entry !== undefined) {
        if (!entry.hosts.includes(host)) entry.hosts.push(host);
      } else if (host !== "" || secretName !== undefined)
        tls.push({ hosts: host === "" ? [] : [host], ...(secretName === undefined ? {} : { secretName }) });
    }
  }
  const annotations: Record<string, string> = {};
  for (const text of flags.list("annotation")) {
    const equals = text.indexOf("=");
    if (equals <= 0) throw new KubectlError(`annotation ${text} is invalid and should be in format key=[value]`);
    annotations[text.slice(0, equals)] = text.slice(equals + 1);
  }
  let defaultBackend: LooseObject | undefined;
  if (fallback !== "") {
    const [backend = "", port = ""] = fallback.split(":");
    if (port === "") throw new KubectlError("default-backend should be in format servicename:serviceport");
    defaultBackend = { service: { name: backend, port: servicePort(port) } };
  }
  const className = flags.text("class");
  const object = typed("networking.k8s.io/v1", "Ingress", name, {
    spec: {
      ...(className === "" ? {} : { ingressClassName: className }),
      ...(defaultBackend === undefined ? {} : { defaultBackend }),
      ...(hosts.size === 0 ? {} : { rules: [...hosts].map(([host, paths]) => ({ ...(host === "" ? {} : { host }), http: { paths } })) }),
      ...(tls.length === 0
        ? {}
        : {
            tls: tls.map((entry) =>
              entry.hosts.length === 0 ? { ...(entry.secretName === undefined ? {} : { secretName: entry.secretName }) } : entry,
            ),
          }),
    },
    status: { loadBalancer: {} },
  });
  if (Object.keys(annotations).length === 0) return object;
  return { ...object, metadata: { ...(object.metadata as LooseObject), annotations } };
}

// access

function rules(flags: Flags): readonly LooseObject[] {
  const verbs = flags.list("verb");
  if (verbs.length === 0) throw new KubectlError("at least one verb must be specified");
  const resources = flags.list("resource");
  if (resources.length === 0) throw new KubectlError("at least one resource must be specified");
  const groups = new Map<string, string[]>();
  for (const text of resources) {
    const [name = "", ...group] = (text.split("/")[0] as string).split(".");
    const key = group.length > 0 ? group.join(".") : wellKnownGroup(name);
    groups.set(key, [...(groups.get(key) ?? []), text.includes("/") ? `${name}/${text.split("/")[1]}` : name]);
  }
  const names = flags.list("resource-name");
  return [...groups].map(([group, members]) => ({
    apiGroups: [group],
    ...(names.length === 0 ? {} : { resourceNames: names }),
    resources: members,
    verbs,
  }));
}

function wellKnownGroup(resource: string): string {
  if (["deployments", "replicasets", "statefulsets", "daemonsets"].includes(resource)) return "apps";
  if (["ingresses", "networkpolicies", "ingressclasses"].includes(resource)) return "networking.k8s.io";
  return ["jobs", "cronjobs"].includes(resource) ? "batch" : "";
}

/** `--user`, `--group` and `--serviceaccount` as the subjects of a binding. */
export function subjects(flags: Flags): readonly LooseObject[] {
  const group = "rbac.authorization.k8s.io";
  return [
    ...flags.list("user").map((name) => ({ apiGroup: group, kind: "User", name })),
    ...flags.list("group").map((name) => ({ apiGroup: group, kind: "Group", name })),
    ...flags.list("serviceaccount").map((text) => {
      const [namespace = "", name = ""] = text.split(":");
      if (namespace === "" || name === "") throw new KubectlError("serviceaccount must be <namespace>:<name>");
      return { kind: "ServiceAccount", name, namespace };
    }),
  ];
}

function binding(kind: "RoleBinding" | "ClusterRoleBinding"): Build {
  return (session, flags) => {
    const name = nameArgument(session, flags);
    const clusterRole = flags.text("clusterrole");
    const role = kind === "RoleBinding" ? flags.text("role") : "";
    if ((clusterRole === "") === (role === ""))
      throw new KubectlError(
        kind === "RoleBinding" ? "exactly one of clusterrole or role must be specified" : "clusterrole must be specified",
      );
    const found = subjects(flags);
    return typed("rbac.authorization.k8s.io/v1", kind, name, {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: clusterRole === "" ? "Role" : "ClusterRole", name: clusterRole || role },
      ...(found.length === 0 ? {} : { subjects: found }),
    });
  };
}

const ruleFlags: readonly FlagDefinition[] = [
  { name: "verb", type: "slice" },
  { name: "resource", type: "slice" },
  { name: "resource-name", type: "array" },
];
const subjectFlags: readonly FlagDefinition[] = [
  { name: "clusterrole", type: "string" },
  { name: "user", type: "array" },
  { name: "group", type: "array" },
  { name: "serviceaccount", type: "array" },
];

export const createSubcommands: readonly Command[] = [
  command({
    name: "clusterrole",
    short: "Create a cluster role",
    usage: "NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none]",
    flags: ruleFlags,
    build: (session, flags) => typed("rbac.authorization.k8s.io/v1", "ClusterRole", nameArgument(session, flags), { rules: rules(flags) }),
  }),
  command({
    name: "clusterrolebinding",
    short: "Create a cluster role binding for a particular cluster role",
    usage:
      "NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
    flags: subjectFlags,
    failure: (message) => `failed to create clusterrolebinding: ${message}`,
    build: binding("ClusterRoleBinding"),
  }),
  command({
    name: "configmap",
    aliases: ["cm"],
    short: "Create a config map from a local file, directory or literal value",
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]",
    flags: fromFlags,
    failure: (message) => `failed to create configmap: ${message}`,
    build: configMap,
  }),
  command({
    name: "cronjob",
    aliases: ["cj"],
    short: "Create a cron job with the specified name",
    usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
    flags: [
      { name: "image", type: "string" },
      { name: "schedule", type: "string" },
      { name: "restart", type: "string" },
    ],
    failure: (message) => `failed to create cronjob: ${message}`,
    build: cronJob,
  }),
  command({
    name: "deployment",
    aliases: ["deploy"],
    short: "Create a deployment with the specified name",
    usage: "NAME --image=image -- [COMMAND] [args...]",
    flags: [
      { name: "image", type: "slice", usage: "Image names to run." },
      { name: "port", type: "int", default: "-1", usage: "The containerPort that this deployment exposes." },
      { name: "replicas", short: "r", type: "int", default: "1", usage: "Number of replicas to create." },
    ],
    failure: (message) => `failed to create deployment: ${message}`,
    build: deployment,
  }),
  command({
    name: "ingress",
    aliases: ["ing"],
    short: "Create an ingress with the specified name",
    usage: "NAME --rule=host/path=service:port[,tls[=secret]] ",
    flags: [
      { name: "rule", type: "array", usage: "Rule in format host/path=service:port[,tls=secretname]." },
      { name: "class", type: "string", usage: "Ingress Class to be used" },
      { name: "annotation", type: "array", usage: "Annotation to insert in the ingress object, in the format annotation=value" },
      { name: "default-backend", type: "string", usage: "Default service for backend, in format of svcname:port" },
    ],
    failure: (message) => `failed to create ingress: ${message}`,
    build: ingress,
  }),
  jobCommand,
  command({
    name: "namespace",
    aliases: ["ns"],
    short: "Create a namespace with the specified name",
    usage: "NAME [--dry-run=server|client|none]",
    flags: [],
    build: (session, flags) => typed("v1", "Namespace", nameArgument(session, flags), { spec: {}, status: {} }),
  }),
  command({
    name: "poddisruptionbudget",
    aliases: ["pdb"],
    short: "Create a pod disruption budget with the specified name",
    usage: "NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]",
    flags: [
      { name: "selector", type: "string" },
      { name: "min-available", type: "string" },
      { name: "max-unavailable", type: "string" },
    ],
    failure: (message) => `failed to create poddisruptionbudgets: ${message}`,
    build: (session, flags) => {
      const name = nameArgument(session, flags);
      if (flags.text("selector") === "") throw new KubectlError("a selector must be specified");
      const amount = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);
      const min = flags.text("min-available");
      const max = flags.text("max-unavailable");
      if (min === "" && max === "") throw new KubectlError("one of min-available or max-unavailable must be specified");
      if (min !== "" && max !== "") throw new KubectlError("min-available and max-unavailable cannot be both specified");
      return typed("policy/v1", "PodDisruptionBudget", name, {
        spec: {
          ...(min === "" ? {} : { minAvailable: amount(min) }),
          ...(max === "" ? {} : { maxUnavailable: amount(max) }),
          selector: {
            matchLabels: Object.fromEntries(
              flags
                .text("selector")
                .split(",")
                .map((pair) => pair.split("=")),
            ),
          },
        },
        status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
      });
    },
  }),
  command({
    name: "priorityclass",
    aliases: ["pc"],
    short: "Create a priority class with the specified name",
    usage: "NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]",
    flags: [
      { name: "value", type: "int", default: "0", usage: "the value of this priority class." },
      { name: "global-default", type: "bool", default: "false" },
      { name: "description", type: "string" },
      { name: "preemption-policy", type: "string", default: "PreemptLowerPriority" },
    ],
    failure: (message) => `failed to create priorityclass: ${message}`,
    build: (session, flags) =>
      typed("scheduling.k8s.io/v1", "PriorityClass", nameArgument(session, flags), {
        value: flags.number("value"),
        ...(flags.is("global-default") ? { globalDefault: true } : {}),
        ...(flags.text("description") === "" ? {} : { description: flags.text("description") }),
        preemptionPolicy: flags.text("preemption-policy"),
      }),
  }),
  command({
    name: "role",
    short: "Create a role with single rule",
    usage: "NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none]",
    flags: ruleFlags,
    build: (session, flags) => typed("rbac.authorization.k8s.io/v1", "Role", nameArgument(session, flags), { rules: rules(flags) }),
  }),
  command({
    name: "rolebinding",
    short: "Create a role binding for a particular role or cluster role",
    usage:
      "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
    flags: [...subjectFlags, { name: "role", type: "string" }],
    failure: (message) => `failed to create rolebinding: ${message}`,
    build: binding("RoleBinding"),
  }),
  secretCommand,
  serviceCommand,
  command({
    name: "serviceaccount",
    aliases: ["sa"],
    short: "Create a service account with the specified name",
    usage: "NAME [--dry-run=server|client|none]",
    flags: [],
    failure: (message) => `failed to create serviceaccount: ${message}`,
    build: (session, flags) => typed("v1", "ServiceAccount", nameArgument(session, flags)),
  }),
];
