/** `node/node1`, `pod/default/kubia-x`, `client/laptop`, `lb/default/kubia`, `external/HOST`, `internet`. */
export type Place = string;

/** `service/default/kubia`, `networkpolicy/default/deny`: an object of the API, as hops, rules and the page name it. */
export type ObjectName = string;

/** Why something happened, as a code and its arguments; `src/messages` has the sentence in each language. `reason.ts` lists the network's own codes. */
export interface Reason {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}
