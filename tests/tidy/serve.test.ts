import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentSecurityPolicy, serve } from "../../scripts/serve.mjs";

const folder = mkdtempSync(join(tmpdir(), "kubehop-serve-"));
let server: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  writeFileSync(join(folder, "index.html"), "<p>page</p>");
  server = await serve(folder, 0);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As a stranger's program asks: the path goes out as it is. */
function get(path: string): Promise<{ readonly status: number | undefined; readonly policy: string | string[] | undefined }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, policy: response.headers["content-security-policy"] });
    })
      .on("error", reject)
      .end();
  });
}

test("a folder's index is served, with the policy that the page is made for", async () => {
  expect(await get("/")).toEqual({ status: 200, policy: contentSecurityPolicy });
  expect(contentSecurityPolicy).not.toContain("unsafe-eval");
});

test.each(["/../package.json", "/%2e%2e/package.json", "/..%2fpackage.json", "/nowhere.js", "/%", "/a%00b"])(
  "%s: not served",
  async (path) => {
    expect([400, 403, 404]).toContain((await get(path)).status);
  },
);
