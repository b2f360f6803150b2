/** A part of a form as `-F` gives it. */
type Part =
  | { readonly type: "text"; readonly name: string; readonly value: string; readonly contentType: string | undefined }
  | {
      readonly type: "file";
      readonly name: string;
      readonly path: string;
      readonly contentType: string;
      readonly fileName: string | undefined;
    }
  /** `<FILE`: the file's text as a plain value. */
  | { readonly type: "text-file"; readonly name: string; readonly path: string; readonly contentType: string | undefined };

/** @source curl 7.88.1 lib/mime.c, ContentTypeForFilename */
const typesByEnding: Readonly<Record<string, string>> = {
  ".gif": "image/gif",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".htm": "text/html",
  ".html": "text/html",
  ".pdf": "application/pdf",
  ".xml": "application/xml",
};

/** `name=value`, `name=@file;type=…;filename=…`, `name=<file`; undefined when it has no `=`. Pure. @source curl(1), --form */
export function parseFormPart(text: string): Part | undefined {
  const equals = text.indexOf("=");
  if (equals < 0) return undefined;
  const name = text.slice(0, equals);
  const [first = "", ...options] = text.slice(equals + 1).split(";");
  const option = (key: string): string | undefined =>
    options
      .find((one) => one.trim().startsWith(`${key}=`))
      ?.trim()
      .slice(key.length + 1);
  const known = options.filter((one) => /^\s*(type|filename)=/.test(one));
  const value = [first, ...options.filter((one) => !known.includes(one))].join(";");
  const contentType = option("type");
  if (value.startsWith("<")) return { type: "text-file", name, path: value.slice(1), contentType };
  if (!value.startsWith("@")) return { type: "text", name, value, contentType };
  const path = value.slice(1);
  const ending = /\.[^./]*$/.exec(path)?.[0].toLowerCase() ?? "";
  return {
    type: "file",
    name,
    path,
    contentType: contentType ?? typesByEnding[ending] ?? "application/octet-stream",
    fileName: option("filename"),
  };
}

/** The body of a multipart/form-data request; undefined when a file can't be read. @source RFC 7578; curl 7.88.1, run beside it */
export function formBody(parts: readonly Part[], boundary: string, read: (path: string) => string | undefined): string | undefined {
  let body = "";
  for (const part of parts) {
    const content = part.type === "text" ? part.value : read(part.path);
    if (content === undefined) return undefined;
    const fileName = part.type === "file" ? `; filename="${part.fileName ?? part.path.split("/").pop()}"` : "";
    const type = part.contentType === undefined ? "" : `Content-Type: ${part.contentType}\r\n`;
    body += `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"${fileName}\r\n${type}\r\n${content}\r\n`;
  }
  return `${body}--${boundary}--\r\n`;
}
