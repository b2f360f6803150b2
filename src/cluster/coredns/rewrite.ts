import { absoluteName, type DnsQuestion, type DnsRecord, type DnsType, dnsTypes } from "../protocols/dns.ts";
import type { Directive } from "./corefile.ts";
import type { Plugin } from "./plugin.ts";

interface RewriteRule {
  /** The question rewritten; undefined when the rule does not match. */
  readonly apply: (question: DnsQuestion) => DnsQuestion | undefined;
  /** Owner names in the answer are turned back as well, not just the question. */
  readonly turnsAnswerBack: boolean;
  readonly goesOn: boolean;
}

/** `rewrite [continue|stop] name [exact|prefix|suffix|substring|regex] FROM TO [answer auto]`, `rewrite type FROM TO`. @source coredns plugin/rewrite */
export function rewriteRule(directive: Directive): RewriteRule | string {
  const inBlock = directive.block.flatMap(({ name, args }) => [name, ...args]);
  const words = [...directive.args, ...inBlock];
  const wrong = `Corefile:${directive.line} - Error during parsing: `;
  let goesOn = false;
  if (words[0] === "continue" || words[0] === "stop") goesOn = words.shift() === "continue";
  const field = words.shift();
  if (field === "type") {
    const [from, to] = words.map((word) => dnsTypes.find((type) => type === word.toUpperCase()));
    if (from === undefined || to === undefined) return `${wrong}invalid type`;
    return {
      apply: (question) => (question.type === from ? { ...question, type: to as DnsType } : undefined),
      turnsAnswerBack: false,
      goesOn,
    };
  }
  if (field === "class" || field === "edns0" || field === "ttl" || field === "cname" || field === "rcode") {
    return { apply: () => undefined, turnsAnswerBack: false, goesOn: true };
  }
  if (field !== "name") return `${wrong}invalid rule type "${field ?? ""}"`;
  const kinds = ["exact", "prefix", "suffix", "substring", "regex"];
  const kind = kinds.includes(words[0] ?? "") ? (words.shift() as string) : "exact";
  const [from, to, ...rest] = words;
  if (from === undefined || to === undefined) return `${wrong}few arguments for a ${kind} rule`;
  const turnsAnswerBack = kind === "exact" || rest.includes("auto") || rest.includes("answer");
  const rename = renamer(kind, from, to);
  if (rename === undefined) return `${wrong}invalid regex pattern in a name rule: ${from}`;
  return {
    apply: (question) => {
      const name = rename(question.name.toLowerCase());
      return name === undefined ? undefined : { ...question, name: absoluteName(name) };
    },
    turnsAnswerBack,
    goesOn,
  };
}

function renamer(kind: string, from: string, to: string): ((name: string) => string | undefined) | undefined {
  const lower = from.toLowerCase();
  switch (kind) {
    case "exact": {
      const wanted = absoluteName(lower);
      return (name) => (name === wanted ? to : undefined);
    }
    case "prefix":
      return (name) => (name.startsWith(lower) ? to + name.slice(lower.length) : undefined);
    case "suffix": {
      const wanted = absoluteName(lower);
      return (name) => (name.endsWith(wanted) ? name.slice(0, name.length - wanted.length) + absoluteName(to) : undefined);
    }
    case "substring":
      return (name) => (name.includes(lower) ? name.replaceAll(lower, to) : undefined);
    default: {
      const pattern = compile(from);
      if (pattern === undefined) return undefined;
      return (name) => {
        const match = pattern.exec(name);
        return match === null ? undefined : to.replace(/\{(\d+)\}/g, (_, index: string) => match[Number(index)] ?? "");
      };
    }
  }
}

/** Names are at most 255 characters, so a pattern can't run away far; nested repetition is refused all the same. */
function compile(pattern: string): RegExp | undefined {
  if (/[*+}]\)?[*+{]/.test(pattern)) return undefined;
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

export function rewritePlugin(rules: readonly RewriteRule[]): Plugin {
  return (next) =>
    function* (query) {
      let { question } = query;
      let turnsAnswerBack = false;
      for (const rule of rules) {
        const changed = rule.apply(question);
        if (changed === undefined) continue;
        question = changed;
        turnsAnswerBack ||= rule.turnsAnswerBack;
        if (!rule.goesOn) break;
      }
      if (question === query.question) return yield* next(query);
      const reply = yield* next({ ...query, question, message: { ...query.message, questions: [question] } });
      if (!reply.ok) return reply;
      const back = (record: DnsRecord): DnsRecord =>
        turnsAnswerBack && record.name.toLowerCase() === question.name.toLowerCase() ? { ...record, name: query.question.name } : record;
      return { ok: true, message: { ...reply.message, questions: query.message.questions, answers: reply.message.answers.map(back) } };
    };
}
