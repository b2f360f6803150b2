import { corednsProgram } from "../coredns/program.ts";
import { imageOf } from "./image.ts";

/** From scratch: the server alone, without a shell. */
export const coredns = imageOf({ entrypoint: ["/coredns"], sizeBytes: 18_562_039, programs: [[corednsProgram]] });
