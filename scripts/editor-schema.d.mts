export const schemaFile: string;
export function editorSchema(): Promise<string>;
