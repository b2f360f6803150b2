import { useEffect, useState } from "react";
import type { ExampleTitle } from "../../messages/examples.ts";
import { replay, setSpeed, skip, speeds, stepHop, stepPacket, togglePlay, usePlayback } from "../graph/playback.ts";
import { open, ownText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { useLook } from "../time/look.ts";
import { openPalette } from "./dialogs.ts";
import { examples, loadExample } from "./examples.ts";
import { Icon, type IconName } from "./icons.tsx";
import { setLanguage, useLanguage } from "./language.ts";
import { currentTheme, onTheme, setTheme } from "./theme.ts";

export function Header() {
  const { ui, language } = useLanguage();
  const view = usePage((s) => s.view);
  return (
    <header className="top">
      <span className="logo">
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
          <rect x="1" y="1" width="20" height="20" rx="6" fill="var(--accent)" />
          <path
            d="M4.5 14.5c1.6-5 4-5 5.3-.6 1.2-6.6 5-7.6 7.4-4.6"
            fill="none"
            stroke="var(--on-accent)"
            strokeWidth="1.8"
            strokeLinecap="round"
          />
          <circle cx="17.4" cy="9.2" r="1.9" fill="var(--on-accent)" />
        </svg>
        <h1>Kubehop</h1>
      </span>
      <ScenarioMenu />
      <span className="spacer" />
      <PlayControls />
      <span className="spacer" />
      <fieldset className="segments">
        <legend className="visually-hidden">{ui.viewSwitch}</legend>
        {(["logical", "physical"] as const).map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={view === name}
            title={`${name === "logical" ? ui.logicalHint : ui.physicalHint} (V)`}
            onClick={() => usePage.setState({ view: name, pins: {} })}
          >
            {ui[name]}
          </button>
        ))}
      </fieldset>
      <span className="top-group">
        <button type="button" className="btn quiet" aria-label={ui.palette} title={`${ui.palette} (Ctrl+K)`} onClick={openPalette}>
          <Icon name="search" />
        </button>
        <ThemeButton />
        <button
          type="button"
          className="btn quiet language"
          aria-label={`${ui.language}: ${ui.languageLabel}`}
          onClick={() => void setLanguage(language === "en" ? "zh" : "en")}
          lang={language === "en" ? "zh-CN" : "en"}
        >
          {ui.language}
        </button>
        <ShareButton />
      </span>
    </header>
  );
}

function ScenarioMenu() {
  const { ui, language, sentences } = useLanguage();
  const [titles, setTitles] = useState<Readonly<Record<string, ExampleTitle>>>({});
  // What each of them shows comes behind the first picture, with all other sentences.
  const isLater = sentences !== undefined;
  useEffect(() => {
    if (isLater) void import("../../messages/examples.ts").then(({ exampleTitles }) => setTitles(exampleTitles));
  }, [isLater]);
  const summary = usePage((s) => s.summary);
  const own = ownText();
  return (
    <select
      className="btn scenario"
      aria-label={ui.scenarioMenu}
      value=""
      onChange={(event) => {
        const { value } = event.target;
        if (value === "own" && own !== undefined) open(own);
        else if (value !== "") void loadExample(value.replace(/^example\//, "")).then((text) => open(text));
      }}
    >
      <option value="">{summary?.name ?? ui.scenarioMenu}</option>
      {own !== undefined && <option value="own">{ui.ownWork}</option>}
      {examples.map((example) => (
        <option key={example} value={`example/${example}`}>
          {titles[example] === undefined ? example : `${example} · ${titles[example][language]}`}
        </option>
      ))}
    </select>
  );
}

function ThemeButton() {
  const { ui } = useLanguage();
  const [theme, setShown] = useState(currentTheme);
  useEffect(() => onTheme(setShown), []);
  return (
    <button
      type="button"
      className="btn quiet"
      aria-label={ui.theme}
      title={ui.theme}
      onClick={() => {
        setTheme(theme === "dark" ? "light" : "dark");
      }}
    >
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}

function PlayControls() {
  const { ui } = useLanguage();
  const isPlaying = usePlayback((s) => s.isPlaying);
  const isPaused = usePlayback((s) => s.isPaused);
  const speed = usePlayback((s) => s.speed);
  const hasFilm = usePlayback((s) => s.stops.length > 0);
  // Behind an earlier moment lies what is known to have come.
  const canStep = useLook((s) => s.atUs !== undefined) || hasFilm;
  const hasConnections = usePage((s) => s.connections.some((c) => c.session !== 0));
  return (
    <fieldset className="play">
      <legend className="visually-hidden">{ui.playControls}</legend>
      <span className="button-row">
        <PlayButton icon={isPaused ? "play" : "pause"} label={isPaused ? ui.play : ui.pause} shortcut="Space" onClick={togglePlay} />
        <PlayButton icon="stepBack" label={ui.previousHop} shortcut="," disabled={!hasFilm} onClick={() => stepHop(-1)} />
        <PlayButton icon="stepForward" label={ui.nextHop} shortcut="." disabled={!canStep} onClick={() => stepHop(1)} />
        <PlayButton icon="packetForward" label={ui.nextPacket} shortcut="]" disabled={!canStep} onClick={() => stepPacket(1)} />
        {isPlaying ? (
          <PlayButton icon="skip" label={ui.skip} shortcut="Esc" onClick={skip} />
        ) : (
          <PlayButton icon="replay" label={ui.replay} shortcut="A" disabled={!hasFilm && !hasConnections} onClick={replay} />
        )}
      </span>
      <fieldset className="segments speeds">
        <legend className="visually-hidden">{ui.speed}</legend>
        {speeds.map((choice) => (
          <button type="button" key={choice} aria-pressed={choice === speed} onClick={() => setSpeed(choice)}>
            {choice === 0.25 ? "¼" : choice}×
          </button>
        ))}
      </fieldset>
      <Clock />
    </fieldset>
  );
}

function PlayButton({
  icon,
  label,
  shortcut,
  disabled = false,
  onClick,
}: {
  icon: IconName;
  label: string;
  shortcut: string;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      className="btn icon-only"
      aria-label={label}
      title={`${label} (${shortcut})`}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function Clock() {
  const { ui } = useLanguage();
  const nowUs = usePage((s) => s.nowUs);
  const shownUs = useLook((s) => s.atUs) ?? nowUs;
  return (
    <code className="clock" title={ui.simulatedTime}>
      t {clockText(shownUs)}
    </code>
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
    const { makeLink } = await import("../store/make-link.ts");
    const link = await makeLink();
    window.history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      setSaid(`${ui.shared} · ${link.length} ${ui.characters}`);
    } catch {
      setSaid(ui.shareFailed);
    }
    window.setTimeout(() => setSaid(undefined), 3500);
  };
  return (
    <>
      <button type="button" className="btn primary share-button" aria-label={ui.share} onClick={() => void share()}>
        <Icon name="link" /> <span>{ui.share}</span>
      </button>
      <span className="toast" role="status">
        {said}
      </span>
    </>
  );
}
