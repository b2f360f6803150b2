import { gatewayProgram } from "../gateway/program.ts";
import { curl } from "../programs/curl.ts";
import { busyboxPrograms } from "../programs/index.ts";
import { imageOf } from "./image.ts";

/** nginx as the Gateway controller starts it: on Alpine. */
export const gatewayNginx = imageOf({
  entrypoint: ["/usr/sbin/nginx-gateway"],
  sizeBytes: 120_000_000,
  programs: [busyboxPrograms, [curl, gatewayProgram]],
  files: { "/lib/ld-musl-x86_64.so.1": "" },
});
