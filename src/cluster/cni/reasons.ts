/** Every reason that the rules of this room give, and the names of its arguments. The sentences are in `src/messages`. */
export const cniReasons = {
  "cni-keeps-source-to-pods": ["cidr"],
  "cni-keeps-source-to-nodes": ["cidr"],
  "cni-masquerade": [],
  "cni-host-port": ["pod", "hostPort", "port"],
  "cni-host-port-masquerade": [],
  "policy-established": [],
  "policy-itself": ["pod"],
  "policy-allows-ingress": ["policy", "pod"],
  "policy-allows-egress": ["policy", "pod"],
  "policy-denies-ingress": ["pod", "policies"],
  "policy-denies-egress": ["pod", "policies"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type CniReasonCode = keyof typeof cniReasons;
