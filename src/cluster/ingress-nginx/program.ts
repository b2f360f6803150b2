import type { Ingress } from "../api/ingress/types.ts";
import type { IngressClass } from "../api/ingress-class/types.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Secret } from "../api/secret/types.ts";
import type { Service } from "../api/service/types.ts";
import { type ApiClient, apiClientService } from "../apiclient/client.ts";
import { type Program, type ProgramEntry, type Run, type ServiceKey, Signal, type Stream, type Sys } from "../machine/syscall.ts";
import { Bell } from "../protocols/bell.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpResponse, httpResponse } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { serveHttp } from "../protocols/http-server.ts";
import { type Certificate, fitsHost } from "../protocols/tls.ts";
import { tlsAccept } from "../protocols/tls-session.ts";
import { Balancer } from "./balancer.ts";
import { buildConfiguration, type Configuration, isServed } from "./configuration.ts";
import { nginxPage } from "./pages.ts";
import { type Arrival, type IngressDecision, type ProxyContext, proxyRequest } from "./proxy.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { certificateOfSecret } from "./tls-secret.ts";
import { watchBackends } from "./upstream.ts";

/** Who wants to hear of each decision. */
export interface DecisionSink {
  decided(stream: Stream, decision: IngressDecision): void;
}
export const decisionService: ServiceKey<DecisionSink> = { name: "ingress-decisions" };

const idleUs = 75_000_000;
/** How long after a change the status is written: well within the minute that the real controller takes. */
const statusLagUs = 5_000_000;

/** The certificate that stands in where a host has none. @source ingress-nginx internal/net/ssl, GetFakeSSLCert */
function fakeCertificate(dateMs: number): Certificate {
  const name = [
    { type: "O", value: "Acme Co" },
    { type: "CN", value: "Kubernetes Ingress Controller Fake Certificate" },
  ];
  return {
    subject: name,
    issuer: name,
    dnsNames: ["ingress.local"],
    ipAddresses: [],
    notBeforeMs: dateMs,
    notAfterMs: dateMs + 365 * 86_400_000,
    publicKey: "fake",
    keyType: "rsa",
    serialHex: "01",
    isCa: false,
    sizeBytes: 852,
  };
}

interface Watched {
  configuration(): Configuration;
  settings(): Settings;
  readonly changed: Bell;
}

/** `/nginx-ingress-controller --publish-service=NS/NAME [--watch-ingress-without-class=true]` @source ingress-nginx cmd/nginx */
function* runController(sys: Sys): Program {
  const client = sys.service(apiClientService);
  if (client === undefined) {
    yield* sys.err("Error while initiating a connection to the Kubernetes API server.\n");
    return 1;
  }
  const flag = (name: string): string | undefined => sys.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const publishService = (flag("publish-service") ?? "ingress-nginx/ingress-nginx-controller").replace(
    "$(POD_NAMESPACE)",
    sys.env.get("POD_NAMESPACE") ?? "ingress-nginx",
  );
  const watched = watch(client, flag("watch-ingress-without-class") === "true", publishService);
  const fake = fakeCertificate(sys.dateMs());
  const decisions = sys.service(decisionService);
  const context: ProxyContext = {
    sys,
    backends: watchBackends(client),
    balancer: new Balancer(sys.random),
    configuration: watched.configuration,
    settings: watched.settings,
    decided: (stream, decision) => decisions?.decided(stream, decision),
  };
  yield* sys.out(
    "-------------------------------------------------------------------------------\nNGINX Ingress controller\n  Release:       v1.12.0\n  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.25.5\n\n-------------------------------------------------------------------------------\n\n",
  );
  const listeners = [80, 443, 10254].map((port) => ({ port, listening: sys.listen(port) }));
  for (const { port, listening } of listeners) {
    if (!listening.ok) {
      yield* sys.err(
        `F Port ${port} is already in use. Please check the flag --${port === 80 ? "http" : port === 443 ? "https" : "healthz"}-port\n`,
      );
      return 255;
    }
    const accept = function* (): Run<void> {
      for (;;) {
        const stream = yield* listening.listener.accept();
        sys.thread(
          "connection",
          port === 80
            ? serveConnection(context, { stream, isHttps: false }, stream)
            : port === 443
              ? serveTls(context, stream, fake)
              : serveHealth(sys, stream),
        );
      }
    };
    sys.thread(`port-${port}`, accept());
  }
  try {
    return yield* publish(sys, client, watched, publishService);
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    yield* sys.out("Received SIGTERM, shutting down\n");
    return 0;
  }
}

