import type { ServiceKey } from "../machine/syscall.ts";

/**
 * Kubehop's own remarks beside a command. They are never printed by kubectl; whoever runs the command collects them.
 * `command` is a mended command, offered to the user.
 */
export interface KubectlHint {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly command?: string;
}

export type HintSink = (hint: KubectlHint) => void;

export const hintSink: ServiceKey<HintSink> = { name: "kubectl/hints" };
