import { formatLabelSelector, formatLabels } from "../api/labels.ts";
import type { KubernetesObject, LabelSelector, LooseObject } from "../api/meta.ts";
import type { ServerContext, Target } from "./context.ts";
import { isRecord, valueAt, withValueAt } from "./json.ts";
import { patchedBody } from "./patch-object.ts";
import { Refusal } from "./refusal.ts";
import { badRequest, invalid, noSuchResource } from "./status.ts";
import { change, existing } from "./update.ts";
import { writerOf } from "./writer.ts";

type ScalePaths = { readonly specReplicas: string; readonly statusReplicas: string; readonly selector: string };

/** `/scale` of a workload: the number of replicas, as autoscaling/v1 Scale. @source kubernetes.io API reference, Scale; registry/apps storage.go */
export function scale(context: ServerContext, target: Target): { readonly body: unknown; readonly warnings: readonly string[] } {
  const { request, resource } = target;
  const paths = resource.definition.scale;
  if (paths === undefined) throw new Refusal(noSuchResource());
  const object = existing(context, target);
  if (request.method === "GET") return { body: scaleOf(object, paths), warnings: [] };

  const given = request.method === "PATCH" ? patchedBody(target, scaleOf(object, paths)) : request.body;
  if (!isRecord(given)) throw new Refusal(badRequest("the object provided is unrecognized (must be of type Scale)"));
  const metadata = isRecord(given.metadata) ? given.metadata : {};
  const replicas = valueAt(given, ["spec", "replicas"]) ?? 0;
  if (typeof replicas !== "number") {
    throw new Refusal(
      badRequest(
        `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
      ),
    );
  }
  if (replicas < 0) {
    const error = { field: "spec.replicas", type: "invalid", value: `${replicas}`, detail: "must be greater than or equal to 0" } as const;
    throw new Refusal(invalid({ group: "autoscaling", plural: "scales", kind: "Scale" }, object.metadata.name, [error]));
  }
  const changed = withValueAt(object, split(paths.specReplicas), replicas);
  const withVersion = {
    ...changed,
    metadata: {
      ...object.metadata,
      ...(typeof metadata.resourceVersion === "string" ? { resourceVersion: metadata.resourceVersion } : {}),
    },
  };
  const written = change(context, { ...target, subresource: undefined }, object, withVersion, [], writerOf(target));
  return { body: scaleOf(written.object, paths), warnings: [] };
}

function scaleOf(object: KubernetesObject, paths: ScalePaths): LooseObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, split(paths.specReplicas)) ?? 0 },
    status: { replicas: valueAt(object, split(paths.statusReplicas)) ?? 0, selector: selectorText(valueAt(object, split(paths.selector))) },
  };
}

/** A map of a ReplicationController or a LabelSelector of the others. */
function selectorText(selector: unknown): string {
  if (!isRecord(selector)) return "";
  const isLabelSelector = isRecord(selector.matchLabels) || Array.isArray(selector.matchExpressions);
  return isLabelSelector ? formatLabelSelector(selector as LabelSelector) : formatLabels(selector as Readonly<Record<string, string>>, "");
}

/** `.spec.replicas` */
function split(path: string): readonly string[] {
  return path.split(".").filter((part) => part !== "");
}
