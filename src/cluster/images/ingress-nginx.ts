import { ingressNginxProgram } from "../ingress-nginx/program.ts";
import { curl } from "../programs/curl.ts";
import { busyboxPrograms } from "../programs/index.ts";
import { imageOf } from "./image.ts";

/** On Alpine, with curl. */
export const ingressNginx = imageOf({
  entrypoint: ["/nginx-ingress-controller"],
  sizeBytes: 290_000_000,
  programs: [busyboxPrograms, [curl, ingressNginxProgram]],
  files: { "/lib/ld-musl-x86_64.so.1": "" },
});
