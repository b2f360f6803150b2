import { agnhost } from "./agnhost.ts";
import { annotatedImage, servesAnnotation } from "./annotated.ts";
import { coredns } from "./coredns.ts";
import { gatewayNginx } from "./gateway.ts";
import { httpEcho } from "./http-echo.ts";
import type { Image } from "./image.ts";
import { ingressNginx } from "./ingress-nginx.ts";
import { kubia } from "./kubia.ts";
import { nginx } from "./nginx.ts";
import { pause } from "./pause.ts";
import { alpine, busybox, curlImage, debian, dnsutils, jessieDnsutils, netshoot } from "./tools.ts";

export type { Image } from "./image.ts";

/** Every image that does something, by repository without registry and tag: any tag, digest or prefix of a known one is known. */
const images: Readonly<Record<string, Image>> = {
  "luksa/kubia": kubia,
  "e2e-test-images/agnhost": agnhost,
  nginx,
  "hashicorp/http-echo": httpEcho,
  "tutum/dnsutils": dnsutils,
  "e2e-test-images/jessie-dnsutils": jessieDnsutils,
  busybox,
  alpine,
  "curlimages/curl": curlImage,
  "nicolaka/netshoot": netshoot,
  debian,
  ubuntu: debian,
  pause,
  "coredns/coredns": coredns,
  "ingress-nginx/controller": ingressNginx,
  "nginx/nginx-gateway-fabric/nginx": gatewayNginx,
};

/** `docker.io/luksa/kubia:latest` and `luksa/kubia@sha256:…` are `luksa/kubia`. @source distribution/reference, ParseNormalizedNamed */
export function repositoryOf(name: string): string {
  const withoutDigest = name.split("@")[0] as string;
  const lastSlash = withoutDigest.lastIndexOf("/");
  const colon = withoutDigest.indexOf(":", lastSlash + 1);
  const path = colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
  const slash = path.indexOf("/");
  const first = slash < 0 ? "" : path.slice(0, slash);
  const isRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const repository = isRegistry ? path.slice(slash + 1) : path;
  return repository.startsWith("library/") ? repository.slice("library/".length) : repository;
}

/** The image of that name; an unknown one only if the pod's annotation says what it serves. */
export function findImage(
  name: string,
  pod: { readonly annotations: Readonly<Record<string, string>>; readonly ports: readonly number[] },
): Image | undefined {
  const known = images[repositoryOf(name)];
  if (known !== undefined) return known;
  const serves = pod.annotations[servesAnnotation];
  return serves === undefined ? undefined : annotatedImage(serves, pod.ports);
}
