import { describe, expect, test } from "vitest";
import type { Args, Sentence } from "../../src/messages/catalogue.ts";
import { en } from "../../src/messages/en.ts";
import { zh } from "../../src/messages/zh.ts";
import { zhTime } from "../../src/messages/zh-time.ts";

/** Whatever argument is asked for: a number, so that it looks like an address, a port or a count. */
const anyArgs: Args = new Proxy({}, { get: () => "8080" });

const areas = ["reasons", "hints", "problems"] as const;

const said = (catalogue: { readonly [A in (typeof areas)[number]]: Readonly<Record<string, Sentence>> }) =>
  areas.flatMap((area) =>
    Object.entries(catalogue[area]).map(([code, sentence]) => ({ code: `${area} ${code}`, text: sentence(anyArgs) })),
  );

const han = "\\p{Script=Han}";

describe("Chinese, by the style guide of kubernetes.io/zh-cn", () => {
  test.each(said(zh))("$code", ({ text }) => {
    expect(text).toMatch(/\p{Script=Han}/u);
    obeys(text);
  });

  // Words of the page, some of which are the same in both languages: kinds, keys, units.
  test.each(Object.entries(zh.ui).map(([code, text]) => ({ code, text })))("ui $code", ({ text }) => obeys(text));

  test.each(Object.entries(zhTime).map(([code, sentence]) => ({ code, text: sentence(anyArgs) })))("time $code", ({ text }) => obeys(text));

  function obeys(text: string): void {
    // Terms that have another form here.
    expect(text).not.toMatch(/选择器|报文|封包|网络包|命名空间|控制面板|您|静默丢弃|过滤/);
    // Full-width punctuation after Chinese, and a blank between Chinese and Latin letters or figures.
    expect(text).not.toMatch(new RegExp(`${han}[,;!?]|${han}\\.(?:\\s|$)`, "u"));
    expect(text.replace(/`[^`]*`/g, "")).not.toMatch(new RegExp(`${han}[A-Za-z0-9]|[A-Za-z0-9]${han}`, "u"));
    expect(text).not.toMatch(/\d %|"/);
  }
});

describe("English", () => {
  test.each(said(en))("$code", ({ code, text }) => {
    expect(text).not.toMatch(/\p{Script=Han}/u);
    if (!code.startsWith("problems")) expect(text).toMatch(/[.…?]$|[a-z-]$/); // a sentence, or a command to type; mends are labels
    expect(text).not.toMatch(/ {2}|undefined/);
  });
});
