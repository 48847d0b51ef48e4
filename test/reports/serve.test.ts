import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { serveSite } from "../../reports/serve.ts";

let parent: string;
let server: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), "vigie-serve-"));
  const folder = join(parent, "site");
  mkdirSync(join(folder, "group/fr"), { recursive: true });
  mkdirSync(join(parent, "site-secret"));
  writeFileSync(join(parent, "secret.txt"), "secret");
  writeFileSync(join(parent, "site-secret/a.txt"), "secret");
  writeFileSync(join(folder, "index.html"), "root");
  writeFileSync(join(folder, "group/fr/index.html"), "fr");
  writeFileSync(join(folder, "group/fr/m.0123abcd.gz"), "gz");
  server = await serveSite({ folder, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(parent, { recursive: true, force: true });
});

/** A request with its path as it is; `fetch` would tidy it. */
function raw(path: string): Promise<number> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

describe("serveSite", () => {
  it("serves pages with their type and a policy that keeps to the site", async () => {
    const response = await fetch(`${server.url}group/fr/?month=2026-10`);
    expect(await response.text()).toBe("fr");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("serves compressed marts as they are", async () => {
    const response = await fetch(`${server.url}group/fr/m.0123abcd.gz`);
    expect(response.headers.get("content-type")).toBe("application/gzip");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("cache-control")).toContain("immutable");
  });

  it("finds a page without its ending, and a folder without its slash", async () => {
    expect(await (await fetch(`${server.url}group/fr/index`)).text()).toBe("fr");
    expect((await fetch(`${server.url}group/fr`)).url).toBe(`${server.url}group/fr/`);
  });

  it("answers 404 for what is not there", async () => {
    expect((await fetch(`${server.url}group/de/`)).status).toBe(404);
  });

  it.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/../site-secret/a.txt",
    "/%00",
    "/%",
  ])("gives nothing outside its folder: %s", async (path) => {
    expect(await raw(path)).toBe(404);
  });

  it("refuses to be written to", async () => {
    expect((await fetch(server.url, { method: "POST" })).status).toBe(405);
  });

  it("takes the next port where one is taken", async () => {
    const port = Number(new URL(server.url).port);
    const second = await serveSite({ folder: join(parent, "site"), port });
    expect(Number(new URL(second.url).port)).toBeGreaterThan(port);
    await second.close();
  });

  it("says what is missing where there is no site", async () => {
    await expect(serveSite({ folder: join(parent, "none") })).rejects.toThrow(
      "no site to serve in",
    );
  });
});
