import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import type { Node } from "reactflow";
import { hiddenBy, type Shows } from "../../graph/filter.ts";
import { boxFinder } from "../../graph/find-box.ts";
import { LayoutHistory } from "../../graph/layout-history.ts";
import { layoutPhysical } from "../../graph/layout-physical.ts";
import type { GraphModel, GraphNode, Pins, ViewName } from "../../graph/model.ts";
import type { ObjectsByKind } from "../../graph/objects.ts";
import { applyPins, isMovable, slotAt, withPin } from "../../graph/pins.ts";
import { type Layout, project, servicesOf } from "../../graph/project.ts";
import { type CardShare, cardShares } from "../../graph/shares.ts";
import { isMotionReduced } from "../app/motion.ts";
import { usePage } from "../store/store.ts";
import { useLook, useShownAnswers, useShownObjects } from "../time/look.ts";
import { useDrawn } from "./drawn.ts";
import { useTools } from "./graph-tools.ts";
import { setBoxes, usePlayback } from "./playback.ts";

/** Which switches of the page decide what is quiet. */
export function useShows(): Shows {
  const system = usePage((s) => s.showsSystem);
  const noise = usePage((s) => s.showsNoise);
  const ingress = usePage((s) => (s.objects.get("Ingress")?.size ?? 0) > 0);
  return useMemo(() => ({ system, noise, ingress }), [system, noise, ingress]);
}

export interface Picture {
  readonly model: GraphModel;
  /** As it would stand had the user moved nothing. */
  readonly unpinned: GraphModel;
  /** Another one is another picture, which is fitted anew. */
  readonly key: string;
}

/** The picture of what the page knows; drawn again only when something that is drawn has changed. */
export function usePicture(): Picture | undefined {
  const summary = usePage((s) => s.summary);
  const view = usePage((s) => s.view);
  const pins = usePage((s) => s.pins);
  const filters = usePage((s) => s.filters);
  const collapsed = usePage((s) => s.collapsed);
  const tidied = usePage((s) => s.tidied);
  const shows = useShows();
  const objects = useDrawnKinds();
  const layout = useLayout(view);
  const isThen = useLook((s) => s.atUs !== undefined);
  const histories = useRef(new Map<string, LayoutHistory>());
  const picture = useMemo(() => {
    if (summary === undefined || layout === undefined) return undefined;
    const hidden = hiddenBy(filters, shows);
    // Places are kept as long as the same picture grows; each tidying has places of its own, so that it can be taken back.
    const seen = [view, hidden.quiet.length, JSON.stringify(filters.namespaces), filters.kinds.join(), summary.name];
    const key = [...seen, summary.seed].join(" ");
    const memoryKey = [...seen, tidied].join(" ");
    const places = histories.current.get(memoryKey) ?? new LayoutHistory();
    histories.current.set(memoryKey, places);
    const memory = isThen ? places.past : places.present;
    const unpinned = project(layout, summary, objects, { hidden, collapsed, ...(memory === undefined ? {} : { memory }) });
    if (!isThen) places.keep(unpinned.memory);
    const model = applyPins(unpinned, pins);
    return { model, unpinned, key };
  }, [summary, objects, view, layout, filters, collapsed, pins, tidied, shows, isThen]);
  useEffect(() => {
    useDrawn.setState({ model: picture?.model });
    if (picture !== undefined) setBoxes(boxFinder(picture.model));
  }, [picture]);
  const last = useRef(picture);
  last.current = picture ?? last.current;
  return last.current;
}

let layoutLogical: Layout | undefined;

/** The page opens on the physical view; the other one comes when it is first asked for, and until then the picture stays. */
function useLayout(view: ViewName): Layout | undefined {
  const [, setLoaded] = useState(layoutLogical !== undefined);
  useEffect(() => {
    if (view === "physical" || layoutLogical !== undefined) return;
    void import("../../graph/layout-logical.ts").then((module) => {
      layoutLogical = module.layoutLogical;
      setLoaded(true);
    });
  }, [view]);
  return view === "physical" ? layoutPhysical : layoutLogical;
}

/** Of the objects those that are drawn: a lease that is renewed draws nothing. */
function useDrawnKinds(): ObjectsByKind {
  const objects = useShownObjects();
  const [pods, services, ingresses, nodes] = ["Pod", "Service", "Ingress", "Node"].map((kind) => objects.get(kind));
  return useMemo(
    () =>
      new Map(
        Object.entries({ Pod: pods, Service: services, Ingress: ingresses, Node: nodes }).flatMap(([kind, all]) =>
          all === undefined ? [] : [[kind, all] as const],
        ),
      ),
    [pods, services, ingresses, nodes],
  );
}

