/** What stands on a terminal's paper. */
export interface Paper {
  /** All that was printed, prompts and typed lines included; the line being typed is not. */
  readonly text: string;
  /** undefined while a program runs in the foreground and reads nothing. */
  readonly prompt: string | undefined;
  readonly isAtLineStart: boolean;
}

/** A paper that knows what stood on it when. */
export interface TimedPaper extends Paper {
  /** How far the paper reached after each moment at which something came, oldest first. */
  readonly moments: readonly PaperMoment[];
}

interface PaperMoment {
  readonly timeUs: number;
  /** Counted from the paper's very beginning. */
  readonly length: number;
  readonly prompt: string | undefined;
}

export const blankPaper: TimedPaper = { text: "", prompt: undefined, isAtLineStart: true, moments: [] };
/** Older text goes first. */
const textMax = 400_000;
const momentsMax = 1000;

export function printed(paper: TimedPaper, text: string, timeUs: number): TimedPaper {
  const whole = paper.text + text;
  return {
    text: whole.length > textMax ? whole.slice(-textMax) : whole,
    prompt: paper.prompt,
    isAtLineStart: text.endsWith("\n"),
    moments: withMoment(paper, { timeUs, length: lengthOf(paper) + text.length, prompt: paper.prompt }),
  };
}

export function prompted(paper: TimedPaper, prompt: string | undefined, timeUs: number): TimedPaper {
  return { ...paper, prompt, moments: withMoment(paper, { timeUs, length: lengthOf(paper), prompt }) };
}

/** The paper as it was when `atUs` had passed. */
export function paperAt({ text, moments }: TimedPaper, atUs: number): Paper {
  const then = moments.findLast(({ timeUs }) => timeUs <= atUs);
  // Of what has gone off the paper's top nothing is left.
  const gone = (moments.at(-1)?.length ?? 0) - text.length;
  const shown = then === undefined ? "" : text.slice(0, Math.max(0, then.length - gone));
  return { text: shown, prompt: then?.prompt, isAtLineStart: shown === "" || shown.endsWith("\n") };
}

function lengthOf({ moments }: TimedPaper): number {
  return moments.at(-1)?.length ?? 0;
}

/** One entry for each moment: what came later in it counts. */
function withMoment({ moments }: TimedPaper, moment: PaperMoment): readonly PaperMoment[] {
  const last = moments.at(-1);
  const rest = last !== undefined && last.timeUs >= moment.timeUs ? moments.slice(0, -1) : moments;
  return [...rest.slice(-momentsMax), { ...moment, timeUs: Math.max(moment.timeUs, last?.timeUs ?? 0) }];
}
