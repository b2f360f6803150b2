import { say } from "../messages/catalogue.ts";
import { en } from "../messages/en.ts";
import { administration } from "./administration.ts";
import type { Pod } from "./api/pod/types.ts";
import type { Service } from "./api/service/types.ts";
import { apiClientService } from "./apiclient/client.ts";
import type { Cluster } from "./cluster.ts";
import { createClusterService } from "./cluster-service.ts";
import { explainMisfortune } from "./explain-misfortune.ts";
import { gatewayNameLabel } from "./gateway/controller.ts";
import { appFaultsService } from "./images/app-faults.ts";
import { decisionService } from "./ingress-nginx/program.ts";
import { hintSink } from "./kubectl/hints.ts";
import { pageEditor } from "./kubectl/page-editor.ts";
import type { Machine } from "./machine/machine.ts";
import { misfortunes } from "./machine/misfortune.ts";
import type { ServiceKey } from "./machine/syscall.ts";
import { nodeTables } from "./node-tables.ts";
import { outsideDnsIp } from "./options.ts";
import { editorService } from "./programs/editor.ts";
import {
  administrationService,
  clusterService,
  hopLogService,
  loadService,
  routesService,
  tablesService,
  traceService,
} from "./programs/services.ts";
import { routesAt } from "./routes-at.ts";
import { ruleTextOf } from "./rule-text.ts";
import { settlingService } from "./shell/settling.ts";

/** Lends the programs of a node or client what they may ask of the cluster, and points their resolver to the outside world's DNS. */
export function plugServices(cluster: Cluster, machine: Machine): void {
  machine.files.write("/etc/resolv.conf", `nameserver ${outsideDnsIp}\n`);
  for (const [key, value] of commonServices(cluster)) machine.services.set(key, value);
  const node = machine.host.kind === "node" ? cluster.nodes.get(machine.host.hostname) : undefined;
  machine.withService(clusterService, createClusterService(cluster, cluster.faults, cluster.decisions));
  machine.withService(administrationService, administration(cluster, machine, node));
  machine.withService(routesService, routesAt(cluster, machine.place));
  if (node !== undefined) machine.withService(tablesService, nodeTables(cluster, node));
}

/** Accounts whose programs may talk to the API server: those of the cluster's own pods. */
const systemAccounts = ["kube-system/coredns", "ingress-nginx/ingress-nginx"];

/** What programs in a pod are lent. */
export function podServices(cluster: Cluster, pod: Pod, _container: string): ReadonlyMap<string, unknown> {
  const services = commonServices(cluster);
  if (cluster.editor !== undefined) lendEditorTo(services, cluster.editor);
  const { namespace, name } = pod.metadata;
  const place = pod.spec.hostNetwork === true ? `node/${pod.spec.nodeName}` : `pod/${namespace}/${name}`;
  lend(services, routesService, routesAt(cluster, place));
  services.set(appFaultsService.name, cluster.faults.of(`${namespace}/${name}`));
  const servesGateway = pod.metadata.labels?.[gatewayNameLabel] !== undefined;
  if (servesGateway || systemAccounts.includes(`${namespace}/${pod.spec.serviceAccountName}`)) {
    services.set(apiClientService.name, cluster.client(pod.spec.serviceAccountName as string));
    lend(services, decisionService, { decided: (stream, decision) => cluster.decided(stream.connection, decision) });
  }
  return services;
}

/** The page's own editor: opens a text; the answer is what the user saved, undefined when it was closed without. */
export type PageEditor = (
  file: { readonly place: string; readonly path: string; readonly text: string },
  answer: (text: string | undefined) => void,
) => void;

export function lendEditorTo(services: Map<string, unknown>, editor: PageEditor): void {
  lend(services, editorService, { open: (place, path, text) => editor({ place, path, text }, () => undefined) });
  lend(services, pageEditor, function* (name, text) {
    return (yield (resume) => {
      editor({ place: "kubectl edit", path: name, text }, resume);
      return undefined;
    }) as string | undefined;
  });
}

function lend<T>(services: Map<string, unknown>, key: ServiceKey<T>, value: T): void {
  services.set(key.name, value);
}

function commonServices(cluster: Cluster): Map<string, unknown> {
  const services = new Map<string, unknown>();
  lend(services, settlingService, {
    queue: cluster.queue,
    beginWait: (what) => {
      const wait = { what };
      cluster.waits.add(wait);
      return () => cluster.waits.delete(wait);
    },
    hint: (code, args) => cluster.hint({ code, args }),
  });
  lend(services, hintSink, (hint) => cluster.hint(hint));
  lend(services, misfortunes, (misfortune, place) => {
    const explanation = explainMisfortune(misfortune, place, {
      domain: cluster.options.domain,
      services: () => cluster.list("Service") as readonly Service[],
      pods: () => cluster.list("Pod") as readonly Pod[],
    });
    if (explanation !== undefined) cluster.hint(explanation);
  });
  lend(services, hopLogService, {
    connections: () => cluster.log.connections(),
    listen: (listener) => cluster.log.onHop(listener),
    ruleText: (hop, rule) => ruleTextOf(cluster, hop.at, rule),
    note: (hop) => say(en.reasons, hop.reason.code, hop.reason.args),
  });
  lend(services, loadService, cluster.loads);
  lend(services, traceService, { trace: (question) => cluster.trace(question) });
  return services;
}
