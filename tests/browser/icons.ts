/**
 * Makes the icons that a system shows for the installed pages, of `icon.svg`, in the browser that the tests use: not
 * every system takes an SVG.
 *
 *   deno run -A tests/browser/icons.ts
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { createBrowser } from "../support/browser.ts";

const FOLDER = fileURLToPath(new URL("../../web/ui/static/", import.meta.url));

/** A picture of the icon. Those of `maskable` are cut to a shape by the system, others have their own round corners. */
const ICONS = [
  { name: "icon-192.png", size: 192, corner: "18%" },
  { name: "icon-512.png", size: 512, corner: "18%" },
  { name: "icon-maskable-512.png", size: 512, corner: "0" },
] as const;

async function main(): Promise<void> {
  const svg = await Deno.readTextFile(`${FOLDER}icon.svg`);
  const browser = createBrowser();
  try {
    for (const { name, size, corner } of ICONS) {
      await browser.visit({ width: size, height: size }, async (page) => {
        await page.setContent(
          `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px;border-radius:${corner}}</style>${svg}`,
        );
        await page.screenshot({ path: FOLDER + name, omitBackground: true });
      });
    }
  } finally {
    await browser.close();
  }
}

if (import.meta.main) await main();
