/** Arguments of a sentence, as the engine stores them beside its code. */
export type Args = Readonly<Record<string, string | number>>;

/** A sentence of Kubehop's own, in one language. */
export type Sentence = (args: Args) => string;

/**
 * One language. Every sentence that Kubehop itself says is in here, by area and code; what real programs print never is.
 * `en` is the measure: another language has the same codes, or it does not compile.
 */
export interface Catalogue<Ui extends string, Problem extends string, Hint extends string, Reason extends string> {
  readonly language: string;
  readonly ui: Readonly<Record<Ui, string>>;
  readonly problems: Readonly<Record<Problem, Sentence>>;
  readonly hints: Readonly<Record<Hint, Sentence>>;
  /** Why a hop happened: the note of a hop. */
  readonly reasons: Readonly<Record<Reason, Sentence>>;
}

export type AnyCatalogue = Catalogue<string, string, string, string>;

/** The sentence for a code; the code itself where the catalogue (of an older page, say) lacks it. */
export function say(sentences: Readonly<Record<string, Sentence>>, code: string, args: Args): string {
  return sentences[code]?.(args) ?? code;
}

/** `1 node`, `3 nodes`. */
export function plural(count: string | number | undefined, one: string, many: string): string {
  return `${count} ${Number(count) === 1 ? one : many}`;
}
