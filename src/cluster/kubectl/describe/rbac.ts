import type { LooseObject } from "../../api/meta.ts";
import type { Describer } from "./context.ts";
import { writeAnnotations, writeLabels } from "./writer.ts";

interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Roles and their bindings. @source kubectl pkg/describe/describe.go, RoleDescriber, RoleBindingDescriber; pkg/util/rbac/rbac.go */
export const describeRole: Describer = function* (w, { object }) {
  yield* [];
  w.write(0, `Name:\t${object.metadata.name}\n`);
  writeLabels(w, "Labels", object.metadata.labels);
  writeAnnotations(w, "Annotations", object.metadata.annotations);
  w.write(0, "PolicyRule:\n");
  w.write(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
  w.write(1, "---------\t-----------------\t--------------\t-----\n");
  const { rules = [] } = object as unknown as { rules?: readonly PolicyRule[] };
  const list = (words: readonly string[] | undefined): string => `[${(words ?? []).join(" ")}]`;
  for (const rule of compactRules(rules.flatMap(simpleRules))) {
    w.write(1, `${rule.resource}\t${list(rule.nonResourceURLs)}\t${list(rule.resourceNames)}\t${list(rule.verbs)}\n`);
  }
};

interface SimpleRule {
  readonly group: string;
  readonly resource: string;
  readonly nonResourceURLs: readonly string[];
  readonly resourceNames: readonly string[];
  readonly verbs: readonly string[];
}

/** One resource, one name, or one URL each. @source component-helpers auth/rbac/validation, BreakdownRule */
function simpleRules({
  verbs = [],
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): readonly SimpleRule[] {
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((name) => {
      const [plural = "", subresource] = name.split("/");
      const resource = `${plural}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
      const names: readonly (readonly string[])[] = resourceNames.length === 0 ? [[]] : resourceNames.map((one) => [one]);
      return names.map((one) => ({ group, resource, nonResourceURLs: [], resourceNames: one, verbs }));
    }),
  );
  return [...ofResources, ...nonResourceURLs.map((url) => ({ group: "", resource: "", nonResourceURLs: [url], resourceNames: [], verbs }))];
}

/** Verbs of equal rules are gathered; sorted as Go prints the rules, verbs first. */
function compactRules(rules: readonly SimpleRule[]): readonly SimpleRule[] {
  const merged = new Map<string, SimpleRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.group, rule.resource, rule.resourceNames, rule.nonResourceURLs]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? rule : { ...known, verbs: [...known.verbs, ...rule.verbs] });
  }
  const text = ({ verbs, group, resource, resourceNames }: SimpleRule): string =>
    `[${verbs.join(" ")}],[${group}],[${resource}],[${resourceNames.join(" ")}]`;
  return [...merged.values()].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

export const describeRoleBinding: Describer = function* (w, { object }) {
  yield* [];
  const { roleRef, subjects = [] } = object as unknown as {
    roleRef?: { readonly kind: string; readonly name: string };
    subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  } & LooseObject;
  w.write(0, `Name:\t${object.metadata.name}\n`);
  writeLabels(w, "Labels", object.metadata.labels);
  writeAnnotations(w, "Annotations", object.metadata.annotations);
  w.write(0, "Role:\n");
  w.write(1, `Kind:\t${roleRef?.kind ?? ""}\n`);
  w.write(1, `Name:\t${roleRef?.name ?? ""}\n`);
  w.write(0, "Subjects:\n");
  w.write(1, "Kind\tName\tNamespace\n");
  w.write(1, "----\t----\t---------\n");
  for (const { kind, name, namespace = "" } of subjects) w.write(1, `${kind}\t${name}\t${namespace}\n`);
};
