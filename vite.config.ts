import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The script that starts the worker is a file of its own and waits for nothing: neither for the page's script nor for its style. */
const firstWorker: Plugin = {
  name: "first-worker",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) => {
      const built = Object.values(bundle ?? {}).find((file) => file.type === "chunk" && file.name === "first-worker");
      const path = built === undefined ? "/src/ui/store/first-worker.ts" : `./${built.fileName}`;
      return [{ tag: "script", attrs: { type: "module", async: true, crossorigin: true, src: path }, injectTo: "head-prepend" }];
    },
  },
};

/** The page. `base: "./"`: the built folder runs from any folder of any static server. */
export default defineConfig({
  base: "./",
  plugins: [react(), firstWorker],
  resolve: {
    alias: [
      // monaco-yaml 5.5.1 speaks to an older Monaco: these two aliases and the shim bring them together.
      { find: /^monaco-worker-manager$/, replacement: src("ui/editor/worker-manager.ts") },
      { find: /^monaco-editor\/esm\/vs\/(.*)$/, replacement: "monaco-editor/$1" },
    ],
    dedupe: ["monaco-editor", "react", "react-dom"],
  },
  worker: { format: "es" },
  // Workers and lazy chunks are not crawled when the dev server starts: name their dependencies, or the first load reloads.
  optimizeDeps: {
    entries: ["index.html", "src/**/*.worker.ts", "src/worker/worker.ts", "src/ui/editor/monaco.ts"],
    include: ["monaco-yaml", "monaco-yaml/yaml.worker.js", "monaco-editor/editor", "monaco-editor/editor/editor.worker"],
  },
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 4000,
    // Browsers that know what the page is made of know modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: fileURLToPath(new URL("./index.html", import.meta.url)), "first-worker": src("ui/store/first-worker.ts") },
    },
  },
});
