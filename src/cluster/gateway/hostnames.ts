/** Hostnames of listeners and routes. "" stands for every host; `*.example.com` for any number of labels before `.example.com`. @source gateway-api apis/v1, Hostname */

export function matchesHost(pattern: string, host: string): boolean {
  if (pattern === "") return true;
  return pattern.startsWith("*.") ? host.length > pattern.length - 1 && host.endsWith(pattern.slice(1)) : host === pattern;
}

/** What a listener and a route serve in common; nothing when the route can't be reached through the listener. */
export function commonHostnames(listener: string, route: readonly string[] | undefined): readonly string[] {
  if (route === undefined || route.length === 0) return [listener];
  if (listener === "") return route;
  return [...new Set(route.flatMap((host) => narrower(listener, host)))];
}

function narrower(a: string, b: string): readonly string[] {
  if (a === b) return [a];
  const covers = (pattern: string, host: string) =>
    pattern.startsWith("*.") && host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
  if (covers(a, b)) return [b];
  return covers(b, a) ? [a] : [];
}

/** Exact before wildcard, longer before shorter, everything last: negative when `a` comes first. */
export function compareHosts(a: string, b: string): number {
  return Number(isWide(a)) - Number(isWide(b)) || b.length - a.length;
}

function isWide(host: string): boolean {
  return host === "" || host.startsWith("*");
}
