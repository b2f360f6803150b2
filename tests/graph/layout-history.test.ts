import { expect, test } from "vitest";
import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import { LayoutHistory } from "../../src/graph/layout-history.ts";
import { project } from "../../src/graph/project.ts";
import { layouts, nothingHidden, objectsOf, placeOf, pod, summaryOf } from "./worlds.ts";

test("an earlier moment is drawn as it was, and back in the present nobody has moved", () => {
  const history = new LayoutHistory();
  const draw = (objects: readonly KubernetesObject[], isThen = false) => {
    const memory = isThen ? history.past : history.present;
    const model = project(layouts.physical, summaryOf(1), objectsOf(objects), {
      hidden: nothingHidden,
      ...(memory === undefined ? {} : { memory }),
    });
    if (!isThen) history.keep(model.memory);
    return new Map(model.nodes.map((box) => [box.id, placeOf(box)]));
  };
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => pod(name)) as [
    KubernetesObject,
    KubernetesObject,
    KubernetesObject,
    KubernetesObject,
  ];
  const first = draw([a, b, c]);
  draw([a, c]);
  const present = draw([a, c, d]); // d stands where b stood
  expect(present.get("pod/default/d")).toBe(first.get("pod/default/b"));
  expect(draw([a, b, c], true)).toEqual(first);
  expect(draw([a], true).get("pod/default/a")).toBe(first.get("pod/default/a"));
  expect(draw([a, c, d])).toEqual(present);
});
