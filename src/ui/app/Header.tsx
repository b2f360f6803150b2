import { useState } from "react";
import { replay, setSpeed, skip, speeds, stepHop, stepPacket, togglePlay, usePlayback } from "../graph/playback.ts";
import { makeLink, open } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { examples, loadExample } from "./examples.ts";
import { setLanguage, useLanguage } from "./language.ts";
import { currentTheme, setTheme } from "./theme.ts";

export function Header() {
  const { ui, language } = useLanguage();
  const summary = usePage((s) => s.summary);
  const view = usePage((s) => s.view);
  return (
    <header className="top">
      <span className="logo">
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
          <rect x="1" y="1" width="20" height="20" rx="6" fill="var(--accent)" />
          <path d="M4.5 14.5c1.6-5 4-5 5.3-.6 1.2-6.6 5-7.6 7.4-4.6" fill="none" stroke="#fff" strokeWidth="1.8" strokeLinecap="round" />
          <circle cx="17.4" cy="9.2" r="1.9" fill="#fff" />
        </svg>
        <h1>Kubehop</h1>
      </span>
      <select
        className="btn"
        aria-label={ui.scenarioMenu}
        value=""
        onChange={(event) => {
          const { value } = event.target;
          if (value !== "") void loadExample(value).then((text) => open(text));
        }}
      >
        <option value="">{summary?.name ?? ui.scenarioMenu}</option>
        {examples.map((example) => (
          <option key={example} value={example}>
            {example}
          </option>
        ))}
      </select>
      <span className="spacer" />
      <PlayControls />
      <span className="spacer" />
      <fieldset className="segments">
        <legend className="visually-hidden">{ui.viewSwitch}</legend>
        {(["logical", "physical"] as const).map((name) => (
          <button type="button" key={name} aria-pressed={view === name} onClick={() => usePage.setState({ view: name, pins: {} })}>
            {ui[name]}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        className="btn quiet"
        aria-label={ui.theme}
        title={ui.theme}
        onClick={() => setTheme(currentTheme() === "dark" ? "light" : "dark")}
      >
        ◐
      </button>
      <button
        type="button"
        className="btn quiet"
        aria-label={ui.languageLabel}
        onClick={() => void setLanguage(language === "en" ? "zh" : "en")}
        lang={language === "en" ? "zh-CN" : "en"}
      >
        {ui.language}
      </button>
      <ShareButton />
    </header>
  );
}

function PlayControls() {
  const { ui } = useLanguage();
  const { isPlaying, isPaused, speed, stops } = usePlayback();
  const nowUs = usePage((s) => s.nowUs);
  const hasFilm = stops.length > 0;
  const isRunning = isPlaying || !isPaused;
  return (
    <fieldset className="play">
      <legend className="visually-hidden">{ui.play}</legend>
      <button
        type="button"
        className="btn icon"
        aria-label={isRunning ? ui.pause : ui.play}
        title={`${isRunning ? ui.pause : ui.play} (Space)`}
        onClick={togglePlay}
      >
        {isRunning ? "❚❚" : "▶"}
      </button>
      <button
        type="button"
        className="btn icon"
        aria-label={ui.previousHop}
        title={`${ui.previousHop} (,)`}
        disabled={!hasFilm}
        onClick={() => stepHop(-1)}
      >
        |◂
      </button>
      <button type="button" className="btn" title={`${ui.nextHop} (.)`} disabled={!hasFilm} onClick={() => stepHop(1)}>
        ▸| {ui.nextHop}
      </button>
      <button
        type="button"
        className="btn icon"
        aria-label={ui.nextPacket}
        title={`${ui.nextPacket} (Shift+.)`}
        disabled={!hasFilm}
        onClick={() => stepPacket(1)}
      >
        ▸▸|
      </button>
      <button
        type="button"
        className="btn icon"
        aria-label={isPlaying ? ui.skip : ui.replay}
        title={isPlaying ? ui.skip : ui.replay}
        onClick={isPlaying ? skip : replay}
      >
        {isPlaying ? "⏭" : "↺"}
      </button>
      <fieldset className="segments">
        <legend className="visually-hidden">{ui.speed}</legend>
        {speeds.map((choice) => (
          <button type="button" key={choice} aria-pressed={choice === speed} onClick={() => setSpeed(choice)}>
            {choice === 0.25 ? "¼" : choice}×
          </button>
        ))}
      </fieldset>
      <code className="clock" title={ui.simulatedTime}>
        t {clockText(nowUs)}
      </code>
    </fieldset>
  );
}

function clockText(us: number): string {
  const ms = Math.floor(us / 1000);
  const two = (value: number) => `${value}`.padStart(2, "0");
  const hours = Math.floor(ms / 3_600_000);
  return `${hours > 0 ? `${hours}:` : ""}${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${`${ms % 1000}`.padStart(3, "0")}`;
}

function ShareButton() {
  const { ui } = useLanguage();
  const [said, setSaid] = useState<string | undefined>();
  const share = async () => {
    const link = await makeLink();
    window.history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      setSaid(ui.shared);
    } catch {
      setSaid(ui.shareFailed);
    }
    window.setTimeout(() => setSaid(undefined), 2500);
  };
  return (
    <>
      <button type="button" className="btn primary" onClick={() => void share()}>
        {ui.share}
      </button>
      <span className="toast" role="status">
        {said}
      </span>
    </>
  );
}
