import type { Said } from "../protocol.ts";
import type { TextEdit } from "./text-edit.ts";

/** Which part of the world a change touches: what an ending points to is tried first. */
export type Touches =
  | "selector"
  | "labels"
  | "target-port"
  | "service-port"
  | "service-name"
  | "service-namespace"
  | "service-type"
  | "node-port"
  | "protocol"
  | "traffic-policy"
  | "source-ranges"
  | "readiness"
  | "liveness"
  | "replicas"
  | "policy"
  | "ingress-class"
  | "ingress-host"
  | "ingress-path"
  | "ingress-backend"
  | "endpoints"
  | "external-name"
  | "fault"
  | "command";

/** A small change that might make a request work. */
export interface Candidate {
  readonly touches: Touches;
  readonly said: Said;
  readonly edits: readonly TextEdit[];
  /** The corrected command line, when the request itself was wrong. */
  readonly command?: string;
  /** What takes back a fault that was made by a command. */
  readonly mend?: string;
  /** Smaller is tried first among equals: letters that change, or how bold the change is. */
  readonly size: number;
}

/** What failed: the line as it was typed, where, and what its endings were called. */
export interface FailedRequest {
  readonly line: string;
  /** The machine at whose shell the line was typed: `client/laptop`. */
  readonly on: string;
  readonly endings: readonly Said[];
  /** What takes back the faults that were made before. */
  readonly mends?: readonly Candidate[];
}

/** Endings to the parts that cause them, likeliest first. */
const causes: Readonly<Record<string, readonly Touches[]>> = {
  "ending.selector": ["selector", "labels"],
  "ending.no-replicas": ["replicas"],
  "ending.no-selector": ["endpoints", "selector"],
  "ending.no-endpoints": ["selector", "readiness", "replicas", "endpoints"],
  "ending.not-ready": ["fault", "readiness", "liveness"],
  "ending.not-running": ["liveness", "readiness", "replicas"],
  "ending.port-name": ["target-port"],
  "ending.target-port": ["target-port", "selector"],
  "ending.local-only": ["fault", "target-port"],
  "ending.pod-port-closed": ["target-port", "service-port"],
  "ending.service-port": ["service-port", "protocol", "target-port"],
  "ending.no-node-port": ["node-port", "service-type"],
  "ending.no-address": ["service-port", "service-type", "service-name"],
  "ending.cluster-ip-outside": ["service-type"],
  "ending.no-local-endpoint": ["traffic-policy"],
  "ending.source-range": ["source-ranges"],
  "ending.policy-in": ["policy"],
  "ending.policy-out": ["policy"],
  "ending.no-healthy-target": ["selector", "readiness", "traffic-policy", "replicas"],
  "ending.dns-near": ["service-name", "command"],
  "ending.dns-namespace": ["service-namespace", "command"],
  "ending.dns-nxdomain": ["service-name", "external-name", "service-namespace"],
  "ending.dns-headless": ["selector", "readiness", "replicas"],
  "ending.dns-timeout": ["policy"],
  "ending.404-host": ["ingress-host"],
  "ending.404-path": ["ingress-path"],
  "ending.ingress-class": ["ingress-class"],
  "ending.502": ["target-port", "selector", "ingress-backend"],
  "ending.503": ["selector", "readiness", "replicas", "target-port", "ingress-backend"],
  "ending.503-no-service": ["ingress-backend", "service-name"],
  "ending.503-port": ["ingress-backend", "service-port"],
  "ending.504": ["fault", "policy", "readiness"],
  "ending.app-5xx": ["fault"],
  "ending.slow": ["fault"],
  "ending.empty": ["fault"],
  "ending.machine-off": ["fault"],
  "ending.link-loss": ["fault"],
  "ending.dropped": ["fault"],
  "ending.no-answer": ["fault"],
  "ending.app-4xx": ["ingress-path", "selector"],
};

/** The candidates in the order of trying: those that the endings point to first, the smaller before the bolder. Pure. */
export function ordered(candidates: readonly Candidate[], endings: readonly Said[]): readonly Candidate[] {
  const wanted = endings.flatMap(({ code, args }) => [...(causes[code] ?? []), ...(causes[`${args["why"] ?? ""}`] ?? [])]);
  const rank = ({ touches }: Candidate) => {
    const at = wanted.indexOf(touches);
    return at < 0 ? wanted.length + 10 : at;
  };
  const seen = new Set<string>();
  return candidates
    .map((candidate, i) => ({ candidate, i }))
    .toSorted((a, b) => rank(a.candidate) - rank(b.candidate) || a.candidate.size - b.candidate.size || a.i - b.i)
    .map(({ candidate }) => candidate)
    .filter((candidate) => {
      const key = JSON.stringify([candidate.edits, candidate.command, candidate.mend]);
      return !seen.has(key) && seen.add(key) !== undefined;
    });
}
