import { lazy, Suspense } from "react";
import { useDifferences } from "./differences.ts";
import "./sync.css";

const DifferenceRows = lazy(() => import("./DifferenceRows.tsx"));

/** Where text and cluster part ways, who made it so, and how to bring them together again. Nothing is done by itself. */
export function Differences() {
  const differences = useDifferences((s) => s.differences);
  if (differences.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <DifferenceRows differences={differences} />
    </Suspense>
  );
}
