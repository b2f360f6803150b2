import { useEffect, useRef } from "react";
import type { ProxyMode } from "../../playground/protocol.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { currentTheme } from "../app/theme.ts";
import { lineDiff } from "../editor/line-diff.ts";
import { openedText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { useBranches } from "../time/branches.ts";
import { clockOf } from "../time/clock.ts";
import { changedWords } from "./changed-words.ts";
import { leadTwin, reopenTwin, useLead } from "./lead.ts";
import { ObjectDrawer } from "./ObjectDrawer.tsx";
import { Parting } from "./Parting.tsx";
import { closeTwin, compareWith, openTwin } from "./twin.ts";
import { useTwin } from "./twin-state.ts";
import { twinPort, twinReady } from "./wire.ts";
import "./twin.css";

/** The other cluster's picture: this page once more, in a frame, with a worker of its own. */
export function TwinPicture() {
  const { ui } = useLanguage();
  const status = useTwin((s) => s.status);
  const opening = useTwin((s) => s.opening);
  return (
    <section className="picture twin-picture" aria-label={ui.twinOther}>
      <header className="twin-caption">
        <SubjectMenu />
        <Status />
      </header>
      {status === "lost" ? (
        <div className="empty" role="alert">
          <p>{ui.twinLost}</p>
          <button type="button" className="btn" onClick={reopenTwin}>
            {ui.twinAgain}
          </button>
        </div>
      ) : (
        <Frame key={opening} />
      )}
    </section>
  );
}

/** Once its frame has loaded, by when the other page speaks. */
const greetingMsMax = 20_000;

function Frame() {
  const { ui, language } = useLanguage();
  const ref = useRef<HTMLIFrameElement>(null);
  // What the frame begins with; changes are told to it.
  const address = useRef(`${window.location.pathname}?twin=1&theme=${currentTheme()}&lang=${language}`);
  useEffect(() => {
    let end = () => {};
    let isHeard = false;
    const hear = (event: MessageEvent<unknown>) => {
      const { subject } = useTwin.getState();
      const target = ref.current?.contentWindow;
      if (event.source !== target || event.data !== twinReady || !target || subject === undefined) return;
      end();
      isHeard = true;
      const channel = new MessageChannel();
      target.postMessage(twinPort, window.location.origin, [channel.port2]);
      end = leadTwin(channel.port1, subject);
    };
    window.addEventListener("message", hear);
    // A host that lets no page of its own into a frame loads a page that never speaks.
    let timer = 0;
    const loaded = () => {
      timer = window.setTimeout(() => {
        if (!isHeard) useTwin.setState({ status: "lost" });
      }, greetingMsMax);
    };
    const frame = ref.current;
    frame?.addEventListener("load", loaded, { once: true });
    return () => {
      window.clearTimeout(timer);
      frame?.removeEventListener("load", loaded);
      window.removeEventListener("message", hear);
      end();
    };
  }, []);
  return <iframe ref={ref} className="twin-frame" title={ui.twinOther} src={address.current} />;
}

const modes: readonly ProxyMode[] = ["iptables", "ipvs", "nftables"];

/** What runs beside: another branch, or the same text by another proxy mode. */
function SubjectMenu() {
  const { ui } = useLanguage();
  const subject = useTwin((s) => s.subject);
  const { branches, current } = useBranches();
  const own = usePage((s) => s.summary?.proxyMode);
  const others = branches.filter((branch) => branch.id !== current);
  const value = subject?.proxyMode ?? (subject?.branch === undefined ? "start" : `${subject.branch}`);
  return (
    <select
      className="btn small"
      aria-label={ui.twinOther}
      value={value}
      onChange={(event) => {
        const wanted = event.target.value;
        const branch = others.find(({ id }) => `${id}` === wanted);
        const mode = modes.find((name) => name === wanted);
        if (branch !== undefined) compareWith(branch);
        else if (mode !== undefined) {
          const { record, nowUs } = usePage.getState();
          openTwin({ branch: undefined, text: openedText(), record, untilUs: nowUs, proxyMode: mode });
        }
      }}
    >
      {value === "start" && <option value="start">{ui.twinStart}</option>}
      {others.map(({ id, fromUs }) => (
        <option key={id} value={`${id}`}>
          {ui.twinCourse.replace("{id}", `${id}`)}
          {fromUs > 0 ? ` · ${clockOf(fromUs)}` : ""}
        </option>
      ))}
      {modes
        .filter((mode) => mode !== own)
        .map((mode) => (
          <option key={mode} value={mode}>
            {ui.twinMode.replace("{mode}", mode)}
          </option>
        ))}
    </select>
  );
}

function Status() {
  const { ui } = useLanguage();
  const status = useTwin((s) => s.status);
  const untilUs = useTwin((s) => s.subject?.untilUs ?? 0);
  const isRepeating = usePage((s) => s.nowUs < untilUs);
  if (status === "opening") return <span className="chip warn">{ui.twinOpening}</span>;
  if (status === "running" && isRepeating) return <span className="chip warn">{ui.twinRepeats.replace("{time}", clockOf(untilUs))}</span>;
  return null;
}

/** Over the page's own picture: what differs in its text, where commands go, and the end of the comparison. */
export function OwnCaption() {
  const { ui } = useLanguage();
  const current = useBranches((s) => s.current);
  const goesToBoth = useTwin((s) => s.goesToBoth);
  const mode = useTwin((s) => s.subject?.proxyMode);
  const own = usePage((s) => s.summary?.proxyMode);
  return (
    <header className="twin-caption">
      <b>{mode === undefined ? ui.twinCourse.replace("{id}", `${current}`) : own}</b>
      <TextDifference />
      <fieldset className="segments small">
        <legend className="visually-hidden">{ui.twinTyped}</legend>
        {([true, false] as const).map((both) => (
          <button
            type="button"
            key={`${both}`}
            aria-pressed={goesToBoth === both}
            title={`${ui.twinTyped}: ${both ? ui.twinBoth : ui.twinOnlyThis}`}
            onClick={() => useTwin.setState({ goesToBoth: both })}
          >
            {both ? ui.twinBoth : ui.twinOnlyThis}
          </button>
        ))}
      </fieldset>
      <button type="button" className="btn quiet small" aria-label={ui.twinClose} title={`${ui.twinClose} (C)`} onClick={closeTwin}>
        <Icon name="close" size={14} />
      </button>
      <Parting />
    </header>
  );
}

/** The own picture's inspector, where the one beside the pictures has made room for them. */
export function OwnDrawer() {
  return (
    <div className="has-own-inspector">
      <ObjectDrawer />
    </div>
  );
}

/** The one line that was changed, as it was and as it is; of more their number. */
function TextDifference() {
  const { ui } = useLanguage();
  const text = usePage((s) => s.text);
  const other = useLead((s) => s.leftText);
  const rows = other === "" || other === text ? [] : lineDiff(other.split("\n"), text.split("\n")).filter((row) => row.kind !== "same");
  const removed = rows.filter((row) => row.kind === "removed");
  const added = rows.filter((row) => row.kind === "added");
  if (rows.length === 0) return <span className="muted twin-text">{ui.twinSameText}</span>;
  const isOneLine = removed.length <= 1 && added.length <= 1;
  const { lead, before, after } = changedWords(removed[0]?.text ?? "", added[0]?.text ?? "");
  return (
    <code className="twin-text" title={rows.map(({ kind, text: line }) => `${kind === "added" ? "+" : "−"} ${line}`).join("\n")}>
      {isOneLine ? (
        <>
          {lead} {before !== "" && <del>{before}</del>} {after !== "" && <ins>{after}</ins>}
        </>
      ) : (
        ui.twinLines.replace("{count}", `${Math.max(removed.length, added.length)}`)
      )}
    </code>
  );
}
