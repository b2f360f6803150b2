/** A URL as HTTP clients use it. @source RFC 3986; curl's lib/urlapi.c for what is forgiven */
export interface Url {
  readonly scheme: string;
  readonly user: string | undefined;
  /** As written, without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** Whether the port was written out. */
  readonly hasPort: boolean;
  /** Path and query, at least `/`. */
  readonly target: string;
}

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** `bad` is a URL that can't be read; `scheme` one whose protocol is unknown. */
export type UrlResult =
  | { readonly ok: true; readonly url: Url }
  | { readonly ok: false; readonly problem: "bad" | "scheme"; readonly scheme?: string };

/** Without a scheme it is http. */
export function parseUrl(text: string): UrlResult {
  if (text === "" || /[\s\u0000-\u001f\u007f]/.test(text)) return { ok: false, problem: "bad" };
  const withScheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text);
  const scheme = (withScheme?.[1] ?? "http").toLowerCase();
  const rest = withScheme === null ? text : (withScheme[2] as string);
  if (defaultPorts[scheme] === undefined) return { ok: false, problem: "scheme", scheme };
  const end = /[/?#]/.exec(rest)?.index ?? rest.length;
  const authority = rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? undefined : decodePercent(authority.slice(0, at));
  const hostPort = /^(\[[0-9a-fA-F:.%]+\]|[^:[\]]*)(?::(\d*))?$/.exec(authority.slice(at + 1));
  if (hostPort === null) return { ok: false, problem: "bad" };
  const host = (hostPort[1] as string).replace(/^\[|\]$/g, "");
  const portText = hostPort[2] ?? "";
  const port = portText === "" ? (defaultPorts[scheme] as number) : Number(portText);
  if (host === "" || port > 65535 || /[<>"{}|\\^`]/.test(host)) return { ok: false, problem: "bad" };
  const target = rest.slice(end).replace(/#.*$/s, "");
  return { ok: true, url: { scheme, user, host, port, hasPort: portText !== "", target: target.startsWith("/") ? target : `/${target}` } };
}

/** The authority as the Host header carries it: without the scheme's own port. */
export function hostHeader(url: Url): string {
  const host = url.host.includes(":") ? `[${url.host}]` : url.host;
  return url.port === defaultPorts[url.scheme] ? host : `${host}:${url.port}`;
}

export function printUrl(url: Url): string {
  const host = url.host.includes(":") ? `[${url.host}]` : url.host;
  return `${url.scheme}://${host}${url.hasPort ? `:${url.port}` : ""}${url.target}`;
}

/** Where `location` leads from `base`. @source RFC 3986, section 5.2 */
export function resolveUrl(base: Url, location: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(location)) return location;
  const origin = printUrl({ ...base, target: "" });
  if (location.startsWith("//")) return `${base.scheme}:${location}`;
  if (location.startsWith("/")) return `${origin}${location}`;
  const path = base.target.replace(/\?.*$/s, "");
  if (location.startsWith("?")) return `${origin}${path}${location}`;
  return `${origin}${removeDotSegments(path.slice(0, path.lastIndexOf("/") + 1) + location)}`;
}

/** `/a/./b/../c` is `/a/c`; the query stays. @source RFC 3986, section 5.2.4 */
export function removeDotSegments(target: string): string {
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  if (!path.includes("/.")) return target;
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
    if (isLast && (segment === "." || segment === "..")) kept.push("");
  }
  return `/${kept.join("/")}${query < 0 ? "" : target.slice(query)}`;
}

/** `%41` is `A`; ASCII only, what can't be decoded stays. */
export function decodePercent(text: string): string {
  return text.replace(/%([0-7][0-9a-fA-F])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
