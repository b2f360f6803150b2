/** How many worlds a property meets: what the test names, and ten times as many under `npm run test:long`. */
export function runs(usual: number): number {
  return usual * Number(process.env["KUBEHOP_RUNS"] ?? 1);
}
