import { describe, expect, test } from "vitest";
import { basicPrograms, programMap } from "../../../src/cluster/programs/index.ts";
import { shellOn } from "../machine/harness.ts";
import cases from "./bash-cases.json" with { type: "json" };

/**
 * What Debian 12's own tools gave for the same text: bash 5.2.15, coreutils 9.1, grep 3.8, sed 4.9, mawk 1.3.4, findutils 4.9
 * (`env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 bash -c TEXT` in an empty directory; for syntax errors without bash's own `-c: `).
 */
describe("as bash and the GNU tools of Debian 12", () => {
  const programs = programMap(basicPrograms("gnu"));
  test.each(cases)("$run", ({ run, stdout, stderr, exit }) => {
    const { stdout: out, stderr: err, exit: status } = shellOn(programs).run(run);
    expect({ stdout: out, stderr: err, exit: status }).toEqual({ stdout, stderr, exit });
  });
});
