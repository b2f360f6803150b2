import { useEffect, useRef, useState } from "react";
import type { RecordEntry, Update } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { onUpdate, send } from "../store/link-to-worker.ts";

type OpenFile = Extract<Update, { type: "openFile" }>;

/** What `vi FILE` and `kubectl edit` open: the file in an editor of the page, since the terminal is no screen. */
export function FileDialog() {
  const [file, setFile] = useState<OpenFile | undefined>();
  useEffect(
    () =>
      onUpdate((update) => {
        if (update.type === "openFile") setFile(update);
        if (update.type === "opened") setFile(undefined);
        // A replay saves or closes it by itself.
        if (update.type === "recorded") setFile((open) => (update.entries.some((entry) => isEnd(entry, open)) ? undefined : open));
      }),
    [],
  );
  return file === undefined ? null : <FileEditor key={`${file.place} ${file.path}`} file={file} onClose={() => setFile(undefined)} />;
}

function isEnd([, kind, body]: RecordEntry, file: OpenFile | undefined): boolean {
  return (kind === "file" || kind === "close") && body.place === file?.place && body.path === file.path;
}

function FileEditor({ file, onClose }: { file: OpenFile; onClose: () => void }) {
  const { ui } = useLanguage();
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(file.text);
  const { place, path } = file;
  useEffect(() => ref.current?.showModal(), []);
  const leave = () => {
    send({ type: "closeFile", place, path });
    onClose();
  };
  const save = () => {
    send({ type: "saveFile", place, path, text });
    onClose();
  };
  return (
    <dialog ref={ref} className="dialog file-dialog" aria-label={path} onCancel={leave}>
      <h2>
        {path} <span className="faint">{place}</span>
      </h2>
      <textarea
        aria-label={path}
        value={text}
        spellCheck={false}
        wrap="off"
        rows={18}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if ((event.ctrlKey || event.metaKey) && (event.key === "s" || event.key === "Enter")) {
            event.preventDefault();
            save();
          }
        }}
      />
      <div className="dialog-buttons">
        <button type="button" className="btn" onClick={leave}>
          {ui.cancel}
        </button>
        <button type="button" className="btn primary" onClick={save}>
          {ui.saveFile}
        </button>
      </div>
    </dialog>
  );
}
