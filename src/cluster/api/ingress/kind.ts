import { ageColumn, column, nameColumn } from "../column.ts";
import type { KindDefinition } from "../kind.ts";
import { metadataOf } from "../object-meta.ts";
import { prepareStatus, same } from "../plain.ts";
import { loadBalancerText } from "../service/columns.ts";
import { validateIngressAddresses } from "../service/validate-status.ts";
import { hasFeature } from "../versions.ts";
import { ingressFromBeta, ingressToBeta } from "./convert.ts";
import { ingressBetaSchema, ingressSchema } from "./schema.ts";
import { type Ingress, type IngressRule, ingressClassAnnotation } from "./types.ts";
import { validateIngress } from "./validate.ts";

const beta = { version: "v1beta1", schema: ingressBetaSchema, toStored: ingressFromBeta, fromStored: ingressToBeta };

/** @source kubernetes.io "Ingress"; pkg/registry/networking/ingress/strategy.go */
export const ingressKind: KindDefinition = {
  kind: "Ingress",
  group: "networking.k8s.io",
  storageVersion: "v1",
  versions: [
    { group: "networking.k8s.io", ...beta },
    { group: "extensions", ...beta },
  ],
  plural: "ingresses",
  singular: "ingress",
  shortNames: ["ing"],
  namespaced: true,
  schema: ingressSchema,
  hasStatus: true,
  hasGeneration: true,
  defaults: same,
  prepare: prepareStatus({ loadBalancer: {} }),
  validate: validateIngress,
  validateStatus: (object) => validateIngressAddresses((object as unknown as Ingress).status.loadBalancer?.ingress ?? []),
  warnings: (object, old) => {
    const isAnnotated = metadataOf(object).annotations?.[ingressClassAnnotation] !== undefined;
    if (old !== undefined || !isAnnotated || (object.spec as Ingress["spec"]).ingressClassName !== undefined) return [];
    return [`annotation "${ingressClassAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
  columns: [
    nameColumn,
    {
      ...column<Ingress>("Class", ({ spec }) => spec.ingressClassName ?? "<none>"),
      isShown: (clusterVersion) => hasFeature("ingressClassColumn", clusterVersion),
    },
    column<Ingress>("Hosts", ({ spec }) => hostsText(spec.rules ?? [])),
    column<Ingress>("Address", ({ status }) => loadBalancerText(status?.loadBalancer?.ingress ?? [])),
    column<Ingress>("Ports", ({ spec }) => ((spec.tls ?? []).length > 0 ? "80, 443" : "80")),
    ageColumn,
  ],
};

/** @source printers.go, formatHosts */
function hostsText(rules: readonly IngressRule[]): string {
  const hosts = rules.map(({ host = "" }) => host).filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  const shown = hosts.slice(0, 3).join(",");
  return hosts.length > 3 ? `${shown} + ${hosts.length - 3} more...` : shown;
}
