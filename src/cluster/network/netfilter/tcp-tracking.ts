import { ACK, FIN, RST, SYN } from "../packet.ts";

/** States of a tracked TCP connection, by number. @source net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntrack_names */
export const tcpStateNames = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;
/** How `conntrack -L` names the same phases of SCTP. @source net/netfilter/nf_conntrack_proto_sctp.c, sctp_conntrack_names */
export const sctpStateNames = [
  "NONE",
  "COOKIE_WAIT",
  "COOKIE_ECHOED",
  "ESTABLISHED",
  "SHUTDOWN_SENT",
  "SHUTDOWN_RECD",
  "SHUTDOWN_ACK_SENT",
  "SHUTDOWN_ACK_SENT",
  "CLOSED",
  "COOKIE_WAIT",
] as const;

export const NONE = 0;
export const SYN_SENT = 1;
export const SYN_RECV = 2;
export const ESTABLISHED = 3;
export const FIN_WAIT = 4;
export const CLOSE_WAIT = 5;
export const LAST_ACK = 6;
export const TIME_WAIT = 7;
export const CLOSE = 8;
export const SYN_SENT2 = 9;
/** The packet fits no connection. */
export const INVALID = -1;
/** Let through, changes nothing. */
export const IGNORED = -2;

const sSS = SYN_SENT;
const sSR = SYN_RECV;
const sES = ESTABLISHED;
const sFW = FIN_WAIT;
const sCW = CLOSE_WAIT;
const sLA = LAST_ACK;
const sTW = TIME_WAIT;
const sCL = CLOSE;
const sS2 = SYN_SENT2;
const sIV = INVALID;
const sIG = IGNORED;

/**
 * New state by direction, kind of segment (SYN, SYN-ACK, FIN, ACK, RST) and old state.
 * @source net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks
 */
const transitions: readonly (readonly (readonly number[])[])[] = [
  [
    //      NO   SS   SR   ES   FW   CW   LA   TW   CL   S2
    [sSS, sSS, sIG, sIG, sIG, sIG, sIG, sSS, sSS, sS2],
    [sIV, sIV, sSR, sIV, sIV, sIV, sIV, sIV, sIV, sSR],
    [sIV, sIV, sFW, sFW, sLA, sLA, sLA, sTW, sCL, sIV],
    [sES, sIV, sES, sES, sCW, sCW, sTW, sTW, sCL, sIV],
    [sIV, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL],
  ],
  [
    [sIV, sS2, sIV, sIV, sIV, sIV, sIV, sSS, sIV, sS2],
    [sIV, sSR, sIG, sIG, sIG, sIG, sIG, sIG, sIG, sSR],
    [sIV, sIV, sFW, sFW, sLA, sLA, sLA, sTW, sCL, sIV],
    [sIV, sIG, sSR, sES, sCW, sCW, sTW, sTW, sCL, sIG],
    [sIV, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL],
  ],
];

/** The state after a segment with these flags, or INVALID or IGNORED. */
export function nextTcpState(state: number, flags: number, isReply: boolean): number {
  const kind = (flags & RST) !== 0 ? 4 : (flags & SYN) !== 0 ? ((flags & ACK) !== 0 ? 1 : 0) : (flags & FIN) !== 0 ? 2 : 3;
  const row = (transitions[isReply ? 1 : 0] as (typeof transitions)[number])[kind] as readonly number[];
  return row[state] as number;
}

const secondUs = 1_000_000;
/**
 * How long a connection in each state is remembered without a packet, in microseconds. ESTABLISHED and CLOSE_WAIT are what kube-proxy sets (24 h and 1 h); the rest are the kernel's.
 * @source Documentation/networking/nf_conntrack-sysctl.rst; kube-proxy --conntrack-tcp-timeout-established, --conntrack-tcp-timeout-close-wait
 */
export const tcpTimeoutsUs: readonly number[] = [120, 120, 60, 86_400, 120, 3_600, 30, 120, 10, 120].map((s) => s * secondUs);
/** @source the same page, nf_conntrack_sctp_timeout_* */
export const sctpTimeoutsUs: readonly number[] = [10, 3, 3, 210, 3, 3, 3, 3, 10, 3].map((s) => s * secondUs);
