import { html } from "htl";

/** Breaks text into lines of at most so many characters, at spaces. */
function lines(text: string, characters: number): string[] {
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const last = found.at(-1);
    if (last !== undefined && last.length + word.length < characters)
      found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}

/** A chart as a picture of its own: its title above it, the page's colours written out, on the page's ground. */
export function toSvg(
  drawing: SVGSVGElement,
  title: string,
  subtitle = "",
): { text: string; width: number; height: number } {
  const style = getComputedStyle(drawing);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const { width, height: drawnHeight } = drawing.viewBox.baseVal;
  const heads = [
    ...lines(title, width / 9).map((text) => ({ text, size: 16, weight: 700, fill: "--ink" })),
    ...lines(subtitle, width / 6.4).map((text) => ({
      text,
      size: 12,
      weight: 400,
      fill: "--muted",
    })),
  ].filter(({ text }) => text !== "");
  let y = 8;
  const names = heads.map(({ text, size, weight, fill }) => {
    y += size * 1.3;
    const line = document.createElementNS("http://www.w3.org/2000/svg", "text");
    line.textContent = text;
    for (const [name, value] of Object.entries({ x: 8, y, fill: colour(fill) }))
      line.setAttribute(name, String(value));
    line.setAttribute("font-size", String(size));
    line.setAttribute("font-weight", String(weight));
    return line;
  });
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  for (const [name, value] of Object.entries({ x: 8, y: y + 12, width, height: drawnHeight }))
    copy.setAttribute(name, String(value));
  const whole = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const size = { width: width + 16, height: Math.ceil(y + 12 + drawnHeight + 8) };
  whole.setAttribute("width", String(size.width));
  whole.setAttribute("height", String(size.height));
  whole.setAttribute(
    "style",
    `color: ${style.color}; background: ${colour("--ground")}; font-family: ${style.fontFamily}`,
  );
  whole.append(...names, copy);
  const text = new XMLSerializer()
    .serializeToString(whole)
    .replace(/var\((--[\w-]+)\)/g, (_, name: string) => colour(name));
  return { text, ...size };
}

/** A picture's pixels, twice as many as on the page; drawn from a data address, which the site's policy lets in. */
export async function toPng(picture: ReturnType<typeof toSvg>): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
  await image.decode();
  const canvas = html`<canvas
    width=${picture.width * 2}
    height=${picture.height * 2}
  ></canvas>` as HTMLCanvasElement;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("the chart could not be drawn as PNG; expected a canvas"));
    }, "image/png");
  });
}
