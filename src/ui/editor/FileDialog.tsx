import { useEffect, useRef, useState } from "react";
import "../app/dialog.css";
import { useLanguage } from "../app/language.ts";
import { send } from "../store/link-to-worker.ts";
import { type OpenFile, usePage } from "../store/store.ts";

/** What `vi FILE` and `kubectl edit` open: the file in an editor of the page, since the terminal is no screen. */
export function FileDialog() {
  // From the store, which hears all: this may still be loading when the file is opened.
  const file = usePage((s) => s.file);
  return file && <FileEditor key={`${file.place} ${file.path}`} file={file} onClose={() => usePage.setState({ file: undefined })} />;
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