function serveConnection(context: ProxyContext, arrival: Arrival, duplex: Duplex): Run<void> {
  const { sys } = context;
  return serveHttp(duplex, { idleUs, badRequest: () => nginxPage(undefined, 400, sys.dateMs()) }, (request) =>
    proxyRequest(context, arrival, request),
  );
}

/** The certificate by SNI: the server of that name, then the wildcard's, else the fake one. */
function* serveTls(context: ProxyContext, stream: Stream, fake: Certificate): Run<void> {
  const { sys } = context;
  const accepted = yield* tlsAccept(stream, {
    alpn: context.settings().usesHttp2 ? ["h2", "http/1.1"] : ["http/1.1"],
    timeoutUs: 60_000_000,
    certificatesFor: (serverName) => {
      const host = (serverName ?? "").toLowerCase();
      const { servers } = context.configuration();
      const server = servers.get(host) ?? servers.get(`*${host.slice(Math.max(0, host.indexOf(".")))}`);
      return [server?.certificate ?? fake];
    },
  });
  if (!accepted.ok) {
    if (typeof accepted.received !== "string" && accepted.received.kind !== "tls") {
      yield* stream.send(plainToHttps(sys));
    }
    stream.close();
    return;
  }
  yield* serveConnection(context, { stream, isHttps: true }, accepted.duplex);
}

/** @source nginx ngx_http_special_response.c, 497 */
function plainToHttps(sys: Sys): HttpResponse {
  const body =
    "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
  return httpResponse({
    status: 400,
    headers: [
      ["Date", httpDate(sys.dateMs())],
      ["Content-Type", "text/html"],
      ["Content-Length", `${body.length}`],
      ["Connection", "close"],
    ],
    body,
  });
}

function serveHealth(sys: Sys, stream: Stream): Run<void> {
  const answer = (status: number, body: string): HttpResponse =>
    httpResponse({
      status,
      headers: [
        ["Date", httpDate(sys.dateMs())],
        ["Content-Length", `${body.length}`],
        ["Content-Type", "text/plain; charset=utf-8"],
      ],
      body,
    });
  return serveHttp(stream, { idleUs, badRequest: () => answer(400, "400 Bad Request") }, function* (request) {
    yield* sys.work(1);
    return request.target.startsWith("/healthz") ? answer(200, "ok") : answer(404, "404 page not found\n");
  });
}

/** The configuration follows the objects: made anew when first needed after a change. */
function watch(client: ApiClient, servesClassless: boolean, publishService: string): Watched {
  const ingresses = client.informer<Ingress>("Ingress");
  const classes = client.informer<IngressClass>("IngressClass");
  const secrets = client.informer<Secret>("Secret");
  const maps = client.informer<KubernetesObject & { readonly data?: Readonly<Record<string, string>> }>("ConfigMap");
  const services = client.informer<Service>("Service");
  const [namespace = "ingress-nginx", name = "ingress-nginx-controller"] = publishService.split("/");
  const changed = new Bell();
  let current: Configuration | undefined;
  const forget = (): void => {
    current = undefined;
    changed.ring();
  };
  ingresses.onEvent((event) => {
    forget();
    const isOurs = event.type !== "DELETED" && isServed(event.object, classes.list(), servesClassless);
    const isNews =
      event.type === "ADDED" ||
      (event.old !== undefined && JSON.stringify(event.old.spec) !== JSON.stringify(event.object.spec)) ||
      event.old?.metadata.annotations !== event.object.metadata.annotations;
    if (isOurs && isNews)
      client.event(event.object, { type: "Normal", reason: "Sync", message: "Scheduled for sync", component: "nginx-ingress-controller" });
  });
  classes.onEvent(forget);
  secrets.onEvent(forget);
  services.onEvent((event) => {
    if (event.object.metadata.namespace === namespace && event.object.metadata.name === name) changed.ring();
  });
  return {
    changed,
    configuration: () => {
      current ??= buildConfiguration({
        ingresses: ingresses.list(),
        classes: classes.list(),
        servesClassless,
        certificateOf: (secretNamespace, secretName) => certificateOfSecret(secrets.get(secretNamespace, secretName)),
        isValidFor: fitsHost,
      });
      return current;
    },
    settings: () => settingsOf(maps.get(namespace, name)),
  };
}

