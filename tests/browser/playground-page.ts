import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, onTestFailed } from "vitest";
import { chromiumArguments, chromiumPath } from "./chromium.ts";

const screenshots = join(import.meta.dirname, "../../test-results");
let browser: Browser | undefined;
/** As long as Playwright and `expect.poll` wait here: what holds on a fast machine holds on a busy one, later. */
const patienceMs = 30_000;

/** One browser for a file of tests. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArguments });
  });
  afterAll(async () => {
    await browser?.close();
  });
}

/** The browser of the file, for who needs no playground in it. */
export function browserOfFile(): Browser {
  if (browser === undefined) throw new Error("useBrowser() must be called in the file");
  return browser;
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly locale?: string;
  /** Behind the address: `?lang=zh`, `#k1:…`. */
  readonly suffix?: string;
  readonly reducedMotion?: boolean;
  /** Fingers instead of a mouse. */
  readonly touch?: boolean;
  /** Runs in the page before its own script. */
  readonly script?: () => void;
  /** The same person's second page: the same store and clipboard. */
  readonly context?: BrowserContext;
}

/** The playground as a user has it before them: what can be seen and done, in the user's words. */
export class PlaygroundPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the console complained of, and requests that left the page's own host. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static async open(options: OpenOptions = {}): Promise<PlaygroundPage> {
    if (browser === undefined) throw new Error("useBrowser() must be called in the file");
    const context =
      options.context ??
      (await browser.newContext({
        viewport: { width: options.width ?? 1280, height: options.height ?? 720 },
        colorScheme: options.theme ?? "light",
        locale: options.locale ?? "en-GB",
        reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
        hasTouch: options.touch === true,
        permissions: ["clipboard-read", "clipboard-write"],
      }));
    const page = await context.newPage();
    const opened = new PlaygroundPage(context, page);
    const url = inject("pageUrl");
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") opened.complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => opened.complaints.push(`error: ${error.message}`));
    page.on("request", (request) => {
      const from = request.url();
      if (!from.startsWith(url) && !from.startsWith("data:") && !from.startsWith("blob:")) opened.complaints.push(`a request to ${from}`);
    });
    onTestFailed(async ({ task }) => {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${task.name.replace(/\W+/g, "-")}.png`) }).catch(() => undefined);
    });
    const suffix = options.suffix ?? "";
    if (options.script !== undefined) await page.addInitScript(options.script);
    await page.goto(suffix.startsWith("http") ? suffix : url + suffix);
    return opened;
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  /** The graph stands and the first pods run. */
  async ready(): Promise<void> {
    // From far away a card says less, but it is there.
    await this.page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ state: "attached" });
    await this.page.locator(".terminal-host .xterm").first().waitFor();
    await this.terminalShows("laptop:~$");
  }

  /** The keys go to the editor by its own key, once it has loaded. */
  async pressEditorKey(): Promise<void> {
    await this.page.locator(".monaco-editor .view-line").first().waitFor();
    await this.page.keyboard.press("e");
    await this.page.locator(".monaco-editor.focused").waitFor();
  }

  async typeCommand(text: string): Promise<void> {
    await this.focusTerminal();
    const shown = async () => (await this.terminalText()).replace(/\s/g, "");
    const isReading = /[$#>]$/.test(await shown());
    await this.page.keyboard.type(text);
    // Until it is drawn, the row is still the prompt that `prompted` looks for. What is typed ahead is drawn when its turn comes.
    if (isReading) await expect.poll(shown).toContain(text.replace(/\s/g, "").slice(-20));
    await this.page.keyboard.press("Enter");
  }

  async focusTerminal(): Promise<void> {
    await this.page.locator(".terminal-host:visible").click();
  }

  /** What the shown terminal has on its screen, lines joined where they were only wrapped. */
  async terminalText(): Promise<string> {
    const rows = await this.page.locator(".terminal-host:visible .xterm-rows > div").allInnerTexts();
    return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n");
  }

  async terminalShows(text: string | RegExp, timeoutMs = patienceMs): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const shown = await this.terminalText();
      if (typeof text === "string" ? shown.includes(text) : text.test(shown)) return shown;
      if (Date.now() > deadline) throw new Error(`the terminal does not show ${text}:\n${shown}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** The last row waits for a command again. */
  async prompted(prompt = "laptop:~$", timeoutMs = patienceMs): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await this.terminalText()).trimEnd().endsWith(prompt)) {
      if (Date.now() > deadline) throw new Error(`the terminal does not prompt:\n${await this.terminalText()}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Which hop the film is at: `[7, 36]`. */
  async hopShown(): Promise<readonly [at: number, count: number]> {
    const text = await this.page.locator(".hop-count").innerText();
    const [at = 0, count = 0] = (text.match(/\d+/g) ?? []).map(Number);
    return [at, count];
  }

  /** Where boxes stand on the canvas, by their ids. */
  async places(): Promise<ReadonlyMap<string, string>> {
    const found = await this.page
      .locator(".react-flow__node")
      .evaluateAll((nodes) =>
        nodes.map((node) => [(node as HTMLElement).dataset["id"] ?? "", (node as HTMLElement).style.transform] as const),
      );
    return new Map(found);
  }

  /** Names of the pods on the canvas, sorted. */
  async podsShown(): Promise<readonly string[]> {
    const ids = await this.page
      .locator(".react-flow__node-pod")
      .evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).dataset["id"] ?? ""));
    return ids.map((id) => id.replace(/^pod\/default\//, "")).sort();
  }

  async focusEditor(): Promise<void> {
    await this.page.locator(".monaco-editor .native-edit-context, .monaco-editor textarea.inputarea").first().focus();
  }

  /** Replaces the editor's whole text, as select-all and paste would. */
  async setEditor(text: string): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press("Control+a");
    await this.page.evaluate((value) => navigator.clipboard.writeText(value), text);
    await this.page.keyboard.press("Control+v");
  }

  /** Selects the first place of `text` in the editor. */
  async findInEditor(text: string): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press("Control+Home");
    await this.page.keyboard.press("Control+f");
    await this.page.keyboard.type(text);
    await this.page.locator(".find-widget.visible").waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.keyboard.press("Escape");
  }

  /** Types `replacement` over the first place of `text` in the editor; the cursor stays in that document. */
  async replaceInEditor(text: string, replacement: string): Promise<void> {
    await this.findInEditor(text);
    await this.page.keyboard.type(replacement);
    // Completion has offered something: the next keys are for the text.
    await this.page.keyboard.press("Escape");
  }

  async problems(): Promise<readonly string[]> {
    return this.page.locator(".problems li").allInnerTexts();
  }
}
