/** Written below. */
export function pageRows() {
  return [];
}
