import { useEffect, useRef } from "react";
import { say } from "../../messages/catalogue.ts";
import { useLanguage } from "../app/language.ts";
import { currentTheme, onTheme } from "../app/theme.ts";
import { codeSize } from "../app/type-size.ts";
import { followLine } from "../explain/follow-line.ts";
import { lightLines } from "../explain/light-lines.ts";
import { edited, onTextSet, settle } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { markDifferences } from "../sync/gutter.ts";
import { useShownProblems } from "../time/look.ts";
import { redo, undo } from "../undo/undo.ts";
import { monaco } from "./monaco.ts";
import { onReveal } from "./reveal.ts";
import { toggleTabMoves, useTabMoves } from "./tab-moves.ts";

const uri = monaco.Uri.parse("file:///scenario.yaml");

/** Monaco on the scenario's text. Text goes out; markers come in from the engine. */
export default function Editor() {
  const hostRef = useRef<HTMLDivElement>(null);
  const { ui, sentences } = useLanguage();
  const problems = useShownProblems();

  useEffect(() => {
    const host = hostRef.current;
    if (host === null) return;
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(usePage.getState().text, "yaml", uri);
    if (model.getValue() !== usePage.getState().text) model.setValue(usePage.getState().text);
    const editor = monaco.editor.create(host, {
      model,
      theme: `kubehop-${currentTheme()}`,
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: "JetBrains Mono Variable, DejaVu Sans Mono, monospace",
      fontSize: codeSize(),
      lineHeight: Math.round(codeSize() * 1.6),
      lineNumbersMinChars: 3,
      folding: true,
      scrollBeyondLastLine: false,
      tabSize: 2,
      insertSpaces: true,
      quickSuggestions: { other: true, comments: false, strings: true },
      // A colon or a space is what the user means, never "take the suggestion".
      acceptSuggestionOnCommitCharacter: false,
      fixedOverflowWidgets: true,
      renderLineHighlight: "line",
      overviewRulerBorder: false,
      hideCursorInOverviewRuler: true,
      padding: { top: 8, bottom: 8 },
      stickyScroll: { enabled: false },
      scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
      ariaLabel: ui.editorLabel,
      placeholder: ui.editorEmpty,
    });
    let line = 0;
    /** The text comes from elsewhere: nobody typed. */
    let isSet = false;
    const disposables = [
      model.onDidChangeContent(() => {
        if (!isSet) edited(model.getValue(), false);
      }),
      // A rename or deletion takes effect when the cursor leaves its document.
      editor.onDidChangeCursorPosition((event) => {
        if (isSet) return;
        const before = line;
        line = event.position.lineNumber;
        if (documentAt(model.getValue(), before) !== documentAt(model.getValue(), line)) edited(model.getValue(), true);
      }),
      editor.onDidBlurEditorText(() => settle(model.getValue())),
    ];
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => edited(model.getValue(), true));
    // The editor's own undo first; where it has nothing, the one of the whole page.
    const undoHere = () => (model.canUndo() ? editor.trigger("keyboard", "undo", null) : undo());
    const redoHere = () => (model.canRedo() ? editor.trigger("keyboard", "redo", null) : redo());
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyZ, undoHere);
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyMod.Shift | monaco.KeyCode.KeyZ, redoHere);
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyY, redoHere);
    const stopTheme = onTheme((theme) => monaco.editor.setTheme(`kubehop-${theme}`));
    const stopText = onTextSet((text) => {
      if (model.getValue() === text) return;
      isSet = true;
      model.setValue(text);
      isSet = false;
    });
    const stopReveal = onReveal((place) => {
      editor.revealLineInCenterIfOutsideViewport(place.line);
      editor.setPosition({ lineNumber: place.line, column: place.column });
      editor.focus();
    });
    const why = editor.addAction({
      id: "kubehop.why",
      label: ui.whyLine,
      contextMenuGroupId: "navigation",
      keybindings: [monaco.KeyMod.Alt | monaco.KeyCode.KeyW],
      run: () => followLine(editor.getPosition()?.lineNumber ?? 1),
    });
    const { CtrlCmd, WinCtrl, Shift } = monaco.KeyMod;
    const tabs = editor.addAction({
      id: "kubehop.tabMoves",
      label: ui.keyTabMoves,
      keybindings: [CtrlCmd | monaco.KeyCode.KeyM, WinCtrl | Shift | monaco.KeyCode.KeyM],
      run: toggleTabMoves,
    });
    // At its creation Monaco takes no notice of this option.
    const setTabs = () => editor.updateOptions({ tabFocusMode: useTabMoves.getState().isMoving });
    setTabs();
    const stopTabs = useTabMoves.subscribe(setTabs);
    const stopLight = lightLines(editor);
    const stopMarks = markDifferences(editor);
    return () => {
      why.dispose();
      tabs.dispose();
      stopTabs();
      stopLight();
      stopMarks();
      for (const disposable of disposables) disposable.dispose();
      stopTheme();
      stopText();
      stopReveal();
      editor.dispose();
    };
  }, [ui.editorLabel, ui.editorEmpty, ui.whyLine, ui.keyTabMoves]);

  useEffect(() => {
    const model = monaco.editor.getModel(uri);
    if (model === null) return;
    monaco.editor.setModelMarkers(
      model,
      "kubehop",
      problems.map((problem) => ({
        severity: problem.severity === "error" ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
        startLineNumber: problem.line,
        startColumn: problem.column,
        endLineNumber: problem.endLine,
        endColumn: Math.max(problem.endColumn, problem.column + 1),
        message: [problem.detail, sentences === undefined ? undefined : say(sentences.problems, problem.code, problem.args)]
          .filter(Boolean)
          .join("\n"),
        source: "Kubehop",
      })),
    );
  }, [problems, sentences]);

  return <div ref={hostRef} className="editor-host" />;
}

function documentAt(text: string, line: number): number {
  return text
    .split("\n")
    .slice(0, Math.max(0, line - 1))
    .filter((l) => /^---(\s|$)/.test(l)).length;
}
