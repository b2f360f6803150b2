/** `10s`, `2m30s`, `1.5h`, `300ms`: microseconds; undefined for anything else, a bare number too. */
export function parseDurationUs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|us|s|m|h))+$/.test(text)) return undefined;
  let us = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|us|s|m|h)/g)) us += Number(number) * (unitUs[unit as string] as number);
  return Math.round(us);
}

const unitUs: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };
