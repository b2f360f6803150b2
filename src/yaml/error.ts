/** Why a document could not be read, in the words of Go's yaml package, and where. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  /** Offset into the document's text. */
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** How deep collections may nest. Go's limit is 10,000; ours is what every browser's stack holds. */
export const depthMax = 800;
