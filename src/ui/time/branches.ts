import { create } from "zustand";
import type { Command } from "../../playground/protocol.ts";
import { onUpdate, send, setTaker } from "../store/link-to-worker.ts";
import { type Course, courseNow, openedText, setText, travel } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { typedLine } from "../terminal/transcript.ts";
import { lookNow, useLook } from "./look.ts";

/** One course of events, as far as it had come when it was left. */
export interface Branch extends Course {
  readonly id: number;
  /** Where it left the branch before it, in simulated microseconds; 0 for the first. */
  readonly fromUs: number;
}

interface BranchState {
  readonly branches: readonly Branch[];
  readonly current: number;
  /** A branch opens, and what was done to open it has not taken effect yet. */
  readonly isOpening: boolean;
}

export const useBranches = create<BranchState>(() => ({ branches: [], current: 1, isOpening: false }));

const current = (): Branch => {
  const { branches, current: id } = useBranches.getState();
  const { text, record, nowUs } = courseNow();
  const known = branches.find((branch) => branch.id === id);
  return { id, fromUs: known?.fromUs ?? 0, text, record, nowUs };
};

/** Begins another course at the moment that is looked at; what happened behind it stays, as a branch to go back to. */
export function branchHere(): void {
  const { atUs } = useLook.getState();
  if (atUs === undefined || opensAtUs !== undefined) return;
  const { made } = part(atUs);
  opensAtUs = atUs;
  isOpen = false;
  useBranches.setState({ isOpening: true });
  // The moment stays in view until the branch stands there.
  travel(made);
}

/** Keeps a course that was undone and would be lost, as a branch beside the current one. */
export function keepCourse(course: Course): void {
  const left = current();
  const { branches } = beside(left, course, left.text === course.text ? left.nowUs : 0);
  useBranches.setState({ branches });
}

/** The branches with the one that runs, as far as it has come, and another course beside it. */
function beside(left: Branch, course: Course, fromUs: number): { readonly branches: readonly Branch[]; readonly made: Branch } {
  const others = useBranches.getState().branches.filter(({ id }) => id !== left.id);
  const made: Branch = { ...course, fromUs, id: Math.max(left.id, ...others.map(({ id }) => id)) + 1 };
  return { branches: [...others, left, made].sort((a, b) => a.id - b.id), made };
}

/** Begins another course now, in the cluster that runs; the one until now is kept as it is, and given. */
export function branchNow(): Branch {
  return part(usePage.getState().nowUs).left;
}

function part(atUs: number): { readonly left: Branch; readonly made: Branch } {
  const left = current();
  const record = left.record.filter(([timeMs]) => Math.round(timeMs * 1000) <= atUs);
  const { branches, made } = beside(left, { text: left.text, record, nowUs: atUs }, atUs);
  useBranches.setState({ branches, current: made.id });
  return { left, made };
}

/** Comes back to a course that was left, as far as it had come. */
export function goTo(id: number): void {
  if (useBranches.getState().isOpening) return;
  const left = current();
  const { branches } = useBranches.getState();
  const wanted = branches.find((branch) => branch.id === id);
  if (wanted === undefined || wanted.id === left.id) return;
  useBranches.setState({ branches: branches.map((branch) => (branch.id === left.id ? left : branch)), current: id });
  lookNow();
  travel(wanted);
}

/** What the user did while an earlier moment was shown, until the branch has come there. */
let waiting: Command[] = [];
let opensAtUs: number | undefined;
/** The branch's own cluster tells now, and no more the one that was left. */
let isOpen = false;

/** Nobody changes the past: what is typed or edited while it is shown goes on from there, in a branch. */
function takeChange(command: Command): boolean {
  const isBack = useLook.getState().atUs !== undefined;
  // A program that runs now is not what is seen.
  if (isBack && (command.type === "interrupt" || command.type === "endOfInput")) return true;
  if (command.type !== "line" && command.type !== "edit" && command.type !== "reapply") return false;
  if (opensAtUs === undefined && isBack) branchHere();
  if (opensAtUs === undefined) return false;
  waiting.push(command);
  return true;
}

/**
 * Another scenario's cluster has branches of its own; the same text, restarted or replayed, keeps those it had. Who lets the user look at an
 * earlier moment loads this first.
 */
function startBranches(): void {
  setTaker(takeChange);
  onUpdate((update) => {
    const [first] = useBranches.getState().branches;
    if (update.type === "opened" && first !== undefined && first.text !== openedText()) useBranches.setState({ branches: [], current: 1 });
    if (update.type === "opened") isOpen = true;
    // What was done to open the branch has taken effect in it.
    const isDone = update.type === "recorded" || update.type === "problems";
    if (isDone && opensAtUs === undefined && useBranches.getState().isOpening) useBranches.setState({ isOpening: false });
    if (update.type !== "time" || update.running || !isOpen || opensAtUs === undefined || update.nowUs < opensAtUs) return;
    opensAtUs = undefined;
    const commands = waiting;
    waiting = [];
    if (commands.length === 0) useBranches.setState({ isOpening: false });
    for (const command of commands) {
      if (command.type === "edit") setText(command.text);
      // Its terminal's paper is another one now.
      if (command.type === "line") typedLine(command.terminal, command.text);
      if (command.type !== "edit") send(command);
    }
  });
}

startBranches();
