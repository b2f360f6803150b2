import type { Sys } from "../machine/syscall.ts";
import { inCidrText } from "../protocols/ip-text.ts";
import type { Url } from "../protocols/url.ts";

export interface Proxy {
  readonly host: string;
  readonly port: number;
}

/** What is named can be no proxy. */
export interface ProxyFault {
  readonly exit: number;
  readonly message: string;
}

/**
 * Through whom a URL is asked for: `-x`, else what the environment says; undefined: directly. "" as an option means directly too.
 * @source curl(1), -x, --noproxy and ENVIRONMENT; lib/url.c detect_proxy and parse_proxy; lib/noproxy.c
 */
export function proxyFor(sys: Sys, url: Url, option: string | undefined, noProxy: string | undefined): Proxy | ProxyFault | undefined {
  const env = (name: string): string | undefined => sys.env.get(name);
  const spared = noProxy ?? env("no_proxy") ?? env("NO_PROXY") ?? "";
  if (isSpared(url.host, spared)) return undefined;
  // HTTP_PROXY in capitals is not looked at: a web server sets it from a request's header.
  const fromEnvironment = url.scheme === "https" ? (env("https_proxy") ?? env("HTTPS_PROXY")) : env("http_proxy");
  const text = option ?? fromEnvironment ?? env("all_proxy") ?? env("ALL_PROXY") ?? "";
  return text === "" ? undefined : (parseProxy(text) ?? faultOf(text));
}

/** @source curl 7.88.1 lib/url.c, parse_proxy; lib/strerror.c. Another protocol than HTTP is not spoken to a proxy. */
function faultOf(text: string): ProxyFault {
  if (/^(?!http:)[a-z0-9]+:\/\//i.test(text)) return { exit: 7, message: `Unsupported proxy scheme for '${text}'` };
  const why = /:\d{5,}\/?$/.test(text) ? "Port number was not a decimal number between 0 and 65535" : "Malformed input to a URL function";
  return { exit: 5, message: `Unsupported proxy syntax in '${text}': ${why}` };
}

/** `[http://]HOST[:PORT]`; 1080 unless it is said. */
export function parseProxy(text: string): Proxy | undefined {
  const match = /^(?:http:\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/i.exec(text);
  if (match === null) return undefined;
  const port = match[2] === undefined ? 1080 : Number(match[2]);
  return port > 65_535 ? undefined : { host: (match[1] as string).replace(/^\[|\]$/g, ""), port };
}

function isSpared(host: string, list: string): boolean {
  const lower = host.toLowerCase();
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const name = entry.toLowerCase().replace(/^\./, "");
    if (name === "") return false;
    if (/^[\d.]+\/\d+$/.test(name) && /^[\d.]+$/.test(lower)) return inCidrText(lower, name);
    return lower === name || lower.endsWith(`.${name}`);
  });
}
