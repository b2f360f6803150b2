import type { KubernetesObject } from "../../api/meta.ts";
import type { Run } from "../../machine/syscall.ts";
import type { Resource } from "../resources.ts";
import type { Session } from "../session.ts";
import type { EventObject, Writer } from "./writer.ts";

/** What a describer may ask for besides its object. */
export interface DescribeContext {
  readonly session: Session;
  readonly resource: Resource;
  readonly object: KubernetesObject;
  /** undefined with `--show-events=false`. */
  readonly events: readonly EventObject[] | undefined;
}

/** Writes all of a kind's lines but the events, which come last for every kind that shows them. */
export type Describer = (w: Writer, context: DescribeContext) => Run<void>;
