import { parseDocument, parseDocuments } from "../../../yaml/parse.ts";

/** The documents of a file or a patch. kustomize does not guess: what begins with a brace is YAML too. @source kustomize kyaml/kio/byteio_reader.go */
export function documentsIn(text: string): readonly ReturnType<typeof parseDocument>[] {
  if (text.trimStart().startsWith("{")) return [parseDocument(text)];
  return parseDocuments(text).map(({ content }) => content);
}
