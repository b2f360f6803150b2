import type { AddressBook } from "../network/address.ts";
import type { Sockets } from "../network/sockets.ts";

/** A load balancer as the network has it: a router in front of the nodes. `cluster.ts` plugs it in. */
export interface LoadBalancerRouter {
  /** Health checks go out from its own namespace. */
  readonly sockets: Sockets;
  readonly book: AddressBook;
  setAddresses(ips: readonly string[]): void;
  /** Addresses of the nodes among which it draws. */
  setTargets(nodeIps: readonly string[]): void;
  remove(): void;
}

export interface CloudNetwork {
  createLoadBalancer(namespace: string, name: string): LoadBalancerRouter;
}
