import type { LooseObject } from "../api/meta.ts";
import { encodeBase64 } from "../protocols/bytes.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { ServerContext, Target } from "./context.ts";
import { isRecord, valueAt } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { invalid } from "./status.ts";
import { existing } from "./update.ts";

const tokenRequests = { group: "authentication.k8s.io", plural: "tokenrequests", kind: "TokenRequest" };
const audience = "https://kubernetes.default.svc.cluster.local";
const secondsMin = 600;

/**
 * `serviceaccounts/NAME/token`: a token that says who it is, for how long and for whom. Its parts can be read; its signature is nobody's.
 * @source pkg/registry/core/serviceaccount/storage/token.go; pkg/serviceaccount/claims.go
 */
export function requestToken(context: ServerContext, target: Target): LooseObject {
  const account = existing(context, target);
  const { name, namespace = "", uid } = account.metadata;
  const body = isRecord(target.request.body) ? target.request.body : {};
  const given = valueAt(body, ["spec", "audiences"]);
  const audiences = Array.isArray(given) && given.length > 0 ? (given as readonly string[]) : [audience];
  const asked = valueAt(body, ["spec", "expirationSeconds"]);
  const seconds = typeof asked === "number" ? asked : 3600;
  if (seconds < secondsMin) {
    const detail = "may not specify a duration less than 10 minutes";
    throw new Refusal(invalid(tokenRequests, "", [{ field: "spec.expirationSeconds", type: "invalid", value: `${seconds}`, detail }]));
  }
  const issued = Math.floor(context.simulation.dateMs() / 1000);
  const claims = {
    aud: audiences,
    exp: issued + seconds,
    iat: issued,
    iss: audience,
    jti: context.identities.uid("Token", namespace, name, context.store.removals),
    "kubernetes.io": { namespace, serviceaccount: { name, uid } },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  const stream = context.simulation.random("service-account-tokens");
  const signature = Array.from({ length: 342 }, () => letters[stream.uint32() % 64]).join("");
  const token = [part({ alg: "RS256", kid: keyId }), part(claims), signature].join(".");
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, creationTimestamp: formatRfc3339(issued * 1000) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: formatRfc3339((issued + seconds) * 1000) },
  };
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const keyId = "Xy5Qq8mN2vJr0sLh3bWc7tKd1fGp9uZe4aRi6oTwVxM";

/** @source RFC 7515, section 2: base64url without padding */
function part(value: unknown): string {
  return encodeBase64(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
