import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";

const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".gz": "application/gzip",
};

const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** The file that a request names, or null when there is none within the folder. */
function fileOf(folder: string, url: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(url.replace(/[?#].*$/s, ""));
  } catch {
    return null;
  }
  if (path.includes("\0")) return null;
  let file = resolve(join(folder, path));
  if (file !== folder && !file.startsWith(folder + sep)) return null;
  if (path.endsWith("/")) file = join(file, "index.html");
  // Pages are .html files; an address without the ending finds them too.
  if (!existsSync(file) && existsSync(`${file}.html`)) file = `${file}.html`;
  return existsSync(file) ? file : null;
}

async function answer(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const url = request.url ?? "/";
  const file = fileOf(folder, url);
  if (file === null) {
    response.writeHead(404, { "content-type": "text/html; charset=utf-8" });
    response.end('<!doctype html><html lang="en"><title>404</title><p>404 · <a href="/">/</a>');
    return;
  }
  const status = statSync(file);
  if (status.isDirectory()) {
    const [path = "", query] = url.split("?");
    response.writeHead(302, { location: `${path}/${query ? `?${query}` : ""}` }).end();
    return;
  }
  // Everything but pages carries a hash of its content in its name.
  const isHashed = /\.[0-9a-f]{8}\./.test(file);
  response.writeHead(200, {
    "content-type": contentTypes[extname(file)] ?? "application/octet-stream",
    "content-length": status.size,
    "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(file), response);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolveListening, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolveListening();
    });
  });
}

/**
 * Serves a built site on 127.0.0.1, on the port asked for or the next free one.
 *
 * @param options.port default 3000; 0 takes any free one
 * @throws Error when the folder holds no site, or no port of the hundred tried is free
 */
export async function serveSite(options: {
  folder: string;
  port?: number;
}): Promise<{ url: string; close: () => Promise<void> }> {
  const folder = resolve(options.folder);
  if (!existsSync(join(folder, "index.html"))) {
    throw new Error(`no site to serve in ${folder}; expected one built by \`vigie build\``);
  }
  const server = createServer((request, response) => {
    // A reader who leaves while a file is on its way is no fault of the server.
    answer(folder, request, response).catch(() => response.destroy());
  });
  const first = options.port ?? 3000;
  for (let port = first; ; port++) {
    try {
      await listen(server, port);
      break;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken) throw error;
      if (port >= first + 99) {
        throw new Error(`no free port from ${first} to ${port}; expected one`, { cause: error });
      }
    }
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolveClosed) => {
        server.close(() => resolveClosed());
        server.closeAllConnections();
      }),
  };
}
