import { lazy, Suspense, useState } from "react";
import { say } from "../../messages/catalogue.ts";
import type { Problem } from "../../playground/protocol.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { restart } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { Differences } from "../sync/Differences.tsx";
import { EditMenu } from "../sync/EditMenu.tsx";
import { useLook, useShownProblems } from "../time/look.ts";
import { reveal } from "./reveal.ts";
import { useTabMoves } from "./tab-moves.ts";

const Editor = lazy(() => import("./Editor.tsx"));
const MendDialog = lazy(() => import("./MendDialog.tsx").then(({ MendDialog }) => ({ default: MendDialog })));

/** The scenario's text, its problems beneath, and the offer to mend what a web page broke. */
export function EditorPane({ isReady }: { isReady: boolean }) {
  const { ui } = useLanguage();
  const text = usePage((s) => s.text);
  const problems = useShownProblems();
  const isApplied = usePage((s) => s.isApplied);
  const restartFields = usePage((s) => s.restartFields);
  const [mending, setMending] = useState<string | undefined>();
  const plain = <pre className="editor-plain">{text}</pre>;
  return (
    <section className="pane editor" aria-label={ui.editorLabel}>
      <div className="pane-head">
        <b>{ui.yaml}</b>
        <TabNote />
        <EditState />
        <EditMenu />
      </div>
      <div className="editor-body">
        {isReady ? (
          <Suspense fallback={plain}>
            <Editor />
          </Suspense>
        ) : (
          plain
        )}
      </div>
      <EditNote />
      {restartFields.length > 0 && (
        <div className="notice">
          <span>
            {ui.restartNeeded} <code>{restartFields.join(", ")}</code>
          </span>
          <button type="button" className="btn small" onClick={restart}>
            {ui.restart}
          </button>
        </div>
      )}
      <Differences />
      {problems.length > 0 && (
        <ul className="problems" aria-live="polite">
          {problems.slice(0, 6).map((problem) => (
            <ProblemRow
              key={`${problem.line}:${problem.column}:${problem.code}:${problem.detail}`}
              problem={problem}
              isApplied={isApplied}
              onMend={setMending}
            />
          ))}
        </ul>
      )}
      <Suspense fallback={null}>
        {mending !== undefined && <MendDialog before={text} after={mending} onClose={() => setMending(undefined)} />}
      </Suspense>
    </section>
  );
}

/** Says what Tab does now, when that was changed. */
function TabNote() {
  const { ui } = useLanguage();
  const { isMoving, isNews } = useTabMoves();
  return (
    <span role="status" className={isNews ? "tab-note" : "visually-hidden"}>
      {isNews ? (isMoving ? ui.tabMoves : ui.tabWrites) : ""}
    </span>
  );
}

/** Whether the cluster runs on what stands in the editor. */
function EditState() {
  const { ui } = useLanguage();
  const note = useEditNote();
  const errors = usePage((s) => s.problems.filter((problem) => problem.severity === "error").length);
  if (note === ui.lookingBack) return null;
  if (errors > 0) {
    return (
      <span className="state bad">
        {errors} {errors === 1 ? ui.problemOne : ui.problemMany}
      </span>
    );
  }
  return note === undefined ? <span className="state">{ui.saved}</span> : null;
}

/** What takes a sentence stands beneath the text, which does not move for it. */
function EditNote() {
  const note = useEditNote();
  return note === undefined ? null : <p className="notice state warn">{note}</p>;
}

function useEditNote(): string | undefined {
  const { ui } = useLanguage();
  const isOtherText = useLook((s) => s.isOtherText);
  const isApplied = usePage((s) => s.isApplied);
  const isKept = usePage((s) => s.isKept);
  const hasErrors = usePage((s) => s.problems.some((problem) => problem.severity === "error"));
  if (isOtherText) return ui.lookingBack;
  if (hasErrors) return undefined; // told with each of them
  if (!isKept) return ui.notKept;
  return isApplied ? undefined : ui.waitingForCursor;
}

function ProblemRow({ problem, isApplied, onMend }: { problem: Problem; isApplied: boolean; onMend: (text: string) => void }) {
  const { ui, sentences } = useLanguage();
  const isRunning = usePage((s) => s.summary !== undefined);
  const words = sentences === undefined ? "" : say(sentences.problems, problem.code, problem.args);
  return (
    <li className={problem.severity}>
      <span className="problem-mark" aria-hidden="true">
        <Icon name={problem.severity === "error" ? "error" : "warning"} size={14} />
      </span>
      <span>
        <button type="button" className="place" title={ui.showPlace} onClick={() => reveal(problem)}>
          {problem.line}:{problem.column}
        </button>{" "}
        {problem.detail !== undefined && <code>{problem.detail}</code>}
        <span className="problem-words">{words}</span>
        {problem.severity === "error" && !isApplied && isRunning && <span className="muted"> {ui.notApplied}</span>}
      </span>
      {problem.mend !== undefined && (
        <button type="button" className="btn small" onClick={() => onMend((problem.mend as { text: string }).text)}>
          {ui.mend}
        </button>
      )}
    </li>
  );
}
