import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { Cluster, ConnectionRecord } from "../../cluster/index.ts";
import type { Scenario } from "../../scenario/index.ts";
import type { ConnectionInfo } from "../protocol.ts";
import { TextIndex } from "./text-index.ts";

/** A socket that waits for connections or datagrams. `ip` is `*` when every address will do. */
export interface Listener {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

/** All that an explanation may look at. Reading it changes nothing. */
export interface Look {
  readonly domain: string;
  readonly text: TextIndex;
  list(kind: string, namespace?: string): readonly KubernetesObject[];
  find(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  listening(place: string): readonly Listener[];
  connection(id: string): ConnectionRecord | undefined;
  /** The newest connections first, at most `count`. */
  recent(count: number): readonly ConnectionInfo[];
}

export function lookAt(cluster: Cluster, scenario: Scenario): Look {
  return {
    domain: cluster.options.domain,
    text: new TextIndex(scenario),
    list: (kind, namespace) => cluster.list(kind, namespace),
    find: (kind, namespace, name) => cluster.find(kind, namespace, name),
    listening: (place) =>
      (cluster.network.netns(place)?.rows() ?? [])
        .filter((row) => row.state === "LISTEN" || row.state === "UNCONN")
        .map((row) => {
          const colon = row.local.lastIndexOf(":");
          const ip = row.local.slice(0, colon).replace(/^\[|\]$/g, "");
          return { protocol: row.protocol, ip: ip === "0.0.0.0" || ip === "::" ? "*" : ip, port: Number(row.local.slice(colon + 1)) };
        }),
    connection: (id) => cluster.connectionRecord(id),
    recent: (count) => cluster.recentConnections(count),
  };
}
