import { defineConfig } from "vitest/config";

const node = { environment: "node" as const, pool: "threads" as const, testTimeout: 20_000 };

/** Two kinds of tests: `unit` runs in Node; `browser` drives the built page in Chromium; `kernel` asks a real Linux kernel. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          include: ["tests/**/*.test.{ts,tsx}"],
          exclude: ["tests/browser/**", "tests/kernel/**", "tests/long/**"],
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
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
