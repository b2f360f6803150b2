/**
 * The text in even shape: two blanks a level, list items under their key's own column, one blank line at most; comments stay where they are. A text that can't be read
 * stays as it is. The printer is loaded when it is first wanted.
 */
export async function formatted(text: string): Promise<string> {
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { version: "1.1", merge: true });
  if (!Array.isArray(documents) || documents.some((document) => document.errors.length > 0)) return text;
  return documents
    .map((document) => {
      document.directives.docStart = null;
      return document.toString({ indent: 2, indentSeq: false, lineWidth: 0, flowCollectionPadding: false });
    })
    .map((one) => one.replace(/^---\s*\n/, "").replace(/\n{3,}/g, "\n\n"))
    .map((one) => (one.endsWith("\n") ? one : `${one}\n`))
    .join("---\n");
}
