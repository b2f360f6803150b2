import { expect, test } from "vitest";
import { firstSentence } from "../../src/graph/first-sentence.ts";

test.each([
  { text: "A rule drops it silently. The sender hears nothing.", first: "A rule drops it silently." },
  { text: "10.96.0.1:80 is the address of kubia.shop.svc. No more.", first: "10.96.0.1:80 is the address of kubia.shop.svc." },
  { text: "规则将其静默丢弃。发送方什么也听不到。", first: "规则将其静默丢弃。" },
  { text: "no end", first: "no end" },
])("$text", ({ text, first }) => {
  expect(firstSentence(text)).toBe(first);
});
