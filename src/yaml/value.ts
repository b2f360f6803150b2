import type { MapNode, YamlNode } from "./compose.ts";
import { YamlError } from "./error.ts";
import { resolveScalar, resolveTagged } from "./resolve.ts";

/**
 * Nodes to plain values as kubectl gets them: YAML turned into JSON. Keys become text, the last of equal keys wins, `<<` merges.
 * An alias gives the very value of its anchor, so a bomb costs nothing here; it is refused by Go's own rule of how much may be aliased.
 *
 * @source yaml.v2 decode.go; sigs.k8s.io/yaml convertToJSONableObject
 * @throws YamlError
 */
export function toValue(root: YamlNode): unknown {
  return new Decoder().value(root);
}

interface Decoded {
  readonly value: unknown;
  /** How many nodes decoding it takes, aliases spelt out. */
  readonly count: number;
}

class Decoder {
  readonly #targets = new Map<YamlNode, Decoded>();
  #count = 0;
  #aliased = 0;

  value(node: YamlNode): unknown {
    this.#count++;
    switch (node.kind) {
      case "alias": {
        let target = this.#targets.get(node.target);
        if (target === undefined) {
          const before = this.#count;
          const value = this.value(node.target);
          target = { value, count: this.#count - before };
          this.#count = before;
          this.#targets.set(node.target, target);
        }
        this.#count += target.count;
        this.#aliased += target.count;
        if (this.#aliased > 100 && this.#count > 1000 && this.#aliased / this.#count > allowedAliasRatio(this.#count)) {
          throw new YamlError("document contains excessive aliasing", node.start);
        }
        return target.value;
      }
      case "scalar": {
        const value = node.isPlain
          ? resolveScalar(node.text).value
          : node.tag === ""
            ? node.text
            : resolveTagged(node.tag, node.text, node.start);
        if (typeof value === "number" && !Number.isFinite(value)) {
          throw new YamlError(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`, node.start);
        }
        return value;
      }
      case "list":
        return node.items.map((item) => this.value(item));
      case "map": {
        const result: Record<string, unknown> = {};
        this.#fill(node, result);
        return result;
      }
    }
  }

  #fill(node: MapNode, result: Record<string, unknown>): void {
    for (const { key, value } of node.entries) {
      if (isMerge(key)) this.#merge(value, result);
      else setOwn(result, keyText(key), this.value(value));
    }
  }

  #merge(node: YamlNode, result: Record<string, unknown>): void {
    const target = node.kind === "alias" ? node.target : node;
    if (target.kind === "map") {
      const value = this.value(node) as Record<string, unknown>;
      for (const [key, item] of Object.entries(value)) setOwn(result, key, item);
    } else if (target.kind === "list" && node.kind !== "alias") {
      for (const item of target.items.toReversed()) {
        if ((item.kind === "alias" ? item.target : item).kind !== "map") throw mergeError(item);
        this.#merge(item, result);
      }
    } else throw mergeError(node);
  }
}

function mergeError(node: YamlNode): YamlError {
  return new YamlError("map merge requires map or sequence of maps as the value", node.start);
}

export function isMerge(key: YamlNode): boolean {
  return key.kind === "scalar" && key.isPlain && key.text === "<<";
}

/** A key as JSON has it. */
export function keyText(key: YamlNode): string {
  const node = key.kind === "alias" ? key.target : key;
  if (node.kind !== "scalar")
    throw new YamlError(`invalid map key: ${node.kind === "map" ? "map[interface {}]interface {}{}" : "[]interface {}{}"}`, key.start);
  if (!node.isPlain) return node.text;
  const { tag, value } = resolveScalar(node.text);
  if (tag === "null") throw new YamlError("unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>", key.start);
  return tag === "str" ? node.text : String(value);
}

function allowedAliasRatio(count: number): number {
  if (count <= 400_000) return 0.99;
  if (count >= 4_000_000) return 0.1;
  return 0.99 - 0.89 * ((count - 400_000) / 3_600_000);
}

/** Sets an own property whatever its name is (`__proto__` too). */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}
