import { matchesFieldSelector, parseFieldSelector } from "../api/field-selector.ts";
import { matchesSelector, parseSelector } from "../api/labels.ts";
import type { KubernetesObject } from "../api/meta.ts";
import { queryValue, type Target } from "./context.ts";
import { Refusal } from "./refusal.ts";
import { badRequest, type ResourceName } from "./status.ts";

/** What a list or watch asks for: undefined when all. */
export type Selection = ((object: KubernetesObject) => boolean) | undefined;

/** From `labelSelector` and `fieldSelector`, and from a name in the path of a watch. */
export function selectionOf(target: Target): Selection {
  const { request, resource, name } = target;
  const tests: ((object: KubernetesObject) => boolean)[] = [];
  if (name !== undefined) tests.push((object) => object.metadata.name === name);

  const labelText = queryValue(request, "labelSelector");
  if (labelText !== undefined && labelText !== "") {
    const parsed = parseSelector(labelText);
    if (!parsed.ok) throw new Refusal(badRequest(parsed.message));
    tests.push((object) => matchesSelector(parsed.selector, object.metadata.labels));
  }

  const fieldText = queryValue(request, "fieldSelector");
  if (fieldText !== undefined && fieldText !== "") {
    const parsed = parseFieldSelector(fieldText);
    if (!parsed.ok) throw new Refusal(badRequest(parsed.message));
    const known = resource.definition.fieldSelectors ?? {};
    for (const { field } of parsed.requirements) {
      if (field === "metadata.name" || field === "metadata.namespace" || Object.hasOwn(known, field)) continue;
      throw new Refusal(badRequest(fieldNotSupported(resource, field)));
    }
    tests.push((object) =>
      matchesFieldSelector(parsed.requirements, (field) => {
        if (field === "metadata.name") return object.metadata.name;
        if (field === "metadata.namespace") return object.metadata.namespace ?? "";
        return known[field]?.(object) ?? "";
      }),
    );
  }
  if (tests.length === 0) return undefined;
  return (object) => tests.every((test) => test(object));
}

/** @source core/v1 conversion.go; apimachinery runtime, DefaultMetaV1FieldSelectorConversion */
function fieldNotSupported({ group, kind }: ResourceName, field: string): string {
  if (group === "" && ownWords.includes(kind)) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** Kinds that have fields of their own to ask for. */
const ownWords: readonly string[] = ["Pod", "Node", "ReplicationController", "Event", "Namespace", "Secret", "Service"];
