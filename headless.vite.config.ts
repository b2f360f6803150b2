import { defineConfig } from "vite";

/** The `kubehop` command and library, as one ES module for Node. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, target: "node" },
  build: {
    ssr: "src/headless/main.ts",
    outDir: process.env["KUBEHOP_HEADLESS_OUT"] ?? "dist-headless",
    target: "node20",
    minify: true,
    rolldownOptions: { output: { entryFileNames: "kubehop.mjs", chunkFileNames: "[name].mjs" } },
  },
});
