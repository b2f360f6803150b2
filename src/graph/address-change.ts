/** A piece of an address as it is after a step. */
export interface AddressPart {
  readonly text: string;
  readonly isChanged: boolean;
}

/** Which parts of an address a step changed: host and port apart, since a rewrite may touch one and leave the other. Pure. */
export function changedParts(before: string, after: string): readonly AddressPart[] {
  if (before === after) return [{ text: after, isChanged: false }];
  const from = hostAndPort(before);
  const to = hostAndPort(after);
  if (to.port === "") return [{ text: after, isChanged: true }];
  return [
    { text: to.host, isChanged: to.host !== from.host },
    { text: to.port, isChanged: to.port !== from.port },
  ];
}

/** `10.0.0.4:80` and `[fd00::4]:80`; an address without a port (ICMP) has none. The colon goes with the port. */
export function hostAndPort(address: string): { readonly host: string; readonly port: string } {
  const colon = address.lastIndexOf(":");
  const hasPort = colon > 0 && (address[colon - 1] === "]" || address.indexOf(":") === colon);
  return hasPort ? { host: address.slice(0, colon), port: address.slice(colon) } : { host: address, port: "" };
}
