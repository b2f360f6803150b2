import * as monaco from "monaco-editor/editor";
import "monaco-editor/languages/definitions/yaml/register";
import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/codicon/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/contextmenu/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/folding/register";
import "monaco-editor/features/format/register";
import "monaco-editor/features/gotoError/register";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/placeholderText/register";
import "monaco-editor/features/snippet/register";
// Monaco 0.57's own `suggest` feature forgets its controller; without it there is no completion.
import "monaco-editor/editor/contrib/suggest/browser/suggestController";
import "monaco-editor/features/wordHighlighter/register";
import "monaco-editor/features/wordOperations/register";
import { configureMonacoYaml } from "monaco-yaml";
import schema from "./kubernetes.schema.json";

/** The one module that imports Monaco; all others import this one, so that there is one instance. */
self.MonacoEnvironment = {
  getWorker(_id: string, label: string) {
    return label === "yaml"
      ? new Worker(new URL("./yaml.worker.ts", import.meta.url), { type: "module", name: "yaml" })
      : new Worker(new URL("./editor.worker.ts", import.meta.url), { type: "module", name: "editor" });
  },
};

// Completion and hover only: every marker comes from the engine, which has the API server's own words.
configureMonacoYaml(
  monaco as never,
  {
    enableSchemaRequest: false,
    validate: false,
    hover: true,
    completion: true,
    isKubernetes: true,
    yamlVersion: "1.1",
    schemas: [{ uri: "inmemory://kubehop/kubernetes.schema.json", fileMatch: ["**/*.yaml"], schema: schema as never }],
  } as never,
);

monaco.editor.defineTheme("kubehop-light", {
  base: "vs",
  inherit: true,
  rules: [
    { token: "type", foreground: "3a5bd9" },
    { token: "string", foreground: "0b7a5a" },
    { token: "number", foreground: "8a5a00" },
    { token: "comment", foreground: "667180" },
  ],
  colors: { "editor.background": "#ffffff", "editorLineNumber.foreground": "#667180", "editorLineNumber.dimmedForeground": "#667180" },
});
monaco.editor.defineTheme("kubehop-dark", {
  base: "vs-dark",
  inherit: true,
  rules: [
    { token: "type", foreground: "8aa2ff" },
    { token: "string", foreground: "4cc9a0" },
    { token: "number", foreground: "e5b454" },
    { token: "comment", foreground: "8593a5" },
  ],
  colors: { "editor.background": "#151a23", "editorLineNumber.foreground": "#8593a5", "editorLineNumber.dimmedForeground": "#8b93a7" },
});

export { monaco };
