import type { Cluster } from "./cluster.ts";
import type { Route } from "./network/route.ts";
import type { RoutesService } from "./programs/services.ts";

/** The routing table of the namespace at that place, as its own `ip route` prints it. */
export function routesAt(cluster: Cluster, place: string): RoutesService {
  const netnsNow = () => cluster.network.netns(place);
  return {
    routes: (family) => (netnsNow()?.routes.list(family) ?? []).map(routeLine),
    routeTo: (ip) => {
      const netns = netnsNow();
      const to = cluster.book.ip(ip);
      const route = netns?.route(to);
      const source = netns?.sourceFor(to);
      if (netns === undefined || route === undefined || source === undefined) return undefined;
      if (netns.isLocal(to)) return `local ${to.text} dev lo src ${source.text} uid 0`;
      return `${to.text}${route.via === undefined ? "" : ` via ${route.via.text}`} dev ${route.out.name} src ${source.text} uid 0`;
    },
  };
}

/** @source iproute2 6.1, ip/iproute.c print_route */
function routeLine(route: Route): string {
  const { destination, via, out, protocol, scope, source } = route;
  const whole =
    destination.length === 0
      ? "default"
      : destination.length === (destination.family === 4 ? 32 : 128)
        ? (destination.text.split("/")[0] as string)
        : destination.text;
  const parts = [whole];
  if (via !== undefined) parts.push("via", via.text);
  parts.push("dev", out.name);
  if (protocol === "kernel") parts.push("proto", "kernel");
  if (destination.family === 6) {
    // The kernel's own routes to the network of an address name no source, and cost less.
    if (source !== undefined && protocol !== "kernel") parts.push("src", source.text);
    parts.push("metric", protocol === "kernel" ? "256" : "1024", "pref", "medium");
    return parts.join(" ");
  }
  if (scope !== "global") parts.push("scope", scope);
  if (source !== undefined) parts.push("src", source.text);
  return parts.join(" ");
}
