import { decode } from "../api/decode.ts";
import { isEqualData } from "../api/equal.ts";
import { duplicate, forbidden, notFound } from "../api/field-error.ts";
import { goQuote } from "../api/go-value.ts";
import type { FieldError } from "../api/kind.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { admissionContext, type ServerContext, type Target } from "./context.ts";
import { isDryRun, type Written } from "./create.ts";
import { isRecord } from "./json.ts";
import { patchedBody } from "./patch-object.ts";
import { Refusal } from "./refusal.ts";
import { badRequest, invalid } from "./status.ts";
import { existing } from "./update.ts";
import { writerOf } from "./writer.ts";

interface Container {
  readonly name: string;
  readonly targetContainerName?: string;
}

interface Pod extends KubernetesObject {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
  };
}

/** `pods/NAME/ephemeralcontainers`: the one way to add a container to a running pod. @source pkg/registry/core/pod/strategy.go, podEphemeralContainersStrategy; ValidatePodEphemeralContainersUpdate */
export function writeEphemeralContainers(context: ServerContext, target: Target): Written {
  const { request, resource } = target;
  const old = existing(context, target) as Pod;
  if (request.method === "GET") return { object: old, warnings: [], isCreated: false };
  const body = request.method === "PATCH" ? patchedBody(target, old as unknown as LooseObject) : request.body;
  if (!isRecord(body)) throw new Refusal(badRequest("the object provided is unrecognized (must be of type Pod)"));
  const decoded = decode(resource.schema, body);
  if (decoded.error !== undefined) throw new Refusal(badRequest(`Pod in version "v1" cannot be handled as a Pod: ${decoded.error}`));
  const { ephemeralContainers = [] } = (decoded.object.spec ?? {}) as Pod["spec"];
  const given = { ...old, spec: { ...old.spec, ephemeralContainers } } as unknown as LooseObject;
  const object = resource.definition.defaults(given, admissionContext(context, false)) as unknown as Pod;
  const errors = faults(object, old);
  if (errors.length > 0) throw new Refusal(invalid(resource, old.metadata.name, errors));
  if (isEqualData(object, old)) return { object: old, warnings: [], isCreated: false };
  if (isDryRun(target)) return { object, warnings: [], isCreated: false };
  const stored = context.store.put(object);
  const [before, after] = [old, object] as unknown as readonly [LooseObject, LooseObject];
  context.managers.updated(stored, before, after, "main", resource.definition.schema, writerOf(target));
  return { object: stored, warnings: [], isCreated: false };
}

function faults({ spec }: Pod, old: Pod): readonly FieldError[] {
  const errors: FieldError[] = [];
  const path = "spec.ephemeralContainers";
  const others = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
  const names = new Set(others);
  (spec.ephemeralContainers ?? []).forEach(({ name, targetContainerName = "" }, i) => {
    if (names.has(name)) errors.push(duplicate(`${path}[${i}].name`, name));
    names.add(name);
    if (targetContainerName !== "" && !others.includes(targetContainerName))
      errors.push(notFound(`${path}[${i}].targetContainerName`, targetContainerName));
  });
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = (spec.ephemeralContainers ?? []).find(({ name }) => name === before.name);
    const what = now === undefined ? "removed" : isEqualData(now, before) ? undefined : "changed";
    if (what !== undefined) errors.push(forbidden(path, `existing ephemeral containers ${goQuote(before.name)} may not be ${what}\n`));
  }
  return errors;
}
