import type { editor } from "monaco-editor";
import { useExplain } from "./explain.ts";

/** Lights lines of the text while a link of the chain is pointed at. Returns what ends it. */
export function lightLines(code: editor.IStandaloneCodeEditor): () => void {
  const marks = code.createDecorationsCollection();
  const draw = () => {
    const places = useExplain.getState().lit.flatMap(({ place }) => place ?? []);
    marks.set(
      places.map((place) => ({
        range: { startLineNumber: place.line, startColumn: 1, endLineNumber: Math.max(place.line, place.endLine), endColumn: 1 },
        options: { isWholeLine: true, className: "lit-line", linesDecorationsClassName: "lit-line-edge" },
      })),
    );
    const first = places[0];
    if (first !== undefined) code.revealLineInCenterIfOutsideViewport(first.line);
  };
  // The editor may come because of them: on a phone it is behind another zone.
  draw();
  const stop = useExplain.subscribe((state, before) => {
    if (state.lit !== before.lit) draw();
  });
  return () => {
    stop();
    marks.clear();
  };
}
