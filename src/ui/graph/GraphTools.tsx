import { lazy, Suspense, useCallback, useEffect, useRef } from "react";
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

const FilterPanel = lazy(() => import("./FilterPanel.tsx"));
const FindBar = lazy(() => import("./FindBar.tsx"));
const HiddenNote = lazy(() => import("./FilterPanel.tsx").then(({ HiddenNote }) => ({ default: HiddenNote })));

const fitPadding = { top: "10px", left: "16px", right: "16px", bottom: "14px" } as const;
const fitZoomMax = 1.25;
/** So near the camera goes to what was sought: all details can be read. */
const lookZoom = 0.9;

/** The buttons over the graph, and its camera. */
export function GraphTools({ model, fitKey }: { model: GraphModel; fitKey: string }) {
  const { ui } = useLanguage();
  const open = useTools((s) => s.open);
  const hasFilters = usePage((s) => isFiltering(s.filters));
  const hasPins = usePage((s) => Object.keys(s.pins).length > 0);
  const camera = useCamera(model, fitKey);
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

/** Shows the whole picture when another one opens and while its pane changes size, until the user moves it; afterwards when asked. */
function useCamera(model: GraphModel, fitKey: string): { readonly fit: () => void; readonly zoom: (factor: number) => void } {
  const flow = useReactFlow();
  const store = useStoreApi();
  const isOwn = useRef(false);
  const fit = useCallback(
    (durationMs: number) => {
      const { width, height } = store.getState();
      if (width === 0 || height === 0) return;
      const bounds = { x: 0, y: 0, width: model.width, height: model.height };
      void flow.setViewport(getViewportForBounds(bounds, width, height, zoomMin, fitZoomMax, fitPadding), {
        duration: isMotionReduced() ? 0 : durationMs,
      });
    },
    [model.width, model.height, flow, store],
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
  }, [fitKey, store]);
  // A picture that outgrows its pane is fitted again, unless the user looks at a place of their own.
  useEffect(() => {
    if (!isOwn.current) fit(200);
  }, [fit]);
  useEffect(() => {
    const pane = store.getState().domNode;
    const moved = () => {
      isOwn.current = true;
    };
    pane?.addEventListener("wheel", moved, { passive: true });
    pane?.addEventListener("pointerdown", moved);
    return () => {
      pane?.removeEventListener("wheel", moved);
      pane?.removeEventListener("pointerdown", moved);
    };
  }, [store]);
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
  }, [flow]);
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
