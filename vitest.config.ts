import { defineConfig } from "vitest/config";

/** Two workers: as many as a small machine has cores. More would only make the timed waits of others longer. */
const node = { environment: "node" as const, pool: "threads" as const, maxWorkers: 2, testTimeout: 60_000 };

/** Three kinds of tests: `unit` runs in Node; `kernel` asks a real Linux kernel; `browser` drives the built page in Chromium. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          include: ["tests/**/*.test.{ts,tsx}"],
          exclude: ["tests/browser/**", "tests/kernel/**"],
        },
      },
      {
        test: {
          ...node,
          name: "kernel",
          include: ["tests/kernel/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...node,
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: ["tests/browser/serve-built-page.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000, interval: 50 } },
        },
      },
    ],
  },
});
