import { invalid, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { qualifiedName } from "../names.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import type { ResourceRequirements } from "./types.ts";

const standardResources: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** Names that mean something in a quota only. @source pkg/apis/core/helper/helpers.go, standardResources */
const quotaResources: readonly string[] = [
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "storage",
  "requests.storage",
  "services.nodeports",
  "services.loadbalancers",
];

/** @source ValidateContainerResourceRequirements, validateContainerResourceName */
export function validateResources(resources: ResourceRequirements | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { limits = {}, requests = {} } = resources ?? {};
  for (const name of Object.keys(limits).sort()) errors.push(...validateResource(name, limits[name]!, `${path}.limits`));
  for (const name of Object.keys(requests).sort()) {
    const request = requests[name]!;
    errors.push(...validateResource(name, request, `${path}.requests`));
    const limit = limits[name];
    if (limit === undefined) {
      if (!isOvercommittable(name)) errors.push(required(`${path}.limits`, "Limit must be set for non overcommitable resources"));
      continue;
    }
    const order = compareQuantities(request, limit);
    if (order !== 0 && !isOvercommittable(name)) {
      errors.push(invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`));
    } else if (order > 0) errors.push(invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
  }
  return errors;
}

/** Resources of the cluster itself may be promised twice; devices and huge pages may not. */
function isOvercommittable(name: string): boolean {
  return (!name.includes("/") || name.includes("kubernetes.io/")) && !name.startsWith("hugepages-");
}

function validateResource(name: string, amount: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const place = `${path}[${name}]`;
  const messages = qualifiedName(name);
  for (const message of messages) errors.push(invalid(place, name, message));
  if (!name.includes("/")) {
    const isHugePage = name.startsWith("hugepages-");
    if (messages.length === 0 && !standardResources.includes(name) && !quotaResources.includes(name) && !isHugePage)
      errors.push(invalid(place, name, "must be a standard resource type or fully qualified"));
    if (!standardResources.includes(name) && !isHugePage) errors.push(invalid(place, name, "must be a standard resource for containers"));
  } else if (!name.includes("kubernetes.io/") && (name.startsWith("requests.") || qualifiedName(`requests.${name}`).length > 0)) {
    errors.push(invalid(place, name, "doesn't follow extended resource name standard"));
  }
  const nano = parseQuantity(amount)?.nano ?? 0n;
  if (nano < 0n) errors.push(invalid(place, amount, "must be greater than or equal to 0"));
  if (name.includes("/") && nano % 1_000_000_000n !== 0n) errors.push(invalid(place, amount, "must be an integer"));
  return errors;
}
