import { curl } from "../programs/curl.ts";
import { busyboxPrograms, gnuPrograms } from "../programs/index.ts";
import { type Image, imageOf } from "./image.ts";

/** Debian images that a shell with the usual network tools is all of. */
export const dnsutils: Image = imageOf({ command: ["bash"], sizeBytes: 82_306_523, programs: [gnuPrograms] });
export const jessieDnsutils: Image = imageOf({ command: ["bash"], sizeBytes: 112_030_526, programs: [gnuPrograms] });
export const netshoot: Image = imageOf({ command: ["bash"], sizeBytes: 202_115_004, programs: [gnuPrograms] });
export const debian: Image = imageOf({ command: ["bash"], sizeBytes: 48_481_000, programs: [gnuPrograms] });

const muslFiles = { "/lib/ld-musl-x86_64.so.1": "", "/etc/alpine-release": "3.21.0\n" };

export const busybox: Image = imageOf({ command: ["sh"], sizeBytes: 2_156_519, programs: [busyboxPrograms] });
export const alpine: Image = imageOf({ command: ["/bin/sh"], sizeBytes: 3_642_247, programs: [busyboxPrograms], files: muslFiles });
export const curlImage: Image = imageOf({
  command: ["curl"],
  env: { CURL_CA_BUNDLE: "/cacert.pem" },
  sizeBytes: 9_481_228,
  programs: [busyboxPrograms, [curl]],
  files: muslFiles,
});
