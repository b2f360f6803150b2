import type { Reason } from "./name.ts";
import { ACK, FIN, type Packet, RST, SYN } from "./packet.ts";

/**
 * Every reason that the network itself gives, and the names of its arguments. Rules bring reasons of their own (`because`), listed by whoever wrote them.
 */
export const networkReasons = {
  // send
  "send-syn": [],
  "send-syn-again": ["attempt"],
  "send-syn-ack": [],
  "send-ack": [],
  "send-data": [],
  "send-again": ["attempt"],
  "send-fin": [],
  "send-reset": [],
  "send-datagram": [],
  "send-echo": [],
  "send-echo-reply": [],
  "send-icmp-error": ["type"],
  // forward
  routed: ["interface", "via"],
  "routed-on-link": ["interface"],
  "load-balanced": ["node"],
  "load-balanced-same-node": ["node"],
  "load-balancer-answer": [],
  // dnat, snat: the first packet's come from the rule (`because`), or these when the rule has none
  "dnat-rule": ["to"],
  "masquerade-rule": ["address"],
  "dnat-conntrack": [],
  "snat-conntrack": [],
  // undnat, unsnat
  "undnat-conntrack": [],
  "unsnat-conntrack": [],
  // receive
  "received-connection": [],
  "received-handshake": [],
  "received-data": [],
  "received-ack": [],
  "received-fin": [],
  "received-again": [],
  "received-reset": [],
  "received-datagram": [],
  "received-echo": [],
  "received-echo-reply": [],
  "received-icmp-error": ["type"],
  "received-by-nobody": [],
  // drop
  "rule-drop": ["chain"],
  "policy-drop": ["chain"],
  "no-such-address": [],
  "range-not-routed": [],
  "machine-off": [],
  "interface-down": ["interface"],
  "link-gone": ["interface"],
  "netem-loss": ["interface", "percent"],
  "node-firewall": [],
  "no-healthy-target": [],
  "load-balancer-loop": [],
  "does-not-forward": [],
  "martian-source": [],
  "conntrack-full": [],
  // reject
  "rule-reject": ["chain"],
  "port-closed": ["port"],
  "no-such-connection": [],
  "no-route": [],
  "ttl-exceeded": [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type NetworkReasonCode = keyof typeof networkReasons;

type CodeWithoutArgs = { [C in NetworkReasonCode]: (typeof networkReasons)[C] extends readonly [] ? C : never }[NetworkReasonCode];

const noArgs: Reason["args"] = Object.freeze({});
const plain = new Map<NetworkReasonCode, Reason>();
for (const code of Object.keys(networkReasons) as NetworkReasonCode[]) plain.set(code, Object.freeze({ code, args: noArgs }));

/** The shared value of a reason without arguments: nothing is made while packets move. */
export function reasonOf(code: CodeWithoutArgs): Reason {
  return plain.get(code) as Reason;
}

export function reasonWith(code: Exclude<NetworkReasonCode, CodeWithoutArgs>, args: Reason["args"]): Reason {
  return { code, args };
}

const sendSyn = reasonOf("send-syn");
const sendSynAck = reasonOf("send-syn-ack");
const sendAck = reasonOf("send-ack");
const sendData = reasonOf("send-data");
const sendFin = reasonOf("send-fin");
const sendReset = reasonOf("send-reset");
const sendDatagram = reasonOf("send-datagram");
const sendEcho = reasonOf("send-echo");
const sendEchoReply = reasonOf("send-echo-reply");

/** Why this packet was sent, from what it is. */
export function sendReason(packet: Packet): Reason {
  if (packet.icmp !== undefined) {
    if (packet.icmp.type === "echo") return sendEcho;
    if (packet.icmp.type === "echo-reply") return sendEchoReply;
    return reasonWith("send-icmp-error", { type: packet.icmp.type });
  }
  if (packet.protocol === "udp") return sendDatagram;
  const flags = packet.flags;
  if ((flags & RST) !== 0) return sendReset;
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? sendSynAck : sendSyn;
  if ((flags & FIN) !== 0) return sendFin;
  return packet.payload === undefined ? sendAck : sendData;
}
