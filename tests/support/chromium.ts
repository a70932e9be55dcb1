/**
 * Chromium for tests: unpacked once per machine from the package that carries it, so that tests need no browser that
 * somebody installed. `PANAL_CHROMIUM` names another one, for systems that the package is not for.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

/** The version of the package: another one is unpacked beside it. */
const VERSION = "153.0.0";

/** Where Chromium is, and what it needs around it. */
export interface UnpackedChromium {
  /** The program. */
  readonly path: string;
  /** What its surroundings must say. */
  readonly env: Readonly<Record<string, string>>;
  /** The same where the system lacks libraries that it needs. */
  readonly fallbackEnv: Readonly<Record<string, string>>;
}

/**
 * Gives Chromium, unpacked by the first who asks; others wait for it.
 *
 * @returns Where it is.
 */
export async function unpackedChromium(): Promise<UnpackedChromium> {
  const own = Deno.env.get("PANAL_CHROMIUM");
  if (own !== undefined) return { path: own, env: {}, fallbackEnv: {} };
  const folder = join(cacheFolder(), `chromium-${VERSION}`);
  await Deno.mkdir(dirname(folder), { recursive: true });
  using lock = await Deno.open(`${folder}.lock`, { create: true, write: true });
  await lock.lock(true);
  if (!await exists(folder)) await unpackInto(folder);
  const env = { FONTCONFIG_FILE: join(folder, "fonts.conf") };
  const libraries = join(folder, "al2023", "lib");
  return {
    path: join(folder, "chromium"),
    env,
    fallbackEnv: { ...env, LD_LIBRARY_PATH: libraries },
  };
}

/** A folder of this user's, so that no other can put a program there. */
function cacheFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME");
  const home = Deno.env.get("HOME");
  if (cache) return join(cache, "panal");
  if (home) return join(home, ".cache", "panal");
  throw new TypeError("Chromium needs a place: set HOME or XDG_CACHE_HOME");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Unpacks under another name first: what has the name is whole. */
async function unpackInto(folder: string): Promise<void> {
  const staging = await Deno.makeTempDir({ dir: dirname(folder) });
  try {
    // The package unpacks into the temporary folder, which only a program of its own can have for itself.
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", fileURLToPath(import.meta.url)],
      env: { TMPDIR: staging, NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (code !== 0) throw new TypeError(new TextDecoder().decode(stderr));
    await Deno.writeTextFile(join(staging, "fonts.conf"), fontSettings(folder));
    await Deno.rename(staging, folder);
  } catch (cause) {
    await Deno.remove(staging, { recursive: true });
    throw cause;
  }
}

/** The package's fonts go before the machine's, so that pictures look the same everywhere. */
function fontSettings(folder: string): string {
  const family = "<prefer><family>Open Sans</family></prefer>";
  const aliases = ["system-ui", "sans-serif"].map((name) =>
    `<alias binding="strong"><family>${name}</family>${family}</alias>`
  );
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${join(folder, "fonts")}</dir>
<dir>/usr/share/fonts</dir>
<cachedir>${join(folder, "fonts-cache")}</cachedir>
${aliases.join("\n")}
</fontconfig>
`;
}

/** What the package unpacks: the program, fonts, and libraries for systems without them. */
const ARCHIVES = ["chromium.br", "fonts.tar.br", "al2023.tar.br"];

if (import.meta.main) {
  const entry = fileURLToPath(import.meta.resolve("@sparticuz/chromium"));
  const folder = join(dirname(entry), "..", "bin");
  await Promise.all(ARCHIVES.map((name) => inflate(join(folder, name))));
}
