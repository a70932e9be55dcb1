/**
 * Sheets of pictures: several pictures of pages beside each other in one, so that a person sees many at once.
 *
 * @module
 */
import { join } from "node:path";
import type { TestBrowser } from "./browser.ts";

/** In CSS pixels. */
const SHEET_WIDTH = 1560;
const SHEET_HEIGHT = 1740;
const CAPTION_HEIGHT = 18;
const GAP = 4;
/** How many pictures of pages of a width stand beside each other. */
const COLUMNS: Readonly<Record<number, number>> = { 390: 4, 820: 3, 1440: 2 };

/** Which pictures a sheet shows. */
export interface SheetOptions {
  /** The folder of all pictures. */
  readonly folder: string;
  /** The folder in it, of pictures of one width. */
  readonly set: string;
  /** Their width in CSS pixels. */
  readonly width: number;
}

interface Picture {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** On the sheet. */
  readonly height: number;
}

/** Pictures below each other. */
type Column = readonly Picture[];

/**
 * Makes the sheets of a set of pictures.
 *
 * @param browser What draws them.
 * @param options Which pictures.
 * @returns Where they are.
 */
export async function makeSheets(
  browser: TestBrowser,
  { folder, set, width }: SheetOptions,
): Promise<readonly string[]> {
  const columns = COLUMNS[width] ?? 1;
  const pictures = await readPictures(join(folder, set), SHEET_WIDTH / columns);
  const stacks = stack(pictures);
  await Deno.mkdir(join(folder, "sheets"), { recursive: true });
  const made: string[] = [];
  for (let at = 0; at < stacks.length; at += columns) {
    const path = join(folder, "sheets", `${set}-${made.length + 1}.png`);
    const html = sheetOf(stacks.slice(at, at + columns), columns);
    const view = { width: SHEET_WIDTH, height: SHEET_HEIGHT };
    await browser.visit(view, async (page) => {
      await page.setContent(html, { waitUntil: "load" });
      await page.screenshot({ path });
    });
    made.push(path);
  }
  return made;
}

async function readPictures(
  folder: string,
  width: number,
): Promise<readonly Picture[]> {
  const pictures: Picture[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const bytes = await Deno.readFile(join(folder, name));
    // A PNG begins with its size.
    const header = new DataView(bytes.buffer);
    const scale = width / header.getUint32(16);
    const height = Math.min(
      header.getUint32(20) * scale + CAPTION_HEIGHT + GAP,
      SHEET_HEIGHT,
    );
    pictures.push({ name, bytes, height });
  }
  return pictures.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** Fills one column after the other. */
function stack(pictures: readonly Picture[]): readonly Column[] {
  const columns: Picture[][] = [];
  let left = 0;
  for (const picture of pictures) {
    if (picture.height > left) {
      columns.push([]);
      left = SHEET_HEIGHT;
    }
    columns.at(-1)?.push(picture);
    left -= picture.height;
  }
  return columns;
}

function sheetOf(stacks: readonly Column[], columns: number): string {
  const drawn = stacks.map((pictures) => {
    const figures = pictures.map(({ name, bytes, height }) =>
      `<figure style="height:${height - GAP}px"><figcaption>${name}</figcaption>
      <img src="data:image/png;base64,${bytes.toBase64()}"></figure>`
    );
    return `<div>${figures.join("")}</div>`;
  });
  return `<style>
    body { margin: 0; display: grid; gap: ${GAP}px; background: #888; font: 11px/16px sans-serif;
      grid-template-columns: repeat(${columns}, minmax(0, 1fr)) }
    figure { margin: 0 0 ${GAP}px; overflow: hidden }
    figcaption { height: ${CAPTION_HEIGHT}px; background: #fff; padding: 0 4px }
    img { width: 100%; display: block }
  </style>${drawn.join("")}`;
}
