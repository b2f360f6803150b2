import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { exchanges } from "../harness/conversation.ts";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

const root = join(import.meta.dirname, "../..");
const conversation = readFileSync(join(root, "tests/golden/tutorial.txt"), "utf8");
const scenario = readFileSync(join(root, "scenarios/tutorial.yaml"), "utf8");

/** What a terminal can't say alike: its own size and being one, and remarks that are no output. */
const otherHere = /^(Unable to use a TTY|\(hint\)|\[exit)/;

/** What the worker told of terminals, gathered beside the page's own ear. */
interface Gathered {
  output: string;
  prompt: string | undefined;
}

/** The words of a line that no moment changes: ages, counts, drawn pods and ports have digits. */
function words(line: string): readonly string[] {
  return line.split(/\s+/).filter((word) => word !== "" && !/\d/.test(word));
}

/** The output lines of each command, in order, as the headless run has them. */
function expected(): readonly (readonly string[])[] {
  const outputs: string[][] = [];
  for (const line of conversation.split("\n")) {
    if (line.startsWith("$ ")) outputs.push([]);
    else if (!/^(## |> |>$|\^C)/.test(line) && line !== "" && !otherHere.test(line)) outputs.at(-1)?.push(line);
  }
  return outputs;
}

test("the whole tutorial, pasted as it is printed, in a real browser", async () => {
  const link = openScenario(scenario).link();
  const page = await PlaygroundPage.open({
    suffix: link,
    script: () => {
      const gathered: Gathered = { output: "", prompt: undefined };
      Object.assign(window, { gathered });
      window.Worker = class extends Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options);
          this.addEventListener("message", ({ data }) => {
            if (!Array.isArray(data)) return;
            for (const update of data) {
              if (update.type === "output") gathered.output += update.text;
              if (update.type === "prompt") gathered.prompt = update.text;
            }
          });
        }
      };
    },
  });
  await page.ready();
  const wanted = expected();
  const isIdle = () => page.page.evaluate(() => (window as unknown as { gathered: Gathered }).gathered.prompt?.endsWith("$ ") === true);
  const take = () =>
    page.page.evaluate(() => {
      const { gathered } = window as unknown as { gathered: Gathered };
      const { output } = gathered;
      gathered.output = "";
      return output;
    });
  // The tutorial waits for graceful ends and probes: at the highest speed.
  for (let i = 0; i < 3; i++) await page.page.keyboard.press("+");
  await page.page.locator(".terminal-host:visible").click();
  const missing: string[] = [];
  const typed = exchanges(conversation).filter(({ command }) => command !== "");
  expect(typed).toHaveLength(wanted.length);
  for (const [i, { command, interruptAfterMs }] of typed.entries()) {
    await take();
    await page.page.evaluate((text) => {
      Object.assign((window as unknown as { gathered: Gathered }).gathered, { prompt: undefined });
      return navigator.clipboard.writeText(text);
    }, command);
    await page.page.keyboard.press("Control+Shift+v");
    await page.page.keyboard.press("Enter");
    if (interruptAfterMs !== undefined) {
      await page.page.waitForTimeout(1500);
      await page.page.keyboard.press("Control+c");
    }
    if (command.startsWith("vi ")) {
      // Headless there is no screen to edit on; here the page's own editor opens.
      await page.page.getByRole("dialog", { name: "/etc/hosts" }).getByRole("button", { name: "Cancel" }).click();
      await page.page.locator(".terminal-host:visible").click();
      await expect.poll(isIdle).toBe(true);
      continue;
    }
    await expect.poll(isIdle, { timeout: 120_000, interval: 30, message: command }).toBe(true);
    const said = (await take()).split(/\r?\n/);
    for (const line of wanted[i] as readonly string[]) {
      if (!said.some((one) => words(line).every((word) => one.includes(word))))
        missing.push(`$ ${command}\n${line}\nsaid:\n${said.join("\n")}`);
    }
  }
  expect(missing).toEqual([]);
  expect(page.complaints).toEqual([]);
  await page.close();
}, 480_000);
