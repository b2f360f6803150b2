import { matchesSelector, parseSelector } from "../api/labels.ts";
import type { LooseObject } from "../api/meta.ts";
import { KubectlError } from "./failure.ts";

/** Whether an object that is not on the server has such labels. @throws KubectlError @source cli-runtime resource/builder.go, visitorResult */
export function matchesText(object: LooseObject, text: string): boolean {
  const parsed = parseSelector(text);
  if (!parsed.ok) throw new KubectlError(`the provided selector ${JSON.stringify(text)} is not valid: ${parsed.message}`);
  const labels = (object.metadata as LooseObject | undefined)?.labels as Readonly<Record<string, string>> | undefined;
  return matchesSelector(parsed.selector, labels);
}
