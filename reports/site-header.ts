/** What `observablehq.config.ts` needs to know of one audience's site in one language. */
export interface SiteManifest {
  title: string;
  audience: string;
  language: string;
  /** The audience's languages, each with its own name ("English"). */
  languages: { id: string; name: string }[];
  pages: { name: string; title: string; order: number }[];
  footer: string;
  labels: { menu: string; language: string; skip: string };
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escapes text for HTML content and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
}

/**
 * The top of every page: skip link, organisation, menu, language switch. The links work without
 * scripts; the page's own script adds the filters in force to them.
 */
export function siteHeader(site: SiteManifest, path: string): string {
  const current = path.replace(/^\//, "");
  const menu = site.pages.map((page) => {
    const here = page.name === current ? ' aria-current="page"' : "";
    return `<a href="/${page.name}.html" data-keeps-filters${here}>${escapeHtml(page.title)}</a>`;
  });
  // rel="external" because Framework would resolve ../ against its own root.
  const languages = site.languages.map(({ id, name }) =>
    id === site.language
      ? `<span lang="${id}" aria-current="true">${escapeHtml(name)}</span>`
      : `<a rel="external" href="../${id}/${current}.html" hreflang="${id}" lang="${id}" data-keeps-filters>${escapeHtml(name)}</a>`,
  );
  const languageSwitch =
    languages.length > 1
      ? `<div class="languages" role="group" aria-label="${escapeHtml(site.labels.language)}">${languages.join("")}</div>`
      : "";
  return [
    `<a class="skip" rel="external" href="#observablehq-main">${escapeHtml(site.labels.skip)}</a>`,
    `<div class="masthead"><span class="organisation">${escapeHtml(site.title)}</span>`,
    `<nav aria-label="${escapeHtml(site.labels.menu)}">${menu.join("")}</nav>${languageSwitch}</div>`,
  ].join("");
}
