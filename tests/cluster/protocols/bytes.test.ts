import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  base32,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  encodeBase32,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  sha256,
  utf8Length,
} from "../../../src/cluster/protocols/bytes.ts";

describe("base64 and base32 (RFC 4648 section 10)", () => {
  test.each([
    ["", "", ""],
    ["f", "Zg==", "MY======"],
    ["fo", "Zm8=", "MZXQ===="],
    ["foo", "Zm9v", "MZXW6==="],
    ["foob", "Zm9vYg==", "MZXW6YQ="],
    ["fooba", "Zm9vYmE=", "MZXW6YTB"],
    ["foobar", "Zm9vYmFy", "MZXW6YTBOI======"],
  ])("%j", (text, base64, base32Text) => {
    expect(encodeBase64(text)).toBe(base64);
    expect(encodeBase32(text)).toBe(base32Text);
    expect(base32(text)).toBe(base32Text.replace(/=+$/, ""));
    expect(decodeUtf8(decodeBase64(base64) as Uint8Array)).toBe(text);
  });
  test.each(["a", "Zg=", "Z===", "Zm9v!!!!", "=Zg="])("%j is refused", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

describe("SHA-256 (FIPS 180-4; NIST examples)", () => {
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
  ])("%j", (text, hex) => expect(encodeHex(sha256(text))).toBe(hex));
  test("equals Node's for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(encodeHex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
    );
  });
});

describe("UTF-8 equals the platform's", () => {
  test("both ways, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = encodeUtf8(text);
        expect([...bytes]).toEqual([...new TextEncoder().encode(text)]);
        expect(utf8Length(text)).toBe(bytes.length);
        expect(decodeUtf8(bytes)).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
      }),
    );
  });
  test("lone surrogates", () => {
    expect([...encodeUtf8("a\ud800b")]).toEqual([...new TextEncoder().encode("a\ud800b")]);
    expect(utf8Length("a\ud800b")).toBe(5);
  });
});

test("hex", () => {
  expect(encodeHex(new Uint8Array([0, 15, 255]))).toBe("000fff");
  expect([...(decodeHex("000fff") as Uint8Array)]).toEqual([0, 15, 255]);
  expect(decodeHex("0g")).toBeUndefined();
});
