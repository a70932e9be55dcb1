import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { readPageFiles } from "../../nodes/adapters/page_files.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of what the program reads, so that a test may change it. */
class Copy implements AsyncDisposable {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get dist(): string {
    return join(this.folder, "web", "ui", "dist");
  }

  /** Runs the program as its task does. */
  async build(): Promise<{ readonly code: number; readonly stderr: string }> {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--no-check", "--allow-read=."],
        ...["--allow-write=web/ui/dist", `--allow-run=${Deno.execPath()}`],
        join("web", "ui_build.ts"),
      ],
      cwd: this.folder,
      stdout: "null",
      stderr: "piped",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  }

  async pages() {
    const read = await readPageFiles(this.dist);
    ok(read.ok, read.ok ? "" : read.error);
    return read.value;
  }

  async write(path: string, text: string): Promise<void> {
    const at = join(this.folder, "web", "ui", path);
    await Deno.mkdir(join(at, ".."), { recursive: true });
    await Deno.writeTextFile(at, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Small pages of every kind that the program must take, in a project of their own. */
async function makeCopy(): Promise<Copy> {
  const copy = new Copy(
    await Deno.realPath(await Deno.makeTempDir({ prefix: "panal-test-" })),
  );
  await copy.write("app.tsx", APP);
  await copy.write("shared.ts", "export const shared = () => document.title;");
  await copy.write("late.ts", LATE);
  await copy.write("style.css", "body { margin: 0 }");
  await copy.write("area/more.css", "p { color: #123456 }");
  await copy.write("deno.json", "{}");
  for (const path of ["service_worker.ts", "static/icon.svg"]) await take(path);
  await take("static/manifest.webmanifest");
  await Deno.writeTextFile(
    join(copy.folder, "deno.json"),
    '{ "workspace": ["./web/ui"] }',
  );
  await Deno.writeTextFile(join(copy.folder, "deno.lock"), '{"version":"5"}');
  await Deno.copyFile(
    join(PROJECT, "web", "ui_build.ts"),
    join(copy.folder, "web", "ui_build.ts"),
  );
  return copy;

  async function take(path: string): Promise<void> {
    const at = join(PROJECT, "web", "ui", path);
    await copy.write(path, await Deno.readTextFile(at));
  }
}

const APP = `import { shared } from "./shared.ts";
shared();
void import("./late.ts").then(({ late }) => late());
`;
const LATE = `import { shared } from "./shared.ts";
export const late = () => shared() + "late";
`;

Deno.test("ui_build makes scripts, styles and the rest, each in three forms", async () => {
  await using copy = await makeCopy();

  const { code, stderr } = await copy.build();

  strictEqual(code, 0, stderr);
  const pages = await copy.pages();
  const names = pages.map(({ name }) => name.replace(/-[A-Z0-9]{8}/, "-X"));
  deepStrictEqual(names.toSorted(), [
    "app.js",
    "chunk-X.js",
    "icon.svg",
    "late-X.js",
    "manifest.webmanifest",
    "style.css",
    "sw.js",
  ]);
  for (const { name, body, br, gzip } of pages) {
    ok(br && gzip, name);
    deepStrictEqual(new Uint8Array(brotliDecompressSync(br)), body, name);
    deepStrictEqual(new Uint8Array(gunzipSync(gzip)), body, name);
  }
});

Deno.test("ui_build tells the service worker everything that pages load, and the manifest's icon is among it", async () => {
  await using copy = await makeCopy();
  strictEqual((await copy.build()).code, 0);
  const pages = await copy.pages();
  const text = (name: string) =>
    new TextDecoder().decode(pages.find((file) => file.name === name)?.body);

  const { icons } = JSON.parse(text("manifest.webmanifest"));
  const told = /^const PANAL_ASSETS=(\{.*\});$/m.exec(text("sw.js"))?.[1] ?? "";
  const paths = pages.map(({ path }) => path).filter((it) => it !== "/sw.js");

  ok(paths.includes(icons[0].src), icons[0].src);
  deepStrictEqual(JSON.parse(told).paths, paths.toSorted());
  // A classic script: browsers that know no module workers run it too.
  new Function(text("sw.js"));
});

Deno.test("ui_build joins all styles, those of areas after the common one", async () => {
  await using copy = await makeCopy();
  strictEqual((await copy.build()).code, 0);
  const style = (await copy.pages()).find(({ name }) => name === "style.css");

  strictEqual(
    new TextDecoder().decode(style?.body).trim(),
    "body{margin:0}p{color:#123456}",
  );
});

Deno.test("ui_build names a file anew when its content changes, and does nothing when nothing changed", async () => {
  await using copy = await makeCopy();
  strictEqual((await copy.build()).code, 0);
  const before = await copy.pages();
  const listedAt = (await Deno.stat(join(copy.dist, "assets.json"))).mtime;
  const again = await copy.build();
  const sameAt = (await Deno.stat(join(copy.dist, "assets.json"))).mtime;
  await copy.write("area/more.css", "p { color: #654321 }");
  const changed = await copy.build();
  const after = await copy.pages();

  deepStrictEqual(again, { code: 0, stderr: "" });
  deepStrictEqual(sameAt, listedAt);
  match(changed.stderr, /^Bundled the pages: 7 files/);
  const moved = before.filter(({ path }) =>
    !after.some((file) => file.path === path)
  );
  deepStrictEqual(moved.map(({ name }) => name), ["style.css"]);
  const worker = (pages: typeof before) =>
    pages.find(({ name }) => name === "sw.js")?.hash;
  ok(worker(before) !== worker(after), "browsers would keep the old pages");
});

Deno.test("ui_build run many times at once leaves whole pages", async () => {
  await using copy = await makeCopy();

  const runs = [copy.build(), copy.build(), copy.build()];
  const ends = await Promise.all(runs);

  deepStrictEqual(ends.map(({ code }) => code), [0, 0, 0]);
  strictEqual((await copy.pages()).length, 7);
  for await (const { name } of Deno.readDir(copy.dist)) {
    ok(!name.startsWith("bundle-") && !name.endsWith(".tmp"), name);
  }
});

Deno.test("ui_build says what is wrong with a page, and keeps the pages it made before", async () => {
  await using copy = await makeCopy();
  strictEqual((await copy.build()).code, 0);
  const before = await copy.pages();
  await copy.write("late.ts", "export const late = (;");

  const { code, stderr } = await copy.build();

  strictEqual(code, 1);
  match(stderr, /^The pages cannot be bundled:\n[^]*late\.ts/);
  deepStrictEqual(await copy.pages(), before);
  for await (const { name } of Deno.readDir(copy.dist)) {
    ok(!name.startsWith("bundle-"), name);
  }
});
