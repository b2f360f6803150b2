import type { Sentence } from "./catalogue.ts";

const many = (more: string | number | undefined) => (Number(more ?? 0) > 0 ? ` (+${more})` : "");
/** `10.244.1.3 ready; 10.244.2.4 gone` */
const endpoints = (a: Parameters<Sentence>[0]) =>
  [a.ready && `${a.ready} ready`, a.unready && `${a.unready} not ready`, a.gone && `${a.gone} gone`].filter(Boolean).join("; ");
const detail = (a: Parameters<Sentence>[0]) => (endpoints(a) === "" ? "" : `: ${endpoints(a)}`);

/** The words of time: what is run to, what came, what was undone. Loaded behind the first picture. */
export const enTime = {
  // buttons
  runTo: () => "Run on",
  // Names begin with what stands on the button.
  toEvent: () => "Event: on to the next one",
  toReady: () => "Ready: on until all is ready",
  toFailure: () => "Failure: on until something fails",
  toTime: () => "+10 s of simulated time",
  shortEvent: () => "Event",
  shortReady: () => "Ready",
  shortFailure: () => "Failure",
  shortTime: () => "+10 s",
  stop: () => "Stop",
  undo: () => "Undo",
  redo: () => "Redo",
  dismiss: () => "Close",
  marks: () => "What happened, to go back to",
  markMany: (a) => `and ${a.more} more`,
  // runs
  "run.event": () => "Running to the next event …",
  "run.ready": () => "Running until all is ready …",
  "run.failure": () => "Running until something fails …",
  "run.time": () => "Running 10 seconds on …",
  "ran.ready": (a) => `All that the text declares is ready, after ${a.seconds} s.`,
  "ran.ready.already": () => "All that the text declares is ready.",
  "ran.time": () => "10 seconds have passed.",
  "ran.stopped": () => "Stopped.",
  "bound.event": (a) => `Nothing changed in the next ${a.minutes} minutes.`,
  "bound.failure": (a) => `Nothing failed in the next ${a.minutes} minutes.`,
  "bound.ready": (a) => `Still not ready after ${a.minutes} minutes.`,
  "past.first": () => "Nothing happened before this.",
  // what a component did
  "step.created": (a) => `${a.by} created ${a.kind} ${a.name}${detail(a)}`,
  "step.deleted": (a) => `${a.by} deleted ${a.kind} ${a.name}`,
  "step.terminating": (a) => `${a.by} told ${a.kind} ${a.name} to end`,
  "step.changed": (a) =>
    `${a.by} changed ${a.kind} ${a.name}: ${a.path}${a.before === "" ? "" : ` ${a.before}`} → ${a.after === "" ? "gone" : a.after}${many(a.more)}`,
  "step.endpoints": (a) => `${a.by} changed ${a.kind} ${a.name}${detail(a)}`,
  "step.bound": (a) => `${a.by} placed ${a.kind} ${a.name} on ${a.node}`,
  "step.ready": (a) => `${a.by} found ${a.kind} ${a.name} ready`,
  "step.not-ready": (a) => `${a.by} found ${a.kind} ${a.name} not ready`,
  "step.phase": (a) => `${a.by}: ${a.kind} ${a.name} is ${a.phase}`,
  "step.event": (a) => `${a.by} on ${a.kind} ${a.name}: ${a.message || a.reason}`,
  "step.rules": (a) => `${a.by} programmed the rules of ${a.services}${many(a.more)} on ${a.node}`,
  // what failed
  "fail.dropped": (a) => `A packet to ${a.destination} was dropped at ${a.at}`,
  "fail.refused": (a) => `A packet to ${a.destination} was refused at ${a.at}`,
  "fail.command": (a) => `“${a.line}” ended with ${a.status}`,
  "fail.answer": (a) => `“${a.line}” was not answered well`,
  "fail.warning": (a) => `${a.kind} ${a.name}: ${a.message || a.reason}`,
  "fail.exited": (a) => `Container ${a.container} of ${a.name} ended with ${a.status}`,
  // what is still missing
  "wait.missing": (a) => `${a.kind} ${a.name} is not in the cluster`,
  "wait.pod": (a) => `Pod ${a.name} is not ready (${a.trouble})`,
  "wait.workload": (a) => `${a.kind} ${a.name}: ${a.ready} of ${a.wanted} ready`,
  "wait.job": (a) => `Job ${a.name} is not complete`,
  "wait.address": (a) => `Service ${a.name} has no outside address`,
  "wait.endpoints": (a) => `Service ${a.name}: pod ${a.pod} is not among its endpoints`,
  "wait.proxy": (a) => `kube-proxy on ${a.name} has not programmed the rules`,
  // marks
  "mark.command": () => "Command",
  "mark.edit": (a) => (a.line === undefined ? "Edit" : `Text edited, from line ${a.line}`),
  "mark.reapply": (a) => `${a.object} applied again`,
  "mark.file": (a) => `${a.path} saved`,
  "mark.rollout": () => "Rollout",
  "mark.failure": () => "Failure",
  // undo
  undone: (a) => `Undone: ${a.what}`,
  redone: (a) => `Redone: ${a.what}`,
  done: (a) => `Done: ${a.what}`,
  nothingToUndo: () => "Nothing to undo.",
  nothingToRedo: () => "Nothing to redo.",
  "did.edit": () => "edit of the text",
  "did.reapply": (a) => `${a.object} applied again`,
  "did.file": (a) => `saving ${a.path}`,
  "did.restart": () => "restart",
  "did.open": () => "opening another text",
  "did.pins": () => "moving a card",
  "did.unpin": () => "letting moved cards go",
  "did.tidied": () => "tidying the picture",
  "did.view": () => "switching the view",
  "did.filters": () => "a filter",
  "did.collapsed": () => "folding a group",
  "did.showsSystem": () => "showing or hiding system pods",
  "did.showsNoise": () => "showing or hiding DNS and probes",
  // a connection, looked at in the past
  laterHops: (a) => `${Number(a.count) === 1 ? "1 hop" : `${a.count} hops`} came later: go to now`,
  // the terminal, looked at in the past
  laterOutput: (a) => `what came after ${a.time} is hidden`,
} as const satisfies Readonly<Record<string, Sentence>>;
