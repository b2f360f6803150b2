import type { Ingress } from "../api/ingress/types.ts";

/** What the annotations of an Ingress ask for. @source ingress-nginx docs/user-guide/nginx-configuration/annotations.md */
export interface IngressOptions {
  readonly rewriteTarget: string | undefined;
  readonly usesRegex: boolean;
  /** undefined: as the controller's ConfigMap says. */
  readonly sslRedirect: boolean | undefined;
  readonly forceSslRedirect: boolean | undefined;
  readonly serviceUpstream: boolean;
  readonly appRoot: string | undefined;
  readonly redirect: { readonly to: string; readonly status: number } | undefined;
  readonly upstreamVhost: string | undefined;
  readonly allowedSources: readonly string[];
  readonly connectTimeoutUs: number;
  readonly readTimeoutUs: number;
  readonly tries: number;
  readonly affinity: CookieAffinity | undefined;
  readonly serverAliases: readonly string[];
  readonly forwardedPrefix: string | undefined;
  readonly canary: Canary | undefined;
}

export interface CookieAffinity {
  readonly name: string;
  readonly path: string | undefined;
  readonly domain: string | undefined;
  readonly expiresSeconds: number | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly sameSite: string | undefined;
  /** undefined: as the scheme says. */
  readonly isSecure: boolean | undefined;
  readonly changesOnFailure: boolean;
}

/** A second backend for the same path, for a share of the requests. */
export interface Canary {
  readonly weight: number;
  readonly weightTotal: number;
  readonly header: string | undefined;
  readonly headerValue: string | undefined;
  readonly cookie: string | undefined;
}

const prefix = "nginx.ingress.kubernetes.io/";

export function ingressOptions(ingress: Ingress): IngressOptions {
  const annotations = ingress.metadata.annotations ?? {};
  const text = (name: string): string | undefined => annotations[prefix + name];
  const flag = (name: string): boolean | undefined => {
    const value = text(name);
    return value === "true" ? true : value === "false" ? false : undefined;
  };
  const whole = (name: string): number | undefined => {
    const value = text(name);
    return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : undefined;
  };
  const list = (name: string): readonly string[] =>
    (text(name) ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const permanent = text("permanent-redirect");
  const temporal = text("temporal-redirect");
  const affinity: CookieAffinity | undefined =
    text("affinity") !== "cookie"
      ? undefined
      : {
          name: text("session-cookie-name") ?? "INGRESSCOOKIE",
          path: text("session-cookie-path"),
          domain: text("session-cookie-domain"),
          expiresSeconds: whole("session-cookie-expires"),
          maxAgeSeconds: whole("session-cookie-max-age"),
          sameSite: text("session-cookie-samesite"),
          isSecure: flag("session-cookie-secure"),
          changesOnFailure: flag("session-cookie-change-on-failure") ?? false,
        };
  const canary: Canary | undefined =
    flag("canary") !== true
      ? undefined
      : {
          weight: whole("canary-weight") ?? 0,
          weightTotal: whole("canary-weight-total") ?? 100,
          header: text("canary-by-header"),
          headerValue: text("canary-by-header-value"),
          cookie: text("canary-by-cookie"),
        };
  return {
    rewriteTarget: text("rewrite-target"),
    usesRegex: flag("use-regex") ?? false,
    sslRedirect: flag("ssl-redirect"),
    forceSslRedirect: flag("force-ssl-redirect"),
    serviceUpstream: flag("service-upstream") ?? false,
    appRoot: text("app-root"),
    redirect:
      temporal !== undefined
        ? { to: temporal, status: whole("temporal-redirect-code") ?? 302 }
        : permanent !== undefined
          ? { to: permanent, status: whole("permanent-redirect-code") ?? 301 }
          : undefined,
    upstreamVhost: text("upstream-vhost"),
    allowedSources: list("whitelist-source-range").length > 0 ? list("whitelist-source-range") : list("allowlist-source-range"),
    connectTimeoutUs: (whole("proxy-connect-timeout") ?? 5) * 1_000_000,
    readTimeoutUs: (whole("proxy-read-timeout") ?? 60) * 1_000_000,
    tries: whole("proxy-next-upstream-tries") ?? 3,
    affinity,
    serverAliases: list("server-alias").map((host) => host.toLowerCase()),
    forwardedPrefix: text("x-forwarded-prefix"),
    canary,
  };
}
