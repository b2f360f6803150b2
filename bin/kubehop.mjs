#!/usr/bin/env node
import { loadBundle } from "./bundle.mjs";

try {
  const { main } = await loadBundle();
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`kubehop: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 2;
}
