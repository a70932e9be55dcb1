/**
 * The program behind `deno task bundle`: makes of the pages in `web/ui/` what a node serves, in `web/ui/dist/`.
 *
 * A program of its own, like `nodes/main.ts`, since it runs before any node and needs what no node needs: to start the
 * bundler and to write beside the source. It imports nothing of the project, so that finding nothing to do is quick.
 *
 * Any number may run at once. Files are named by their content and written under another name first; `assets.json`,
 * which lists them, is replaced last and at once, so a reader finds the old pages or the new ones.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
const SOURCE = join("web", "ui");
const DIST = join(SOURCE, "dist");
/** Says which inputs the files were made of. */
const INPUTS = "inputs.txt";
const MANIFEST = "manifest.webmanifest";
/** Inputs besides all files of `web/ui/`. */
const OTHER_INPUTS = ["deno.json", "deno.lock", join("web", "ui_build.ts")];
/** Milliseconds that a file nobody lists stays: another build or a starting node may still want it. */
const UNLISTED_KEPT_MS = 600_000;
const HASH_LENGTH = 16;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
};
/** What is small already. */
const INCOMPRESSIBLE = new Set(["png"]);

/** What keeps the pages from being built, in words for a person. */
class BuildError extends Error {
  override readonly name = "BuildError";
}

