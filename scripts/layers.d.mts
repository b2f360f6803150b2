/** What `layers.mjs` found. */
export interface Layers {
  readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: string; readonly cycle: readonly string[] }[];
  /** Source files that were not looked at. */
  readonly missed: readonly string[];
  /** Source files that nothing needs. */
  readonly unneeded: readonly string[];
  /** Allowances of the table that no import uses. */
  readonly unused: readonly string[];
  readonly count: number;
}
export function checkLayers(base?: string): Promise<Layers>;
