import { lazy, Suspense } from "react";
import { GraphPane } from "../graph/GraphPane.tsx";
import { useTwin } from "./twin-state.ts";

const TwinPicture = lazy(() => import("./TwinPicture.tsx").then((module) => ({ default: module.TwinPicture })));
const OwnDrawer = lazy(() => import("./TwinPicture.tsx").then((module) => ({ default: module.OwnDrawer })));
const OwnCaption = lazy(() => import("./TwinPicture.tsx").then((module) => ({ default: module.OwnCaption })));

/** The cluster's picture, and beside it another cluster's while two are compared. */
export function Pictures() {
  const isTwin = useTwin((s) => s.subject !== undefined);
  return (
    <div className="pictures">
      {isTwin && (
        <Suspense fallback={null}>
          <TwinPicture />
        </Suspense>
      )}
      <div className="picture">
        {isTwin && (
          <Suspense fallback={null}>
            <OwnCaption />
          </Suspense>
        )}
        <GraphPane />
        {isTwin && (
          <Suspense fallback={null}>
            <OwnDrawer />
          </Suspense>
        )}
      </div>
    </div>
  );
}
