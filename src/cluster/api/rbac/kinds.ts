import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, required } from "../field-error.ts";
import { pathSegmentName } from "../ingress/validate.ts";
import type { Column, KindDefinition } from "../kind.ts";
import type { KubernetesObject } from "../meta.ts";
import { labelSelector, root } from "../meta-shape.ts";
import { same, validateWith } from "../plain.ts";
import type { Schema } from "../schema.ts";
import { always, list, string, strings, struct } from "../shape.ts";

/**
 * Roles and who has them. They are kept and shown; the simulated cluster lets everybody do everything.
 * @source kubernetes.io "Using RBAC Authorization"; pkg/apis/rbac/validation
 */

const rules: Schema = always(
  list(
    struct(
      "v1.PolicyRule",
      { verbs: always(strings), apiGroups: strings, resources: strings, resourceNames: strings, nonResourceURLs: strings },
      ["verbs"],
    ),
  ),
);
const roleRef = always(struct("v1.RoleRef", { apiGroup: always(string), kind: always(string), name: always(string) }));
const subjects = list(struct("v1.Subject", { kind: always(string), apiGroup: string, name: always(string), namespace: string }));
const group = "rbac.authorization.k8s.io";

interface Binding extends KubernetesObject {
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string; readonly apiGroup?: string }[];
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
}

const createdAtColumn: Column = column("Created At", ({ metadata }) => metadata.creationTimestamp);

function role(kind: "Role" | "ClusterRole", namespaced: boolean): KindDefinition {
  const aggregation = struct("v1.AggregationRule", { clusterRoleSelectors: list(labelSelector) });
  return {
    ...common(kind, namespaced),
    schema: root(`v1.${kind}`, namespaced ? { rules } : { rules, aggregationRule: aggregation }),
    defaults: same,
    validate: validateWith({ namespaced, name: pathSegmentName }, (object) =>
      ((object as { rules?: readonly { readonly verbs?: readonly string[] }[] | null }).rules ?? []).flatMap(({ verbs }, index) =>
        (verbs ?? []).length === 0 ? [required(`rules[${index}].verbs`, "verbs must contain at least one value")] : [],
      ),
    ),
    columns: [nameColumn, createdAtColumn],
  };
}

function binding(kind: "RoleBinding" | "ClusterRoleBinding", namespaced: boolean): KindDefinition {
  const names = (what: string) => (object: Binding) =>
    (object.subjects ?? [])
      .filter((subject) => subject.kind === what)
      .map((subject) => (what === "ServiceAccount" ? `${subject.namespace ?? ""}/${subject.name}` : subject.name))
      .join(", ");
  return {
    ...common(kind, namespaced),
    schema: root(`v1.${kind}`, { subjects, roleRef }),
    defaults: (object) => {
      const { roleRef: given, subjects: who } = object as unknown as Binding;
      return {
        ...object,
        roleRef: { ...given, apiGroup: given?.apiGroup || group },
        ...(who === undefined
          ? {}
          : { subjects: who.map((one) => (one.kind === "ServiceAccount" ? one : { ...one, apiGroup: one.apiGroup ?? group })) }),
      };
    },
    validate: validateWith({ namespaced, name: pathSegmentName }, (object, old) => {
      const { roleRef: given } = object as unknown as Binding;
      const before = (old as Binding | undefined)?.roleRef;
      return [
        ...(given.name === "" ? [required("roleRef.name")] : []),
        ...(before !== undefined && (before.kind !== given.kind || before.name !== given.name)
          ? [
              invalid(
                "roleRef",
                { printed: `rbac.RoleRef{APIGroup:"${given.apiGroup}", Kind:"${given.kind}", Name:"${given.name}"}` },
                "cannot change roleRef",
              ),
            ]
          : []),
      ];
    }),
    columns: [
      nameColumn,
      column<Binding>("Role", (object) => `${object.roleRef.kind}/${object.roleRef.name}`),
      ageColumn,
      column<Binding>("Users", names("User"), { wide: true }),
      column<Binding>("Groups", names("Group"), { wide: true }),
      column<Binding>("ServiceAccounts", names("ServiceAccount"), { wide: true }),
    ],
  };
}

function common(kind: string, namespaced: boolean): Omit<KindDefinition, "schema" | "defaults" | "validate" | "columns"> {
  return {
    kind,
    group,
    storageVersion: "v1",
    versions: [],
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced,
    hasStatus: false,
    hasGeneration: false,
    prepare: same,
  };
}

export const roleKind: KindDefinition = role("Role", true);
export const clusterRoleKind: KindDefinition = role("ClusterRole", false);
export const roleBindingKind: KindDefinition = binding("RoleBinding", true);
export const clusterRoleBindingKind: KindDefinition = binding("ClusterRoleBinding", false);