/** Writes the controller's address into the Ingresses it serves and takes it out of those it serves no more. */
function* publish(sys: Sys, client: ApiClient, watched: Watched, publishService: string): Run<never> {
  const [namespace = "ingress-nginx", name = "ingress-nginx-controller"] = publishService.split("/");
  const published = new Set<string>();
  for (;;) {
    yield* watched.changed.wait();
    yield* sys.sleep(statusLagUs);
    const service = client.get<Service>("Service", namespace, name);
    const addresses = addressesOf(service);
    const { served } = watched.configuration();
    const servedKeys = new Set(served.map(keyOf));
    for (const ingress of served) {
      if (write(client, ingress, addresses)) published.add(keyOf(ingress));
    }
    for (const key of [...published].sort()) {
      if (servedKeys.has(key)) continue;
      published.delete(key);
      const [ingressNamespace, ingressName] = key.split("/");
      const ingress = client.get<Ingress>("Ingress", ingressNamespace, ingressName ?? "");
      if (ingress !== undefined) write(client, ingress, []);
    }
  }
}

type Address = { readonly ip?: string; readonly hostname?: string };

/** @source ingress-nginx internal/ingress/status/status.go, statusAddressFromService */
function addressesOf(service: Service | undefined): readonly Address[] {
  if (service === undefined) return [];
  switch (service.spec.type) {
    case "LoadBalancer": {
      const given = (service.status.loadBalancer.ingress ?? []).map(
        (entry): Address => (entry.ip !== undefined ? { ip: entry.ip } : { hostname: entry.hostname ?? "" }),
      );
      return [...given, ...(service.spec.externalIPs ?? []).map((ip) => ({ ip }))];
    }
    case "ExternalName":
      return [{ hostname: service.spec.externalName ?? "" }];
    default:
      return (service.spec.externalIPs?.length ?? 0) > 0
        ? (service.spec.externalIPs ?? []).map((ip) => ({ ip }))
        : [{ ip: service.spec.clusterIP ?? "" }];
  }
}

function keyOf(ingress: Ingress): string {
  return `${ingress.metadata.namespace}/${ingress.metadata.name}`;
}

function write(client: ApiClient, ingress: Ingress, addresses: readonly Address[]): boolean {
  const current = client.get<Ingress>("Ingress", ingress.metadata.namespace, ingress.metadata.name);
  if (current === undefined) return false;
  const known = current.status?.loadBalancer?.ingress ?? [];
  const same =
    known.length === addresses.length &&
    known.every((entry, i) => entry.ip === addresses[i]?.ip && entry.hostname === addresses[i]?.hostname);
  if (same) return addresses.length > 0;
  return client.updateStatus("Ingress", {
    ...current,
    status: { loadBalancer: addresses.length === 0 ? {} : { ingress: addresses } },
  } as Ingress).ok;
}

export const ingressNginxProgram: ProgramEntry = {
  name: "nginx-ingress-controller",
  run: runController,
  path: "/nginx-ingress-controller",
  catches: ["SIGTERM"],
};
