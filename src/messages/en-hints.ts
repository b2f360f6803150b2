import type { Sentence } from "./catalogue.ts";

/** Kubehop's own remarks beside a command's output. The real program's text comes first and stays as it is. */
export const enHints = {
  "kubectl.typographic-dash": () => "The dashes are typographic (– or —), as web pages and documents write them. kubectl needs plain ones.",
  "kubectl.exec-needs-dashes": () => "Current kubectl needs -- before the command; without it everything behind counts as kubectl's own.",
  "kubectl.tls-files-missing": (a) => `${a.file} is not there yet. Make a key and a certificate first.`,
  "kubectl.patch-type-merge": (a) => `${a.kind} knows no strategic merge: use --type=merge.`,
  "kubectl.expose-target-port": (a) =>
    `Without --target-port the Service sends to port ${a.port}, but the container listens on ${a.containerPort}: connections will be refused.`,
} as const satisfies Readonly<Record<string, Sentence>>;
