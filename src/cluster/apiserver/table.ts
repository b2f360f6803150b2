import type { ColumnContext } from "../api/kind.ts";
import type { KubernetesObject } from "../api/meta.ts";
import { queryValue, type ServerContext, type Target } from "./context.ts";
import type { Table } from "./request.ts";

/** Whether the answer is asked for as a Table. `…;as=Table;v=v1;g=meta.k8s.io,application/json` */
export function wantsTable(accept: string | undefined): boolean {
  return accept?.split(",")[0]?.includes("as=Table") === true;
}

/**
 * The objects as rows, with the columns of their kind; kubectl only lays them out.
 * @source apiserver endpoints/handlers/response.go, doTransformObject; kubernetes pkg/printers
 */
export function tableOf(context: ServerContext, target: Target, objects: readonly KubernetesObject[], resourceVersion: string): Table {
  const columns = target.resource.definition.columns.filter((column) => column.isShown?.(context.clusterVersion) !== false);
  const cells: ColumnContext = { nowMs: context.simulation.dateMs(), isWide: false, clusterVersion: context.clusterVersion };
  const included = queryValue(target.request, "includeObject");
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion },
    columnDefinitions: columns.map(({ name, type, priority }) => ({
      name,
      type: type === "integer" ? "integer" : "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority,
    })),
    rows: objects.map((object) => ({
      // With -o wide the client shows the columns of priority 1 too; cells that differ then are asked for by their column.
      cells: columns.map((column) => column.cell(object, column.priority === 1 ? { ...cells, isWide: true } : cells)),
      object: included === "Object" ? object : partial(object),
    })),
  };
}

function partial(object: KubernetesObject): KubernetesObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}
