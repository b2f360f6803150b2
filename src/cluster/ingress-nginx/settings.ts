import type { KubernetesObject } from "../api/meta.ts";

/** The controller's own ConfigMap. @source ingress-nginx docs/user-guide/nginx-configuration/configmap.md */
export interface Settings {
  readonly usesForwardedHeaders: boolean;
  readonly appendsForwardedFor: boolean;
  readonly hsts: boolean;
  readonly hstsMaxAge: number;
  readonly hstsIncludesSubdomains: boolean;
  readonly hstsPreload: boolean;
  readonly sslRedirect: boolean;
  readonly forceSslRedirect: boolean;
  readonly redirectStatus: number;
  readonly usesHttp2: boolean;
  /** Served instead of the built-in 404; `NAMESPACE/NAME`. */
  readonly defaultBackend: string | undefined;
}

export function settingsOf(map: (KubernetesObject & { readonly data?: Readonly<Record<string, string>> }) | undefined): Settings {
  const data = map?.data ?? {};
  const flag = (name: string, otherwise: boolean): boolean => (data[name] === undefined ? otherwise : data[name] === "true");
  return {
    usesForwardedHeaders: flag("use-forwarded-headers", false),
    appendsForwardedFor: flag("compute-full-forwarded-for", false),
    hsts: flag("hsts", true),
    hstsMaxAge: Number(data["hsts-max-age"] ?? 31_536_000),
    hstsIncludesSubdomains: flag("hsts-include-subdomains", true),
    hstsPreload: flag("hsts-preload", false),
    sslRedirect: flag("ssl-redirect", true),
    forceSslRedirect: flag("force-ssl-redirect", false),
    redirectStatus: Number(data["http-redirect-code"] ?? 308),
    usesHttp2: flag("use-http2", true),
    defaultBackend: data["default-backend-service"],
  };
}
