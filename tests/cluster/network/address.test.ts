import fc from "fast-check";
import { expect, test } from "vitest";
import { formatIp, parseIp } from "../../../src/cluster/network/address.ts";

test("reads what Go's net.ParseIP reads as IPv4, and nothing else (net/ip_test.go: no leading zeros, no part above 255, four parts)", () => {
  const part = fc.oneof(
    { weight: 5, arbitrary: fc.nat(300).map(String) },
    fc.constantFrom("", "0", "00", "01", "256", "1000", "+1", "1e1", " 1", "a"),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 3, maxLength: 5 }), (parts) => {
      const isAddress = parts.length === 4 && parts.every((text) => /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255);
      const text = parts.join(".");
      const read = parseIp(text);
      expect(read !== undefined).toBe(isAddress);
      if (read !== undefined) expect(formatIp(4, read.words)).toBe(text);
    }),
  );
});

test.each([
  ["0.0.0.0", 0],
  ["10.244.1.7", 0x0af40107],
  ["255.255.255.255", 0xffffffff],
])("%s", (text, word) => {
  expect(parseIp(text)).toEqual({ family: 4, words: [word] });
});
