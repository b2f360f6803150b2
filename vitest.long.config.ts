import { defineConfig } from "vitest/config";

/** What is too long for every commit: the kernel judges 50 generated scenarios, and each property meets ten times as many worlds. */
export default defineConfig({
  test: {
    environment: "node",
    pool: "threads",
    maxWorkers: 2,
    env: { KUBEHOP_GENERATED: "50", KUBEHOP_RUNS: "10" },
    include: ["tests/kernel/**/*.test.ts", "tests/properties/**/*.test.ts", "tests/**/*{properties,random-*,incremental}.test.ts"],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
  },
});
