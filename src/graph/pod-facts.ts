import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { Counts, PodFacts, PodState } from "./model.ts";
import { asFields, asList, asText, specOf, statusOf } from "./objects.ts";

/** Objects are never changed, only replaced: what was read of one stays true of it. */
const known = new WeakMap<KubernetesObject, PodFacts>();

/** What a pod's card shows. The STATUS word follows the printer of `kubectl get pods`. */
export function podFacts(pod: KubernetesObject): PodFacts {
  let facts = known.get(pod);
  if (facts === undefined) {
    facts = readFacts(pod);
    known.set(pod, facts);
  }
  return facts;
}

function readFacts(pod: KubernetesObject): PodFacts {
  const status = statusOf(pod);
  const containers = asList(status["containerStatuses"]);
  const readyCount = containers.filter((c) => c["ready"] === true).length;
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const word = isTerminating ? "Terminating" : statusWord(pod);
  const isReady = !isTerminating && asList(status["conditions"]).some((c) => c["type"] === "Ready" && c["status"] === "True");
  return {
    name: pod.metadata.name,
    namespace: pod.metadata.namespace ?? "default",
    ip: asText(status["podIP"]),
    ready: `${readyCount}/${asList(specOf(pod)["containers"]).length}`,
    isReady,
    status: word,
    state: stateOf(word, isReady),
    restarts: containers.reduce((sum, c) => sum + (typeof c["restartCount"] === "number" ? c["restartCount"] : 0), 0),
    node: asText(specOf(pod)["nodeName"]),
  };
}

/** The phase, or a more telling reason; of several containers the first has the word. @source kubernetes pkg/printers/internalversion/printers.go, printPod */
function statusWord(pod: KubernetesObject): string {
  const status = statusOf(pod);
  for (const container of asList(status["containerStatuses"])) {
    const state = asFields(container["state"]);
    const reason = asText(asFields(state["waiting"])["reason"]) || asText(asFields(state["terminated"])["reason"]);
    if (reason !== "") return reason;
  }
  return asText(status["reason"]) || asText(status["phase"]) || "Pending";
}

function stateOf(word: string, isReady: boolean): PodState {
  if (isReady) return "ready";
  switch (word) {
    case "Terminating":
      return "terminating";
    case "Running":
      return "notReady";
    case "Pending":
    case "ContainerCreating":
    case "PodInitializing":
      return "starting";
    case "Completed":
    case "Succeeded":
      return "done";
    default:
      return word.startsWith("Init:") ? "starting" : "failing"; // CrashLoopBackOff, ErrImagePull, Error, Evicted …
  }
}

export function countsOf(pods: readonly KubernetesObject[]): Counts {
  let ready = 0;
  let restarts = 0;
  for (const pod of pods) {
    const facts = podFacts(pod);
    if (facts.isReady) ready++;
    restarts += facts.restarts;
  }
  return { ready, total: pods.length, restarts };
}
