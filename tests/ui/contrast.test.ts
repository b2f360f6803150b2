import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../../src/ui/tokens.css"), "utf8");

/** The tokens of one theme; the dark one changes what it names. */
function tokens(theme: "light" | "dark"): ReadonlyMap<string, string> {
  const [light = "", dark = ""] = css.split('[data-theme="dark"]');
  const read = (text: string) =>
    [...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map((m) => [m[1] as string, m[2] as string] as const);
  return new Map([...read(light), ...(theme === "dark" ? read(dark) : [])]);
}

type Rgb = readonly [number, number, number];

function channels(hex: string): Rgb {
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255) as unknown as Rgb;
}

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = channels(hex).map(linear) as unknown as Rgb;
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Simulated colour vision at full severity, in linear light. Machado, Oliveira, Fernandes 2009, table of matrices, severity 1.0. */
const visions: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE 1976 L*a*b* under D65, of what such an eye sees. */
function lab(hex: string, vision: readonly [Rgb, Rgb, Rgb]): Rgb {
  const from = channels(hex).map(linear) as unknown as Rgb;
  const [r, g, b] = vision.map((row) => Math.min(1, Math.max(0, row[0] * from[0] + row[1] * from[1] + row[2] * from[2]))) as unknown as Rgb;
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const surfaces = ["bg", "surface", "raised"];
const packets = ["pk-request", "pk-reply", "pk-dns", "pk-probe", "pk-drop"];

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  const token = tokens(theme);
  const colour = (name: string) => {
    const value = token.get(name);
    if (value === undefined) throw new Error(`no token --${name}`);
    return value;
  };

  const texts = [
    ...["text", "muted", "faint", "accent"].flatMap((text) => surfaces.map((ground) => [text, ground] as const)),
    ...["ok", "warn", "bad"].flatMap((state) => [
      [state, `${state}-soft`] as const,
      [state, "surface"] as const,
      ["text", `${state}-soft`] as const,
    ]),
    ["text", "accent-soft"] as const,
    ["muted", "accent-soft"] as const,
    ["accent", "accent-soft"] as const,
    ["on-accent", "accent"] as const,
    ["term-text", "term-bg"] as const,
  ];
  // WCAG 2.2, 1.4.3: text needs 4.5 to 1.
  test.each(texts)("text --%s can be read on --%s", (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  // WCAG 2.2, 1.4.11: what carries meaning needs 3 to 1.
  test.each(packets.flatMap((packet) => surfaces.map((ground) => [packet, ground] as const)))(
    "--%s can be seen on --%s",
    (packet, ground) => {
      expect(contrast(colour(packet), colour(ground))).toBeGreaterThanOrEqual(3);
    },
  );

  const pairs = packets.flatMap((a, i) => packets.slice(i + 1).map((b) => [a, b] as const));
  test.each(pairs)("--%s and --%s are told apart by every kind of eye", (a, b) => {
    for (const vision of Object.values(visions)) {
      const [l, m] = [lab(colour(a), vision), lab(colour(b), vision)];
      const distance = Math.hypot(l[0] - m[0], l[1] - m[1], l[2] - m[2]);
      expect(distance).toBeGreaterThanOrEqual(30);
    }
  });
});
