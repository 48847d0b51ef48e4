import { readFileSync } from "node:fs";
import { join } from "node:path";

import { siteHeader, type SiteManifest } from "./reports/site-header.ts";

const siteRoot = process.env.VIGIE_SITE_ROOT;
if (!siteRoot) {
  throw new Error(
    "the site has no root: VIGIE_SITE_ROOT is not set; expected the folder that `vigie build` wrote",
  );
}
const site = JSON.parse(readFileSync(join(siteRoot, "site.json"), "utf8")) as SiteManifest;

// One configuration for every audience and language: what differs stands in the root's site.json.
// Framework runs in the root's parent folder, so both paths below are relative to that.
export default {
  root: "root",
  output: "dist",
  title: site.title,
  pages: site.pages.map((page) => ({ name: page.title, path: `/${page.name}` })),
  header: ({ path }: { path: string }) => siteHeader(site, path),
  head: '<link rel="icon" type="image/svg+xml" href="/icon.svg">\n<meta name="color-scheme" content="light dark">',
  footer: site.footer,
  style: "style.css",
  globalStylesheets: [],
  sidebar: false,
  pager: false,
  toc: false,
  search: false,
  linkify: false,
  preserveExtension: true,
  preserveIndex: true,
};
