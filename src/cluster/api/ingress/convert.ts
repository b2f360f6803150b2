import type { IntOrString } from "../int-or-string.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import type { HTTPIngressPath, Ingress, IngressBackend } from "./types.ts";

/** Between networking.k8s.io/v1 and the betas. @source pkg/apis/networking/v1beta1/conversion.go, defaults.go */

interface BetaBackend {
  readonly serviceName?: string;
  readonly servicePort?: IntOrString;
  readonly resource?: IngressBackend["resource"];
}

interface BetaPath {
  readonly path?: string;
  readonly pathType?: HTTPIngressPath["pathType"];
  readonly backend: BetaBackend;
}

interface BetaSpec {
  readonly backend?: BetaBackend;
  readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths?: readonly BetaPath[] | null } }[];
  readonly ingressClassName?: string;
  readonly tls?: Ingress["spec"]["tls"];
}

export function ingressFromBeta(object: LooseObject): LooseObject {
  const { backend, rules, ...rest } = (object.spec ?? {}) as BetaSpec;
  return {
    ...object,
    spec: {
      ...rest,
      ...(backend === undefined ? {} : { defaultBackend: backendFromBeta(backend) }),
      ...(rules === undefined
        ? {}
        : {
            rules: rules.map(({ http, ...rule }) =>
              http === undefined ? rule : { ...rule, http: { paths: (http.paths ?? []).map(pathFromBeta) } },
            ),
          }),
    },
  };
}

function pathFromBeta({ path, pathType, backend }: BetaPath): HTTPIngressPath {
  return { ...(path === undefined ? {} : { path }), pathType: pathType ?? "ImplementationSpecific", backend: backendFromBeta(backend) };
}

function backendFromBeta({ serviceName, servicePort, resource }: BetaBackend): IngressBackend {
  const hasPort = servicePort !== undefined && servicePort !== 0 && servicePort !== "";
  const port = !hasPort ? {} : typeof servicePort === "number" ? { number: servicePort } : { name: servicePort };
  return {
    ...(serviceName === undefined && !hasPort ? {} : { service: { name: serviceName ?? "", port } }),
    ...(resource === undefined ? {} : { resource }),
  };
}

export function ingressToBeta(object: KubernetesObject): LooseObject {
  const { spec, ...rest } = object as Ingress;
  const { defaultBackend, rules, ...others } = spec;
  return {
    ...rest,
    spec: {
      ...others,
      ...(defaultBackend === undefined ? {} : { backend: backendToBeta(defaultBackend) }),
      ...(rules === undefined
        ? {}
        : {
            rules: rules.map(({ http, ...rule }) =>
              http === undefined
                ? rule
                : { ...rule, http: { paths: (http.paths ?? []).map((path) => ({ ...path, backend: backendToBeta(path.backend) })) } },
            ),
          }),
    },
  };
}

function backendToBeta({ service, resource }: IngressBackend): BetaBackend {
  return {
    ...(service === undefined ? {} : { serviceName: service.name, servicePort: service.port.name ?? service.port.number ?? 0 }),
    ...(resource === undefined ? {} : { resource }),
  };
}
