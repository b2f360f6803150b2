import type { KindDefinition } from "../api/kind.ts";
import type { KubernetesObject } from "../api/meta.ts";

/** What a write will hold of the scarce things. Reserved at once; `commit` makes it so, `release` gives it back. */
export interface Allocation {
  readonly object: KubernetesObject;
  commit(): void;
  release(): void;
}

export interface Allocator {
  beforeCreate(definition: KindDefinition, object: KubernetesObject): Allocation;
  beforeUpdate(definition: KindDefinition, object: KubernetesObject, old: KubernetesObject): Allocation;
  free(definition: KindDefinition, object: KubernetesObject): void;
}

function nothing(): void {}

export function createAllocator(): Allocator {
  return {
    beforeCreate: (_definition, object) => ({ object, commit: nothing, release: nothing }),
    beforeUpdate: (_definition, object) => ({ object, commit: nothing, release: nothing }),
    free: nothing,
  };
}
