import type { Run, ServiceKey } from "../machine/syscall.ts";

/** The page's editor, for `kubectl edit`: gives the changed text, or undefined when it was closed without saving. Absent in headless use. */
export type PageEditor = (name: string, text: string) => Run<string | undefined>;

export const pageEditor: ServiceKey<PageEditor> = { name: "kubectl/page-editor" };
