export const architectureFile: string;
export function architecturePage(): string;
