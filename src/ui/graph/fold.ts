import { workloadOf } from "../../graph/groups.ts";
import type { GraphNode } from "../../graph/model.ts";
import { usePage } from "../store/store.ts";
import { drawnBox, useDrawn } from "./drawn.ts";

export interface Folding {
  /** `node/node1`, `workload/default/Deployment/kubia`, `service/default/kubia` */
  readonly key: string;
  readonly isFolded: boolean;
}

/** What folding this box means: a group unfolds, a pod folds its workload's pods. Undefined where nothing folds. */
export function foldingOf(box: GraphNode | undefined): Folding | undefined {
  switch (box?.type) {
    case "node":
    case "service":
      return { key: box.id, isFolded: box.isCollapsed };
    case "podGroup":
      return { key: box.key, isFolded: true };
    case "rules":
      return { key: `node/${box.node}`, isFolded: false };
    case "pod": {
      const pod = usePage.getState().objects.get("Pod")?.get(`${box.namespace}/${box.name}`);
      return pod === undefined ? undefined : { key: workloadOf(pod).key, isFolded: false };
    }
    default:
      return undefined;
  }
}

/** Folds or unfolds what belongs to the box. */
export function toggleFold(id: string): void {
  const folding = foldingOf(drawnBox(id));
  if (folding === undefined) return;
  usePage.setState((s) => ({
    collapsed: { ...s.collapsed, [folding.key]: !folding.isFolded },
    // A group that is no more can't be looked at.
    ...(s.selection?.kind === "object" && s.selection.id.startsWith("group/") ? { selection: undefined } : {}),
  }));
}

/** The key's folding: of the card that has the keys, else of the one that is looked at. */
export function foldHere(): void {
  const focused = document.activeElement?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
  const { selection } = usePage.getState();
  const id = focused ?? (selection?.kind === "object" ? selection.id : undefined);
  if (id === undefined) return;
  const before = drawnBox(id);
  toggleFold(id);
  if (focused !== undefined && before !== undefined) keepKeys(before);
}

/** The card that had the keys is gone: one that stands for it now takes them, when it is drawn. */
function keepKeys(before: GraphNode): void {
  const stop = useDrawn.subscribe(({ model }) => {
    stop();
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      const heir = before.type === "podGroup" ? before.pods[0] : model?.aliases.get(before.id);
      document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(heir ?? "")}"]`)?.focus();
    });
  });
}
