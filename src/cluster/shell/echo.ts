import type { Flavour } from "./context.ts";
import { decodeEscapes } from "./parse.ts";

/**
 * What `echo` prints. bash and busybox read escapes after -e only, dash always. /bin/echo is as bash's.
 * @source bash 5.2 manual, 4.2; dash(1); coreutils 9.1 echo
 */
export function echoText(args: readonly string[], flavour: Flavour): string {
  let at = 0;
  let hasNewline = true;
  let hasEscapes = flavour === "dash";
  for (; at < args.length; at++) {
    const word = args[at] as string;
    if (!(flavour === "dash" ? /^-n$/ : /^-[neE]+$/).test(word)) break;
    for (const flag of word.slice(1)) {
      if (flag === "n") hasNewline = false;
      else hasEscapes = flag === "e";
    }
  }
  const text = args.slice(at).join(" ");
  if (!hasEscapes) return text + (hasNewline ? "\n" : "");
  const decoded = echoEscapes(text);
  return decoded.text + (hasNewline && !decoded.isEnd ? "\n" : "");
}

/** Octal needs a leading zero here, and `\c` ends all output. */
function echoEscapes(text: string): { readonly text: string; readonly isEnd: boolean } {
  const stop = /^(?:[^\\]|\\[^c])*?\\c/.exec(text);
  const raw = stop === null ? text : stop[0].slice(0, -2);
  const prepared = raw.replace(/\\0([0-7]{0,3})|\\([\s\S])/g, (whole, octal: string | undefined, other: string | undefined) => {
    if (octal !== undefined) return `\\${octal === "" ? "0" : octal}`;
    return other !== undefined && /['"?1-7uUc]/.test(other) && !/[uU]/.test(other) ? `\\\\${other}` : whole;
  });
  return { text: decodeEscapes(prepared), isEnd: stop !== null };
}
