import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { deflateSync } from "fflate";
import { describe, expect, test } from "vitest";
import { linkSizeBytesMax, readLink, writeLink } from "../../src/scenario/link.ts";
import { dictionaryK1 } from "../../src/scenario/link-dictionary.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const toLink = (value: string) =>
  `#k1:${Buffer.from(deflateSync(encode(value), { dictionary: encode(dictionaryK1) })).toString("base64url")}`;

describe("share links (contract, section 7)", () => {
  test("what goes in comes out, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.array(fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (text, record, view) => {
          const content = {
            engine: "0.1.0",
            text,
            record: JSON.parse(JSON.stringify(record)) as unknown[],
            view: JSON.parse(JSON.stringify(view)) as Record<string, unknown>,
          };
          const read = readLink(writeLink(content));
          expect(read.ok && read.content).toMatchObject({ engine: content.engine, text, record: content.record });
        },
      ),
    );
  });

  test("a usual scenario (two apps, a NodePort, an Ingress) stays under 800 characters", () => {
    const text = readFileSync(join(import.meta.dirname, "two-apps.yaml"), "utf8");
    expect(writeLink({ engine: "0.1.0", text, record: [] }).length).toBeLessThan(800);
  });

  test("a whole address is read as its fragment", () => {
    const link = writeLink({ engine: "0.1.0", text: "kind: Scenario", record: [] });
    expect(readLink(`https://example.org/kubehop/?lang=zh${link}`)).toMatchObject({ ok: true, content: { text: "kind: Scenario" } });
  });

  test.each([
    { name: "nothing there", link: "https://example.org/", code: "link.none" },
    { name: "of a newer version", link: "#k2:abcd", code: "link.newer-version" },
    { name: "cut off", link: writeLink({ engine: "1", text: "x".repeat(50), record: [] }).slice(0, -6), code: "link.damaged" },
    { name: "no base64", link: "#k1:%%%%", code: "link.damaged" },
    { name: "not an object", link: toLink("[1,2]"), code: "link.damaged" },
    { name: "without a text", link: toLink('{"e":"1"}'), code: "link.damaged" },
    {
      name: "unpacks to more than a mebibyte",
      link: toLink(JSON.stringify({ e: "1", t: " ".repeat(linkSizeBytesMax + 1) })),
      code: "link.too-large",
    },
  ])("refused: $name", ({ link, code }) => {
    expect(readLink(link)).toEqual({ ok: false, code });
  });

  test("random bytes never throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readLink(`#k1:${Buffer.from(bytes).toString("base64url")}`)));
  });
});
