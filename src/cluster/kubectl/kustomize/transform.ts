import type { LooseObject } from "../../api/meta.ts";
import { KubectlError } from "../failure.ts";
import { annotationSpecs, type FieldSpec, labelSpecs, nameReferences, selectorSpecs, templateLabelSpecs } from "./field-specs.ts";
import type { ImageChange, Kustomization, LabelEntry, ReplicaChange } from "./kustomization.ts";
import { changedAt, isCalled, isClusterScoped, isMap, metadataOf, nameOf, namespaceOf, type Resource, renamed } from "./resource.ts";

/** What a kustomization does to every object after its patches, in kustomize's own order. @source kustomize api/internal/target/kusttarget_configplugin.go, configureBuiltinTransformers */
export function transformed(resources: readonly Resource[], kustomization: Kustomization): readonly Resource[] {
  const { namespace = "", namePrefix = "", nameSuffix = "", commonLabels, labels = [], commonAnnotations } = kustomization;
  let current = resources;
  if (namespace !== "") current = current.map((resource) => inNamespace(resource, namespace));
  if (namePrefix !== "" || nameSuffix !== "")
    current = current.map((resource) => (keepsName(resource) ? resource : renamed(resource, namePrefix + nameOf(resource) + nameSuffix)));
  for (const entry of labels) current = current.map((resource) => withLabels(resource, entry));
  if (commonLabels !== undefined)
    current = current.map((resource) => withLabels(resource, { pairs: commonLabels, includeSelectors: true }));
  if (commonAnnotations !== undefined) current = current.map((resource) => withPairs(resource, annotationSpecs, commonAnnotations));
  return current;
}

/** What comes last, after `patchesJson6902`. @source the same */
export function withCountsAndImages(resources: readonly Resource[], kustomization: Kustomization): readonly Resource[] {
  let current = resources;
  for (const change of kustomization.replicas ?? []) current = withReplicas(current, change);
  for (const change of kustomization.images ?? [])
    current = current.map((resource) => ({ ...resource, object: withImages(resource.object, change) as LooseObject }));
  return current;
}

/** @source kustomize api/internal/builtins/PrefixTransformer.go, prefixFieldSpecsToSkip */
function keepsName({ object }: Resource): boolean {
  return object.kind === "CustomResourceDefinition" || object.kind === "APIService" || object.kind === "Namespace";
}

/** A Namespace takes the name itself; the subjects of bindings follow where they are the default account. @source kustomize api/filters/namespace */
function inNamespace(resource: Resource, namespace: string): Resource {
  const { object } = resource;
  if (object.kind === "Namespace") return renamed(resource, namespace);
  let changed: LooseObject = object;
  if (object.kind === "RoleBinding" || object.kind === "ClusterRoleBinding") {
    changed = changedAt(object, ["subjects"], (subject) =>
      isMap(subject) && subject.kind === "ServiceAccount" && subject.name === "default" ? { ...subject, namespace } : subject,
    ) as LooseObject;
  }
  if (isClusterScoped(resource)) return { ...resource, object: changed };
  return { ...resource, object: { ...changed, metadata: { ...metadataOf(changed), namespace } } };
}

function withLabels(
  resource: Resource,
  { pairs = {}, fields = [], includeSelectors = false, includeTemplates = false }: LabelEntry,
): Resource {
  const specs = [
    ...labelSpecs,
    ...(includeSelectors || includeTemplates ? templateLabelSpecs : []),
    ...(includeSelectors ? selectorSpecs : []),
    ...fields.map(({ kind, path = "", create = false }) => ({ ...(kind === undefined ? {} : { kinds: [kind] }), path, creates: create })),
  ];
  return withPairs(resource, specs, pairs);
}

function withPairs(resource: Resource, specs: readonly FieldSpec[], pairs: Readonly<Record<string, string>>): Resource {
  if (Object.keys(pairs).length === 0) return resource;
  let object = resource.object;
  for (const { kinds, path, creates } of specs) {
    if (kinds !== undefined && !kinds.includes(String(object.kind))) continue;
    const add = (found: unknown): unknown => ({ ...(isMap(found) ? found : {}), ...pairs });
    object = changedAt(object, path.split("/"), add, creates) as LooseObject;
  }
  return { ...resource, object };
}

