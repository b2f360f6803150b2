import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { hiddenBy, noFilters } from "../../../src/graph/filter.ts";
import type { LayoutMemory } from "../../../src/graph/model.ts";
import { project } from "../../../src/graph/project.ts";
import { layouts, objectsOf, pod, service, summaryOf } from "../../graph/worlds.ts";
import { measure, type Row, ratioRow } from "../measure.ts";

const hidden = hiddenBy(noFilters, { system: false, noise: false, ingress: false });

/** One pod of many turns unready, and the picture is made anew: in milliseconds, of the 10 that a frame can spare. */
export function pictureOf500(): Row[] {
  return (["physical", "logical"] as const).flatMap((view) => [3, 10].flatMap((nodes) => oneStatus(view, nodes)));
}

function oneStatus(view: "physical" | "logical", nodes: number): Row[] {
  const apps = Array.from({ length: 20 }, (_, i) => `app-${i}`);
  const all = apps.flatMap((app, i): KubernetesObject[] => [
    ...Array.from({ length: 25 }, (_, j) => pod(`${app}-abc-${j}`, { app, node: 1 + ((25 * i + j) % nodes) })),
    service(app),
  ]);
  const summary = summaryOf(nodes);
  const objects = objectsOf(all);
  let memory: LayoutMemory = project(layouts[view], summary, objects, { hidden }).memory;
  const pods = all.filter(({ kind }) => kind === "Pod");
  let at = 0;
  const us = measure({
    picture: {
      count: 40,
      run: (count) => {
        let ms = 0;
        for (let i = 0; i < count; i++) {
          const { name, labels } = (pods[at++ % pods.length] as KubernetesObject).metadata;
          const changed = pod(name, { app: labels?.["app"] ?? "", node: 1 + (at % nodes), isReady: at % 2 === 0 });
          const next = new Map(objects).set("Pod", new Map(objects.get("Pod")).set(`default/${name}`, changed));
          const start = performance.now();
          memory = project(layouts[view], summary, next, { hidden, memory }).memory;
          ms += performance.now() - start;
        }
        return ms;
      },
    },
  });
  return [ratioRow("G14", `one status of 500 pods, ${nodes} nodes, ${view} picture; of 10 ms`, "ms", us.picture / 1000, 10, 1)];
}
