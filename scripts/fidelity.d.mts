export const fidelityFile: string;
export function sourcesOf(text: string): readonly string[];
export function fidelityPage(): string;
