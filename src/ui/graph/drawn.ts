import { create } from "zustand";
import type { GraphModel, GraphNode } from "../../graph/model.ts";

/** The picture that stands on the canvas, for those who look into it: search, menus, the inspector. */
export const useDrawn = create<{ readonly model: GraphModel | undefined }>(() => ({ model: undefined }));

export function drawnBox(id: string): GraphNode | undefined {
  return useDrawn.getState().model?.nodes.find((node) => node.id === id);
}

/** Brings a box into sight; set by the canvas. */
let move: (box: string) => void = () => undefined;

export function setCamera(to: (box: string) => void): void {
  move = to;
}

/** Brings an object's box, or the one that stands for it, into sight. */
export function lookTo(id: string): void {
  const { model } = useDrawn.getState();
  const box = model?.nodes.some((node) => node.id === id) === true ? id : model?.aliases.get(id);
  if (box !== undefined) move(box);
}
