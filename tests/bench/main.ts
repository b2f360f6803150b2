import { connectionCost, endpointGrowth, serviceGrowth } from "./cases/connect.ts";
import { onePodUnready, rulesLoading, statusUpdate } from "./cases/control.ts";
import { pictureOf500 } from "./cases/graph.ts";
import { conntrackMemory, podMemory } from "./cases/memory.ts";
import { requests, untilFirstAnswer } from "./cases/peer.ts";
import { dnsAnswer, idleHour, ingressRouting, parsing } from "./cases/rest.ts";
import { scrubbing } from "./cases/scrub.ts";
import type { Row } from "./measure.ts";

export type { Row } from "./measure.ts";

/** What is measured in Node, by the name that `npm run bench -- NAME` takes. Heaviest last. */
export const cases: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  connect: connectionCost,
  endpoints: endpointGrowth,
  services: serviceGrowth,
  rules: rulesLoading,
  status: statusUpdate,
  dns: dnsAnswer,
  ingress: ingressRouting,
  parse: parsing,
  picture: pictureOf500,
  idle: idleHour,
  pods: podMemory,
  conntrack: conntrackMemory,
  unready: onePodUnready,
  requests,
  scrub: scrubbing,
  peer3: () => untilFirstAnswer(3),
  peer100: () => untilFirstAnswer(100),
  peer1000: () => untilFirstAnswer(1000),
};
