const nameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/**
 * `pod-template-hash` and the suffix of ControllerRevisions: FNV-1a 32 as a decimal number, each digit replaced so that no word can appear.
 * Our canonical text is JSON with sorted keys, so the numbers differ from a real cluster's, whose text is Go's dump of the struct.
 *
 * @source pkg/controller/controller_utils.go, ComputeHash; apimachinery util/rand, SafeEncodeString
 */
export function templateHash(template: unknown, collisionCount = 0): string {
  let hash = 0x811c9dc5;
  const text = canonicalText(template) + (collisionCount > 0 ? `#${collisionCount}` : "");
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return [...`${hash >>> 0}`].map((digit) => nameAlphabet[digit.charCodeAt(0) % nameAlphabet.length]).join("");
}

/** The same text for equal data, whatever the order of keys. Undefined and null members count as absent. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`);
  return `{${members.join(",")}}`;
}
