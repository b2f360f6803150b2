/** `metadata.name=a,spec.type!=b`. @source apimachinery pkg/fields/selector.go */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

export type ParsedFieldSelector =
  | { readonly ok: true; readonly requirements: readonly FieldRequirement[] }
  | { readonly ok: false; readonly message: string };

export function parseFieldSelector(text: string): ParsedFieldSelector {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term === "") continue;
    const parts = /^([^=!]*?)(!=|==|=)(.*)$/s.exec(term);
    if (parts === null) return { ok: false, message: `invalid selector: '${text}'; can't understand '${term}'` };
    requirements.push({ field: parts[1]!, operator: parts[2] === "!=" ? "!=" : "=", value: parts[3]!.replace(/\\([\\,=])/g, "$1") });
  }
  return { ok: true, requirements };
}

export function matchesFieldSelector(requirements: readonly FieldRequirement[], fieldValue: (field: string) => string): boolean {
  return requirements.every(({ field, operator, value }) => (fieldValue(field) === value) === (operator === "="));
}

/** At commas that no backslash guards. */
function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let term = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === "\\") {
      term += character + (text[index + 1] ?? "");
      index++;
    } else if (character === ",") {
      terms.push(term);
      term = "";
    } else term += character;
  }
  terms.push(term);
  return terms;
}
