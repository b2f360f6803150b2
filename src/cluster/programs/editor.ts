import type { Program, ProgramEntry, ServiceKey, Sys } from "../machine/syscall.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** The page's own editor, where there is a page. */
export interface EditorService {
  /** Opens `text` of `path`; what the user saves comes back as the command `saveFile`. */
  open(place: string, path: string, text: string): void;
}

export const editorService: ServiceKey<EditorService> = { name: "editor" };

/** `vi FILE` and `nano FILE` open the page's editor. Headless they say how to write a file without one. */
export function editors(toolset: Toolset): readonly ProgramEntry[] {
  return (toolset === "gnu" ? ["vi", "vim", "nano"] : ["vi"]).map(
    (name): ProgramEntry => ({ name, path: toolPath(name, toolset), run: runEditor }),
  );
}

function* runEditor(sys: Sys): Program {
  const name = programName(sys);
  const path = sys.args.slice(1).findLast((word) => !/^[-+]/.test(word));
  const editor = sys.service(editorService);
  if (editor === undefined || sys.terminal === undefined) {
    const file = path ?? "FILE";
    yield* sys.err(
      `${name}: there is no screen to edit on; write the file with a redirection: echo '...' >> ${file}, or cat > ${file} <<EOF\n`,
    );
    return 1;
  }
  if (path === undefined) {
    yield* sys.err(`${name}: name a file to edit\n`);
    return 1;
  }
  const absolute = sys.path(path);
  const text = sys.files.read(absolute);
  if (!text.ok && text.error === "EISDIR") {
    yield* sys.err(`${name}: ${path}: Is a directory\n`);
    return 1;
  }
  editor.open(sys.host.place, absolute, text.ok ? text.value : "");
  return 0;
}