/** A box that is under the pointer, not yet let go. */
export interface Dragged {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** The boxes as React Flow takes them. One that did not change stays the same object, so that React draws only what did. */
export function useFlowNodes(picture: Picture | undefined, dragged: Dragged | undefined): Node[] {
  const selected = usePage((s) => (s.selection?.kind === "object" ? s.selection.id : undefined));
  const current = usePlayback((s) => s.stops[s.at]?.box);
  const found = useTools((s) => s.found);
  const foundAt = useTools((s) => s.at);
  const pins = usePage((s) => s.pins);
  const shares = useShares();
  const kept = useRef(new Map<string, { readonly text: string; readonly node: Node }>());
  const model = useMakingRoom(picture, dragged, pins);
  const nodes = useMemo(() => {
    const next = new Map<string, { readonly text: string; readonly node: Node }>();
    const list = (model?.nodes ?? []).map((box) => {
      const marks = [
        box.id === selected ? "is-selected" : "",
        box.id === current ? "is-current" : "",
        found?.has(box.id) === true ? "is-found" : "",
        box.id === foundAt ? "is-found-now" : "",
      ];
      const node = flowNode(box, marks.filter(Boolean).join(" "), shares.get(box.id), pins[box.id] !== undefined);
      const text = JSON.stringify(node);
      const before = kept.current.get(box.id);
      const same = before?.text === text ? before : { text, node };
      next.set(box.id, same);
      return same.node;
    });
    kept.current = next;
    return list;
  }, [model, selected, current, found, foundAt, shares, pins]);
  return useMemo(
    () =>
      dragged === undefined
        ? nodes
        : nodes.map((node) => (node.id === dragged.id ? { ...node, position: { x: dragged.x, y: dragged.y }, zIndex: 2 } : node)),
    [nodes, dragged],
  );
}

/** The picture while a card is dragged within its frame: who stands where it would stand if let go now has made room already. */
function useMakingRoom(picture: Picture | undefined, dragged: Dragged | undefined, pins: Pins): GraphModel | undefined {
  const frame = dragged === undefined ? undefined : picture?.model.nodes.find(({ id }) => id === dragged.id)?.parent;
  const grid = picture?.model.grids.get(frame ?? "");
  const place = dragged === undefined || grid === undefined ? undefined : ([dragged.x, dragged.y] as const);
  const slot = place === undefined || grid === undefined ? undefined : slotAt(grid, place);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on the way from one place to the next nobody else moves.
  return useMemo(
    () =>
      picture === undefined || dragged === undefined || place === undefined
        ? picture?.model
        : applyPins(picture.unpinned, withPin(pins, dragged.id, place)),
    [picture, dragged?.id, slot, pins],
  );
}

function useShares(): ReadonlyMap<string, CardShare> {
  const answered = useShownAnswers();
  const objects = useShownObjects();
  const pods = objects.get("Pod");
  const services = objects.get("Service");
  const mode = usePage((s) => s.summary?.proxyMode ?? "");
  return useMemo(() => {
    if (answered.size === 0 || pods === undefined || services === undefined) return new Map();
    return cardShares(answered, servicesOf(new Map([["Service", services]]), [...pods.values()]), mode);
  }, [answered, pods, services, mode]);
}

/** Fingers move the picture and zoom it, wherever they lie; a card that is dragged would take one of two away. */
const hasFingers = window.matchMedia("(pointer: coarse)").matches;

/** A screen reader says what a thing does: React Flow would have it say "node" and "edge", in English. */
export const plainRole = { "aria-roledescription": undefined };

function flowNode(box: GraphNode, className: string, share: CardShare | undefined, isPinned: boolean): Node {
  return {
    id: box.id,
    type: box.type,
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    data: { box, ...(share === undefined ? {} : { share }), ...(isPinned ? { isPinned } : {}) },
    ...(box.parent === undefined ? {} : { parentId: box.parent, extent: "parent" as const }),
    draggable: isMovable(box.id) && !hasFingers,
    className,
    style: { width: box.width, height: box.height },
    zIndex: box.type === "node" ? 0 : 1,
    ariaRole: "button",
    domAttributes: plainRole,
  };
}

const moveMs = 300;

/** Boxes that change their places within one picture slide there; those of another picture are there at once. */
export function useSliding(picture: Picture | undefined, section: RefObject<HTMLElement | null>): void {
  const before = useRef(picture);
  useEffect(() => {
    const last = before.current;
    before.current = picture;
    if (
      last === undefined ||
      picture === undefined ||
      isMotionReduced() ||
      last.key !== picture.key ||
      !hasMoved(last.model, picture.model)
    )
      return;
    const element = section.current;
    element?.classList.add("is-sliding");
    const timer = window.setTimeout(() => element?.classList.remove("is-sliding"), moveMs);
    return () => {
      window.clearTimeout(timer);
      element?.classList.remove("is-sliding");
    };
  }, [picture, section]);
}

function hasMoved(a: GraphModel, b: GraphModel): boolean {
  const places = new Map(a.nodes.map((node) => [node.id, node]));
  return b.nodes.some((node) => {
    const old = places.get(node.id);
    return old !== undefined && (old.x !== node.x || old.y !== node.y);
  });
}
