import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, inject, onTestFailed } from "vitest";
import { chromiumArguments, chromiumPath } from "./chromium.ts";

const screenshots = join(import.meta.dirname, "../../test-results");
let browser: Browser | undefined;

/** One browser for a file of tests. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArguments });
  });
  afterAll(async () => {
    await browser?.close();
  });
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly locale?: string;
  /** Behind the address: `?lang=zh`, `#k1:…`. */
  readonly suffix?: string;
  readonly reducedMotion?: boolean;
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
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 720 },
      colorScheme: options.theme ?? "light",
      locale: options.locale ?? "en-GB",
      reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
    });
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
    await page.goto(url + (options.suffix ?? ""));
    return opened;
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  /** The graph stands and the first pods run. */
  async ready(): Promise<void> {
    await this.page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ timeout: 20_000 });
    await this.page.locator(".terminal-host .xterm").first().waitFor({ timeout: 20_000 });
    await this.terminalShows("laptop:~$");
  }

  async typeCommand(text: string): Promise<void> {
    await this.page.locator(".terminal-host:visible").click();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
  }

  /** What the shown terminal has on its screen and above it, lines joined where they were only wrapped. */
  async terminalText(): Promise<string> {
    return this.page.locator(".terminal-host:visible .xterm-rows").innerText();
  }

  async terminalShows(text: string | RegExp, timeoutMs = 15_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const shown = await this.terminalText();
      if (typeof text === "string" ? shown.includes(text) : text.test(shown)) return shown;
      if (Date.now() > deadline) throw new Error(`the terminal does not show ${text}:\n${shown}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Names of the pods on the canvas, sorted. */
  async podsShown(): Promise<readonly string[]> {
    const names = await this.page.locator(".react-flow__node-pod b").allInnerTexts();
    return names.map((name) => name.trim()).sort();
  }

  /** Replaces the editor's whole text, as select-all and paste would. */
  async setEditor(text: string): Promise<void> {
    await this.page.locator(".monaco-editor textarea, .monaco-editor .native-edit-context").first().focus();
    await this.page.keyboard.press("Control+a");
    await this.page.evaluate(async (value) => navigator.clipboard.writeText(value).catch(() => undefined), text);
    await this.page.keyboard.insertText(text);
  }

  async problems(): Promise<readonly string[]> {
    return this.page.locator(".problems li").allInnerTexts();
  }
}
