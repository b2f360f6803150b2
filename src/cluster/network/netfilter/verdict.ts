/** What a hook, a table or a chain says of a packet. Small numbers: they are compared for each packet. */
export type Verdict = 0 | 1 | 2 | 3 | 4;

/** Nothing decided here: the next rule, table or hook is asked. */
export const CONTINUE = 0;
/** Goes on; nothing more is asked in this table. */
export const ACCEPT = 1;
/** Ends here, silently. */
export const DROP = 2;
/** Ends here, and the sender is told (ICMP or RST). */
export const REJECT = 3;
/** Input hook only: it was given another destination (IPVS) and leaves by the way there instead of being delivered. */
export const REROUTE = 4;
