import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type ListedPageFile, parsePageList } from "../../nodes/page_files.ts";

const FILES: readonly ListedPageFile[] = [
  ["app.js", "/assets/app-0123456789abcdef.js"],
  ["style.css", "/assets/style-0123456789abcdef.css"],
  ["icon.svg", "/assets/icon-0123456789abcdef.svg"],
  ["sw.js", "/sw.js"],
].map(([name = "", path = ""]) => ({
  name,
  path,
  type: "text/plain",
  hash: "0123456789abcdef",
  file: path.slice(path.lastIndexOf("/") + 1),
  imports: [],
}));

Deno.test("parsePageList() gives the files of a list", () => {
  deepStrictEqual(parsePageList(JSON.stringify(FILES)), FILES);
});

Deno.test("parsePageList() refuses a list that lacks what every page needs", () => {
  for (const { name } of FILES) {
    const others = FILES.filter((file) => file.name !== name);
    strictEqual(parsePageList(JSON.stringify(others)), undefined, name);
  }
});

Deno.test("parsePageList() refuses a file outside its folder, and a path of the interface", () => {
  const bad = [
    { file: "../deno.json" },
    { file: "/etc/passwd" },
    { file: ".hidden" },
    { path: "/v1/sales" },
    { path: "/assets/../v1" },
    { hash: '"' },
  ];
  for (const field of bad) {
    const files = FILES.map((file) => ({ ...file, ...field }));
    strictEqual(
      parsePageList(JSON.stringify(files)),
      undefined,
      JSON.stringify(field),
    );
  }
});

Deno.test("parsePageList() never throws", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parsePageList(text);
  }));
});
