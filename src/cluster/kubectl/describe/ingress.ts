import type { KubernetesObject } from "../../api/meta.ts";
import type { Run } from "../../machine/syscall.ts";
import { resourcePath, type Session } from "../session.ts";
import type { DescribeContext, Describer } from "./context.ts";
import { endpointsOf } from "./endpoints-text.ts";
import { partsOf, type Writer, writeAnnotations, writeLabels } from "./writer.ts";

interface Backend {
  readonly service?: { readonly name: string; readonly port?: { readonly number?: number; readonly name?: string } };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
  /** Of the beta versions. */
  readonly serviceName?: string;
  readonly servicePort?: number | string;
}

interface Rule {
  readonly host?: string;
  readonly http?: { readonly paths: readonly { readonly path?: string; readonly backend: Backend }[] };
}

interface Spec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: Backend;
  readonly backend?: Backend;
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  readonly rules?: readonly Rule[];
}

/** @source kubectl pkg/describe/describe.go, describeIngressV1 */
export const describeIngress: Describer = function* (w, context) {
  const { session, object } = context;
  const { metadata } = object;
  const { spec: loose, status } = partsOf(object);
  const spec = loose as Spec;
  const { behaviour } = session;
  w.write(0, `Name:\t${metadata.name}\n`);
  if (behaviour.describeIngressLabelsFirst) writeLabels(w, "Labels", metadata.labels);
  w.write(0, `Namespace:\t${metadata.namespace}\n`);
  const addresses = ((status.loadBalancer as { ingress?: readonly { ip?: string; hostname?: string }[] } | undefined)?.ingress ?? []).map(
    ({ ip, hostname }) => ip ?? hostname ?? "",
  );
  w.write(0, `Address:\t${addresses.join(",")}\n`);
  if (behaviour.describeIngressClass) w.write(0, `Ingress Class:\t${spec.ingressClassName ?? "<none>"}\n`);
  const fallback = spec.defaultBackend ?? spec.backend;
  if (fallback === undefined)
    w.write(
      0,
      behaviour.describeIngressClass
        ? "Default backend:\t<default>\n"
        : 'Default backend:\tdefault-http-backend:80 (<error: endpoints "default-http-backend" not found>)\n',
    );
  else w.write(0, `Default backend:\t${yield* backendText(context, fallback)}\n`);
  writeTls(w, spec);
  w.write(0, "Rules:\n  Host\tPath\tBackends\n");
  w.write(1, "----\t----\t--------\n");
  let hasRules = false;
  for (const rule of spec.rules ?? []) {
    if (rule.http === undefined) continue;
    hasRules = true;
    w.write(1, `${rule.host === undefined || rule.host === "" ? "*" : rule.host}\t\n`);
    for (const { path = "", backend } of rule.http.paths) w.write(2, `\t${path} \t${yield* backendText(context, backend)}\n`);
  }
  if (!hasRules) w.write(1, `*\t*\t${fallback === undefined ? "<default>" : yield* backendText(context, fallback)}\n`);
  writeAnnotations(w, "Annotations", metadata.annotations);
};

function writeTls(w: Writer, spec: Spec): void {
  if ((spec.tls ?? []).length === 0) return;
  w.write(0, "TLS:\n");
  for (const { hosts = [], secretName = "" } of spec.tls ?? []) {
    w.write(1, secretName === "" ? `SNI routes ${hosts.join(",")}\n` : `${secretName} terminates ${hosts.join(",")}\n`);
  }
}

function* backendText({ session, object }: DescribeContext, backend: Backend): Run<string> {
  if (backend.resource !== undefined)
    return `APIGroup: ${backend.resource.apiGroup ?? ""}, Kind: ${backend.resource.kind}, Name: ${backend.resource.name}`;
  const name = backend.service?.name ?? backend.serviceName ?? "";
  const port = backend.service?.port?.number ?? backend.service?.port?.name ?? backend.servicePort ?? "";
  return `${name}:${port} (${yield* endpointsBehind(session, object.metadata.namespace, name, `${port}`)})`;
}

function* endpointsBehind(session: Session, namespace: string | undefined, name: string, port: string): Run<string> {
  const resources = yield* session.resources();
  const service = yield* session.requestIfFound<KubernetesObject>({
    method: "GET",
    path: resourcePath(resources.get("services"), namespace, name),
  });
  if (service === undefined)
    return session.behaviour.describeReadsSlices
      ? `<error: services ${JSON.stringify(name)} not found>`
      : `<error: endpoints ${JSON.stringify(name)} not found>`;
  const ports = (partsOf(service).spec.ports ?? []) as readonly { readonly name?: string; readonly port: number }[];
  const portName = ports.find((one) => `${one.port}` === port || one.name === port)?.name ?? "";
  return (yield* endpointsOf(session, namespace, name))(portName);
}
