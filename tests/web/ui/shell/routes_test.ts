import { deepStrictEqual } from "node:assert/strict";
import { PAGE_PATHS } from "../../../../web/page_paths.ts";

const PAGES = new URL("../../../../web/ui/", import.meta.url);

/** The paths that the areas' routes name. They are read as text: pages import what only a browser has. */
async function pathsOfPages(): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(PAGES)) {
    if (!isDirectory || name === "shell") continue;
    const file = new URL(`${name}/routes.ts`, PAGES);
    const text = await Deno.readTextFile(file).catch(() => "");
    const found = text.matchAll(/^\s*path: "([^"]*)"/gm);
    paths.push(...[...found].map(([, path = ""]) => path));
  }
  return paths;
}

Deno.test("the node serves the shell at the path of every page, and at no other", async () => {
  const paths = await pathsOfPages();

  deepStrictEqual(paths.toSorted(), PAGE_PATHS.toSorted());
});