/** A file as the bundler made it, or as it stands in `web/ui/static/`. */
interface Output {
  /** Its name without a hash, e.g. `app.js`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file as a node serves it; `nodes/page_files.ts` reads this form. */
interface Asset {
  /** Its name without a hash. */
  readonly name: string;
  /** Where a node serves it. */
  readonly path: string;
  /** Its media type. */
  readonly type: string;
  /** Of its content, in hexadecimal. */
  readonly hash: string;
  /** Its name in `web/ui/dist/`; compressed forms have `.br` and `.gz` after it. */
  readonly file: string;
  /** Scripts that it loads at once, as served. */
  readonly imports: readonly string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

function say(text: string): void {
  Deno.stderr.writeSync(encoder.encode(`${text}\n`));
}

/** Every input with its size and time, one a line: equal lines, equal pages. */
async function describeInputs(): Promise<string> {
  const paths = [...OTHER_INPUTS];
  await collectFiles(SOURCE, paths);
  const lines = await Promise.all(
    paths.sort().map(async (path) => {
      const { size, mtime } = await Deno.stat(join(PROJECT, path));
      return `${path} ${size} ${mtime?.getTime() ?? 0}`;
    }),
  );
  return [`deno ${Deno.version.deno}`, ...lines, ""].join("\n");
}

async function collectFiles(folder: string, paths: string[]): Promise<void> {
  for await (const entry of Deno.readDir(join(PROJECT, folder))) {
    const path = join(folder, entry.name);
    if (path === DIST) continue;
    if (entry.isDirectory) await collectFiles(path, paths);
    else paths.push(path);
  }
}

async function isCurrent(inputs: string): Promise<boolean> {
  try {
    const built = await Deno.readTextFile(join(PROJECT, DIST, INPUTS));
    await Deno.stat(join(PROJECT, DIST, "assets.json"));
    return built === inputs;
  } catch {
    return false;
  }
}

/** Runs the bundler, and gives what it wrote. */
async function bundle(
  entries: readonly string[],
  options: readonly string[],
): Promise<Output[]> {
  const folder = await Deno.makeTempDir({
    dir: join(PROJECT, DIST),
    prefix: "bundle-",
  });
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--platform", "browser", "--minify", ...options],
        ...["--outdir", folder],
        ...entries,
      ],
      cwd: PROJECT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (code !== 0) throw bundleError(decoder.decode(stderr));
    return await readOutputs(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function bundleError(stderr: string): BuildError {
  const isFetch = /esbuild/.test(stderr) &&
    /registry|download|fetch|network|connect|dns|tarball/i.test(stderr);
  return new BuildError(
    isFetch
      ? "The pages cannot be bundled: Deno could not fetch its bundler, esbuild, from the npm registry. It is needed " +
        `once; is this machine offline, or NPM_CONFIG_REGISTRY wrong?\n${stderr}`
      : `The pages cannot be bundled:\n${stderr}`,
  );
}

async function readOutputs(folder: string): Promise<Output[]> {
  const outputs: Output[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const bytes = await Deno.readFile(join(folder, name));
    outputs.push({ name, bytes });
  }
  return outputs.sort((a, b) => a.name < b.name ? -1 : 1);
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
    .slice(0, HASH_LENGTH);
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Parts that the bundler split off are named by their content already, and others import them by that name. */
const SPLIT_OFF = /-[A-Z0-9]{8}\.js$/;

/** The asset of a file; at a fixed path if one is given, else at one that tells its content. */
function assetOf({ name, bytes }: Output, fixedPath?: string): Asset {
  const hash = hashOf(bytes);
  const extension = extensionOf(name);
  const type = TYPES[extension];
  if (type === undefined) {
    throw new BuildError(`No media type is known for ${name}`);
  }
  const file = SPLIT_OFF.test(name)
    ? name
    : `${basename(name, `.${extension}`)}-${hash}.${extension}`;
  const imports = extension === "js" ? importsOf(decoder.decode(bytes)) : [];
  const path = fixedPath ?? `/assets/${file}`;
  return { name, path, type, hash, file, imports };
}

/** The split-off scripts that a script imports at once, and not when it is reached. */
function importsOf(script: string): string[] {
  const found = script.matchAll(/\b(?:from|import)\s*"\.\/([^"]+\.js)"/g);
  return [...new Set([...found].map(([, name]) => `/assets/${name}`))];
}

interface Built {
  readonly asset: Asset;
  readonly bytes: Uint8Array;
}

/** Everything a node serves, in memory. */
async function build(): Promise<Built[]> {
  const [pages = [], style = [], worker = [], statics = []] = await allOf([
    bundle([join(SOURCE, "app.tsx")], ["--code-splitting"]),
    bundleStyle(),
    bundle([join(SOURCE, "service_worker.ts")], ["--format", "iife"]),
    readOutputs(join(PROJECT, SOURCE, "static")),
  ]);
  const built = [
    ...[...pages, ...style].map((output) => builtOf(output)),
    ...statics.map((output) => builtOf(output, staticPath(output))),
  ];
  return [...built, ...worker.map((output) => withAssets(output, built))];
}

/** Waits for all even if one fails, so that each has cleaned up before the program ends. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}

/** Static files keep their names, so that pages and each other can name them. */
function staticPath({ name }: Output): string {
  return name === MANIFEST ? `/${MANIFEST}` : `/assets/${name}`;
}

function builtOf(output: Output, fixedPath?: string): Built {
  return { asset: assetOf(output, fixedPath), bytes: output.bytes };
}

/** All styles as one: `style.css`, which the others build upon, goes first. */
async function bundleStyle(): Promise<Output[]> {
  const files: string[] = [];
  await collectFiles(SOURCE, files);
  const first = join(SOURCE, "style.css");
  const others = files.filter((path) => path.endsWith(".css") && path !== first)
    .sort();
  const folder = await Deno.makeTempDir({
    dir: join(PROJECT, DIST),
    prefix: "bundle-",
  });
  try {
    const entry = join(folder, "style.css");
    const imports = [first, ...others].map((path) =>
      `@import ${JSON.stringify(join(PROJECT, path))};\n`
    );
    await Deno.writeTextFile(entry, imports.join(""));
    return await bundle([entry], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The service worker, told which pages it belongs to and what they load. */
function withAssets({ bytes }: Output, all: readonly Built[]): Built {
  const paths = all.map(({ asset }) => asset.path).sort();
  const version = hashOf(
    encoder.encode(all.map(({ asset }) => asset.hash).sort().join()),
  );
  const told = `const PANAL_ASSETS=${JSON.stringify({ version, paths })};\n`;
  const whole = encoder.encode(told + decoder.decode(bytes));
  return builtOf({ name: "sw.js", bytes: whole }, "/sw.js");
}

async function writeAll(built: readonly Built[]): Promise<Set<string>> {
  const names = await Promise.all(built.map(async ({ asset, bytes }) => {
    const { file } = asset;
    await writeAtOnce(file, bytes);
    if (INCOMPRESSIBLE.has(extensionOf(file))) return [file];
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeAtOnce(
      `${file}.br`,
      await compressBrotli(bytes, { params: size }),
    );
    await writeAtOnce(`${file}.gz`, await compressGzip(bytes, { level: 9 }));
    return [file, `${file}.br`, `${file}.gz`];
  }));
  return new Set(names.flat());
}

async function writeAtOnce(name: string, bytes: Uint8Array): Promise<void> {
  const path = join(PROJECT, DIST, name);
  const written = `${path}.${crypto.randomUUID()}.tmp`;
  await Deno.writeFile(written, bytes);
  await Deno.rename(written, path);
}

/** Removes what no list names any more, once nobody can still be reading or writing it. */
async function prune(listed: ReadonlySet<string>): Promise<void> {
  const before = Date.now() - UNLISTED_KEPT_MS;
  for await (const { name } of Deno.readDir(join(PROJECT, DIST))) {
    if (listed.has(name)) continue;
    const path = join(PROJECT, DIST, name);
    // Another build may remove it first.
    const age = await Deno.stat(path).catch(() => undefined);
    if ((age?.mtime?.getTime() ?? Infinity) > before) continue;
    await Deno.remove(path, { recursive: true }).catch(() => undefined);
  }
}

async function main(): Promise<number> {
  const inputs = await describeInputs();
  if (await isCurrent(inputs)) return 0;
  const start = performance.now();
  await Deno.mkdir(join(PROJECT, DIST), { recursive: true });
  const built = await build();
  const listed = await writeAll(built);
  const list = JSON.stringify(built.map(({ asset }) => asset), undefined, 1);
  await writeAtOnce("assets.json", encoder.encode(`${list}\n`));
  await writeAtOnce(INPUTS, encoder.encode(inputs));
  await prune(new Set([...listed, "assets.json", INPUTS]));
  const ms = Math.round(performance.now() - start);
  say(`Bundled the pages: ${built.length} files in ${ms} ms`);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(error.message);
    Deno.exit(1);
  }
}
