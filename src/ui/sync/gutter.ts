import type { editor } from "monaco-editor";
import { useLanguage } from "../app/language.ts";
import { byWhom } from "./DifferenceRows.tsx";
import { useDifferences } from "./differences.ts";

/** Marks in the editor's gutter where the cluster lives otherwise than the text says. Returns what ends it. */
export function markDifferences(code: editor.IStandaloneCodeEditor): () => void {
  const marks = code.createDecorationsCollection();
  const endOf = (line: number) => {
    const model = code.getModel();
    return model === null || line > model.getLineCount() ? 1 : model.getLineMaxColumn(line);
  };
  const draw = () => {
    const { ui } = useLanguage.getState();
    marks.set(
      useDifferences.getState().differences.flatMap((difference) => {
        const { place, kind, live, text } = difference;
        if (place === undefined) return [];
        const words = kind === "missing" ? ui.notInCluster : `${ui.liveIs}${live}${ui.textIs}${text}`;
        const by = byWhom(difference);
        return [
          {
            range: { startLineNumber: place.line, startColumn: 1, endLineNumber: place.line, endColumn: endOf(place.line) },
            options: {
              isWholeLine: true,
              linesDecorationsClassName: `differs ${kind}`,
              linesDecorationsTooltip: by === "" ? words : `${words} (${by})`,
              after: { content: `  ${kind === "missing" ? words : `${ui.liveIs}${live}`}`, inlineClassName: "differs-words" },
              showIfCollapsed: true,
            },
          },
        ];
      }),
    );
  };
  draw();
  const stops = [useDifferences.subscribe(draw), useLanguage.subscribe(draw)];
  return () => {
    for (const stop of stops) stop();
    marks.clear();
  };
}
