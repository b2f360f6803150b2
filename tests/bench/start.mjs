import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const rounds = 9;

/** G19: from `node bin/kubehop.mjs` to the first trace printed, over a Node that does nothing. In turn, the lower quartile. */
export function startRows() {
  const trace = ["bin/kubehop.mjs", "run", "scenarios/kubia.yaml"];
  const nothing = [];
  const ours = [];
  run(trace); // builds the bundle where it is missing or old
  for (let round = 0; round < rounds; round++) {
    nothing.push(run(["-e", "0"]));
    ours.push(run(trace));
  }
  const [floor, value] = [nothing, ours].map((all) => all.sort((a, b) => a - b)[Math.floor((rounds - 1) / 4)]);
  return [
    {
      goal: "G19",
      what: "start until the first trace is printed, over `node -e 0`",
      unit: "ms",
      value,
      floor,
      ratio: value / floor,
      gate: 5,
    },
  ];
}

function run(args) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", input: "trace 10.111.249.153:80\n" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stdout}${stderr}`);
  return performance.now() - start;
}
