// Serves a built folder on this machine, with the headers that the page is made for. `node scripts/serve.mjs [PORT] [FOLDER]`.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".yaml": "text/yaml; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".webmanifest": "application/manifest+json",
};

export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data: blob:; " +
  "worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

/** The path asked for; undefined when it is none. */
function pathOf(url) {
  try {
    return decodeURIComponent(new URL(url ?? "/", "http://localhost").pathname);
  } catch {
    return undefined;
  }
}

/** Starts a server for `folder` on the loopback address; port 0 takes a free one. Gives its address and a way to stop it. */
export function serve(folder, port) {
  const server = createServer((request, response) => {
    const path = pathOf(request.url);
    if (path === undefined) return void response.writeHead(400).end();
    let file = normalize(join(folder, path));
    if (!file.startsWith(folder + sep) && file !== folder) return void response.writeHead(403).end();
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (!existsSync(file)) return void response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "content-security-policy": contentSecurityPolicy,
      "x-content-type-options": "nosniff",
      "cache-control": path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}/`, stop: () => stop(server) });
    });
  });
}

function stop(server) {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections(); // a browser keeps some open
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = normalize(process.argv[3] ?? join(fileURLToPath(new URL("..", import.meta.url)), "dist")).replace(/[/\\]$/, "");
  const wish = process.argv[2];
  // Another Kubehop may be open: a port that nobody asked for by number may be any.
  const { url } = await serve(folder, Number(wish ?? 4173)).catch((error) => {
    if (wish === undefined && error.code === "EADDRINUSE") return serve(folder, 0);
    console.error(`Kubehop can't be served: ${error.message}`);
    process.exit(1);
  });
  console.log(`Kubehop is served at ${url}`);
}