const scalable = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];

/** @source kustomize api/internal/builtins/ReplicaCountTransformer.go */
function withReplicas(resources: readonly Resource[], { name = "", count }: ReplicaChange): readonly Resource[] {
  const isMeant = (resource: Resource): boolean => scalable.includes(String(resource.object.kind)) && isCalled(resource, name);
  if (!resources.some(isMeant))
    throw new KubectlError(
      `resource with name ${name} does not match a config with the following GVK [${scalable.map((kind) => `${kind}.[noVer].[noGrp]`).join(" ")}]`,
    );
  return resources.map((resource) =>
    isMeant(resource)
      ? { ...resource, object: changedAt(resource.object, ["spec", "replicas"], () => count, true) as LooseObject }
      : resource,
  );
}

/** Wherever containers are named. @source kustomize api/filters/imagetag */
function withImages(value: unknown, change: ImageChange): unknown {
  if (Array.isArray(value)) return value.map((item) => withImages(item, change));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if ((key === "containers" || key === "initContainers") && Array.isArray(item))
        return [
          key,
          item.map((container: unknown) =>
            isMap(container) && typeof container.image === "string"
              ? { ...container, image: imageAfter(container.image, change) }
              : container,
          ),
        ];
      return [key, withImages(item, change)];
    }),
  );
}

/** @source kustomize api/internal/image/image.go; api/filters/imagetag/updater.go */
export function imageAfter(image: string, { name, newName = "", newTag = "", tagSuffix = "", digest = "" }: ImageChange): string {
  const match = /^(.*?)(?::([\w.{}-]*))?(?:@(sha256:[\w.{}-]*))?$/.exec(image);
  // A colon before a slash belongs to a registry's port.
  const [, before = "", tag = "", oldDigest = ""] = match ?? [];
  if (before !== name) return image;
  const target = newName === "" ? before : newName;
  if (newTag !== "" && digest !== "") return `${target}:${newTag}@${digest}`;
  if (newTag !== "") return `${target}:${newTag}`;
  if (digest !== "") return `${target}@${digest}`;
  if (tagSuffix !== "") return `${target}:${tag}${tagSuffix}`;
  return `${target}${tag === "" ? "" : `:${tag}`}${oldDigest === "" ? "" : `@${oldDigest}`}`;
}

/** Whoever calls an object by a name that it no longer has calls it by the new one. @source kustomize api/internal/accumulator/namereferencetransformer.go */
export function withNamesFollowed(resources: readonly Resource[]): readonly Resource[] {
  const called = (referrer: Resource, kind: string, name: string, namespace?: string): string => {
    const place = namespace ?? namespaceOf(referrer);
    const candidates = resources.filter((one) => one.object.kind === kind && isCalled(one, name));
    const near = candidates.filter((one) => isClusterScoped(one) || namespaceOf(one) === place);
    const found = near.find((one) => nameOf(one) === name) ?? near[0] ?? (candidates.length === 1 ? candidates[0] : undefined);
    return found === undefined ? name : nameOf(found);
  };
  return resources.map((resource) => {
    let { object } = resource;
    for (const { kind, fields } of nameReferences)
      for (const { kinds, path } of fields) {
        if (!kinds.includes(String(object.kind))) continue;
        if (kind.endsWith("Role") && (object.roleRef as LooseObject | undefined)?.kind !== kind) continue;
        object = changedAt(object, path.split("/"), (name) =>
          typeof name === "string" ? called(resource, kind, name) : name,
        ) as LooseObject;
      }
    if (object.kind === "RoleBinding" || object.kind === "ClusterRoleBinding") {
      object = changedAt(object, ["subjects"], (subject) => {
        if (!isMap(subject) || subject.kind !== "ServiceAccount" || typeof subject.name !== "string") return subject;
        const named = resources.find((one) => one.object.kind === "ServiceAccount" && isCalled(one, subject.name as string));
        if (named === undefined) return subject;
        return { ...subject, name: nameOf(named), ...(namespaceOf(named) === "" ? {} : { namespace: namespaceOf(named) }) };
      }) as LooseObject;
    }
    return { ...resource, object };
  });
}
