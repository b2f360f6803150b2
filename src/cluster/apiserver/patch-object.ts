import type { LooseObject } from "../api/meta.ts";
import { decode } from "../api/decode.ts";
import type { ServerContext, Target } from "./context.ts";
import type { Written } from "./create.ts";
import { applyMergePatch } from "./patch.ts";
import { Refusal } from "./refusal.ts";
import { shown, toStored } from "./registry.ts";
import { badRequest } from "./status.ts";
import { change, existing } from "./update.ts";

/** PATCH of an object or its status. */
export function patch(context: ServerContext, target: Target): Written {
  const { resource } = target;
  const old = existing(context, target);
  const current = shown(resource, old) as unknown as LooseObject;
  const patched = applyMergePatch(current, target.request.body);
  const decoded = decode(resource.schema, patched);
  if (decoded.error !== undefined) throw new Refusal(badRequest(decoded.error));
  return change(context, target, old, toStored(resource, decoded.object), []);
}
