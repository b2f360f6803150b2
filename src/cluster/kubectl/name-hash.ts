import { encodeHex, sha256 } from "../protocols/bytes.ts";
import { goJson } from "./go-json.ts";

/** Ten characters of what an object says, none of which can spell a bad word. @source kubectl pkg/util/hash/hash.go; kustomize api/internal/hasher/hasher.go */
export function nameHash(hashed: unknown): string {
  const safe: Readonly<Record<string, string>> = { 0: "g", 1: "h", 3: "k", a: "m", e: "t" };
  return [...encodeHex(sha256(goJson(hashed))).slice(0, 10)].map((character) => safe[character] ?? character).join("");
}
