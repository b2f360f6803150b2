import { lazy, type RefObject, Suspense, useCallback, useEffect, useRef } from "react";
import { getViewportForBounds, useReactFlow, useStoreApi } from "reactflow";
import { isFiltering } from "../../graph/filter.ts";
import type { GraphModel } from "../../graph/model.ts";
import { zoomMin } from "../../graph/zoom.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { isMotionReduced } from "../app/motion.ts";
import { usePage } from "../store/store.ts";
import { setCamera } from "./drawn.ts";
import { tidy, toggleTool, unpinAll, useTools } from "./graph-tools.ts";
import { useCameraFollow } from "./use-camera-follow.ts";

const FilterPanel = lazy(() => import("./FilterPanel.tsx"));
const FindBar = lazy(() => import("./FindBar.tsx"));
const HiddenNote = lazy(() => import("./FilterPanel.tsx").then(({ HiddenNote }) => ({ default: HiddenNote })));

const fitPadding = { top: "10px", left: "16px", right: "16px", bottom: "14px" } as const;
const fitZoomMax = 1.25;
/** So near the camera goes to what was sought: all details can be read. */
const lookZoom = 0.9;

interface GraphToolsProps {
  readonly model: GraphModel;
  readonly fitKey: string;
  readonly isOwnView: RefObject<boolean>;
}

/** The buttons over the graph, and its camera. */
export function GraphTools({ model, fitKey, isOwnView }: GraphToolsProps) {
  const { ui } = useLanguage();
  const open = useTools((s) => s.open);
  const hasFilters = usePage((s) => isFiltering(s.filters));
  const hasPins = usePage((s) => Object.keys(s.pins).length > 0);
  const camera = useCamera(model, fitKey, isOwnView);
  return (
    <>
      <div className="graph-tools">
        {model.memory.isUntidy && (
          <button type="button" className="btn small" onClick={tidy}>
            {ui.tidy}
          </button>
        )}
        {hasPins && (
          <button type="button" className="btn small" onClick={unpinAll}>
            {ui.unpinAll}
          </button>
        )}
        <span className="zoom">
          <button
            type="button"
            aria-label={ui.find}
            title={`${ui.find} (/)`}
            aria-pressed={open === "find"}
            onClick={() => toggleTool("find")}
          >
            <Icon name="search" />
          </button>
          <button
            type="button"
            aria-label={ui.filter}
            title={`${ui.filter} (K)`}
            aria-expanded={open === "filter"}
            className={hasFilters ? "is-on" : ""}
            onClick={() => toggleTool("filter")}
          >
            <Icon name="filter" />
          </button>
        </span>
        <span className="zoom">
          <button type="button" aria-label={ui.zoomIn} title={ui.zoomIn} onClick={() => camera.zoom(1.25)}>
            <Icon name="plus" />
          </button>
          <button type="button" aria-label={ui.zoomOut} title={ui.zoomOut} onClick={() => camera.zoom(0.8)}>
            <Icon name="minus" />
          </button>
          <button type="button" aria-label={ui.fit} title={ui.fit} onClick={camera.fit}>
            <Icon name="fit" />
          </button>
        </span>
      </div>
      <Suspense fallback={null}>
        {open === "filter" && <FilterPanel />}
        {open === "find" && <FindBar />}
        {hasFilters && open === undefined && <HiddenNote />}
      </Suspense>
    </>
  );
}

/** The picture with what was dragged out of it, as text: the same numbers are the same bounds. */
function boundsOf({ nodes, width, height }: GraphModel): string {
  const outer = nodes.filter(({ parent }) => parent === undefined);
  return [
    Math.min(0, ...outer.map(({ x }) => x)),
    Math.min(0, ...outer.map(({ y }) => y)),
    Math.max(width, ...outer.map((node) => node.x + node.width)),
    Math.max(height, ...outer.map((node) => node.y + node.height)),
  ].join(" ");
}

/** Shows the whole picture when another one opens and while its pane changes size, until the user moves it; afterwards when asked. */
function useCamera(
  model: GraphModel,
  fitKey: string,
  isOwn: RefObject<boolean>,
): { readonly fit: () => void; readonly zoom: (factor: number) => void } {
  const flow = useReactFlow();
  const store = useStoreApi();
  const bounds = boundsOf(model);
  const fit = useCallback(
    (durationMs: number) => {
      const { width, height } = store.getState();
      if (width === 0 || height === 0) return;
      const [x, y, right, bottom] = bounds.split(" ").map(Number) as [number, number, number, number];
      const whole = { x, y, width: right - x, height: bottom - y };
      void flow.setViewport(getViewportForBounds(whole, width, height, zoomMin, fitZoomMax, fitPadding), {
        duration: isMotionReduced() ? 0 : durationMs,
      });
    },
    [bounds, flow, store],
  );
  const newest = useRef(fit);
  newest.current = fit;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when another picture opens.
  useEffect(() => {
    isOwn.current = false;
    newest.current(0);
    return store.subscribe((state, before) => {
      if (!isOwn.current && (state.width !== before.width || state.height !== before.height)) newest.current(0);
    });
  }, [fitKey, store, isOwn]);
  // A picture that outgrows its pane is fitted again, unless the user looks at a place of their own.
  useEffect(() => {
    if (!isOwn.current) fit(200);
  }, [fit, isOwn]);
  const takeOver = useCallback(() => {
    isOwn.current = true;
  }, [isOwn]);
  useCameraFollow(model, takeOver);
  useEffect(() => {
    setCamera((box) => {
      const node = flow.getInternalNode(box);
      if (node === undefined) return;
      isOwn.current = true;
      const { x, y } = node.internals.positionAbsolute;
      void flow.setCenter(x + (node.width ?? 0) / 2, y + (node.height ?? 0) / 2, {
        zoom: Math.max(flow.getZoom(), lookZoom),
        duration: isMotionReduced() ? 0 : 300,
      });
    });
  }, [flow, isOwn]);
  return {
    fit: () => {
      isOwn.current = false;
      fit(200);
    },
    zoom: (factor) => {
      isOwn.current = true;
      void flow.zoomTo(flow.getZoom() * factor, { duration: isMotionReduced() ? 0 : 120 });
    },
  };
}
