export type Protocol = "tcp" | "udp" | "sctp" | "icmp";

/** The number in the IP header's protocol field. @source IANA protocol numbers */
export const protocolNumber: Readonly<Record<Protocol, number>> = { icmp: 1, tcp: 6, udp: 17, sctp: 132 };
