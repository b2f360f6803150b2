import { KubectlError } from "./failure.ts";

/** A regular expression of the user's. @throws KubectlError @source Go regexp/syntax, Error */
export function goPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new KubectlError(`error parsing regexp: \`${text}\``);
  }
}
