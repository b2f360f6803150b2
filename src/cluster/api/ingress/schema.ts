import { root, typedLocalObjectReference } from "../meta-shape.ts";
import type { Schema, Struct } from "../schema.ts";
import { about, always, int32, intOrString, list, named, pointer, string, strings, struct } from "../shape.ts";

/** @source k8s.io/api/networking/v1, networking/v1beta1, extensions/v1beta1 (types.go) */

function status(version: string): Schema {
  const port = struct(`${version}.IngressPortStatus`, {
    port: always(int32),
    protocol: always(named("v1.Protocol")),
    error: pointer(string),
  });
  return always(
    struct(`${version}.IngressStatus`, {
      loadBalancer: about(
        "Where the controller is reached.",
        always(
          struct(`${version}.IngressLoadBalancerStatus`, {
            ingress: list(struct(`${version}.IngressLoadBalancerIngress`, { ip: string, hostname: string, ports: list(port) })),
          }),
        ),
      ),
    }),
  );
}

function ingress(version: string, backend: Struct, backendField: string, pathType: Schema): Struct {
  const path = struct(
    `${version}.HTTPIngressPath`,
    {
      path: about("The path of the request, or its beginning.", string),
      pathType,
      backend: about("Where such requests go.", always(backend)),
    },
    ["backend"],
  );
  const spec = struct(`${version}.IngressSpec`, {
    ingressClassName: about("The IngressClass whose controller serves this Ingress.", pointer(string)),
    [backendField]: about("Where requests go that no rule matches.", backend),
    tls: about(
      "Hosts that are served by HTTPS, and the Secrets with their certificates.",
      list(struct(`${version}.IngressTLS`, { hosts: strings, secretName: string })),
    ),
    rules: about(
      "Which host and path leads to which Service.",
      list(
        struct(`${version}.IngressRule`, {
          host: about("The host name of the request; every one if left out.", string),
          http: struct(`${version}.HTTPIngressRuleValue`, { paths: always(list(path)) }, ["paths"]),
        }),
      ),
    ),
  });
  return about(
    "Leads HTTP requests from outside to Services, by host and path. An Ingress controller must be there to do it.",
    root(`${version}.Ingress`, { spec: about("Which requests lead where.", always(spec)), status: status(version) }),
  );
}

const servicePort = struct("v1.ServiceBackendPort", {
  name: about("The name of the Service's port.", string),
  number: about("The number of the Service's port (not of the pod's).", int32),
});

const backend = struct("v1.IngressBackend", {
  service: about(
    "A Service in the Ingress's own namespace.",
    struct("v1.IngressServiceBackend", { name: always(string), port: always(servicePort) }, ["name"]),
  ),
  resource: typedLocalObjectReference,
});

const betaBackend = struct("v1beta1.IngressBackend", {
  serviceName: string,
  servicePort: { ...intOrString },
  resource: typedLocalObjectReference,
});

const pathTypes = ["Exact", "Prefix", "ImplementationSpecific"];

export const ingressSchema: Struct = ingress(
  "v1",
  backend,
  "defaultBackend",
  about("How `path` is compared: Exact, Prefix (by elements), or as the controller likes.", pointer(named("v1.PathType", pathTypes))),
);

/** The same in networking.k8s.io/v1beta1 and extensions/v1beta1. */
export const ingressBetaSchema: Struct = ingress("v1beta1", betaBackend, "backend", pointer(named("v1beta1.PathType", pathTypes)));
