export const contentSecurityPolicy: string;
export function serve(folder: string, port: number): Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
