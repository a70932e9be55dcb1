/**
 * Installing as an operator does: from a folder without a network, twice, and what is installed is run. The folder is
 * put together here of what this machine has already; how it is made with a network is the same commands.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { listFiles } from "../tidy/source_path.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const DEADLINE_MS = 120_000;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Whether a tool is here and does what is asked of it. */
async function works(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await run(command, args)).code === 0;
  } catch {
    return false;
  }
}

const infoSchema = z.object({ npmCache: z.string() });

/** Where this machine keeps libraries that it has loaded. */
async function findLibraries(): Promise<string> {
  const { stdout } = await run(Deno.execPath(), ["info", "--json"]);
  const { npmCache } = infoSchema.parse(JSON.parse(stdout));
  return npmCache;
}

/** What `--make-folder` makes, of links. */
async function makeFolder(folder: string): Promise<void> {
  const program = join(folder, "program");
  for (const path of await listFiles()) {
    if (path.startsWith("tests/") || path.startsWith(".ci/")) continue;
    const to = join(program, path);
    await Deno.mkdir(join(to, ".."), { recursive: true });
    await Deno.copyFile(join(PROJECT, path), to);
  }
  await Deno.symlink(Deno.execPath(), join(folder, "deno"));
  await Deno.mkdir(join(folder, "cache"));
  await Deno.symlink(await findLibraries(), join(folder, "cache", "npm"));
  // Pages that are made are taken as they are.
  const dist = join(program, "web/ui/dist");
  await Deno.mkdir(dist, { recursive: true });
}

/** The first line that a program writes. */
async function firstLine(child: Deno.ChildProcess): Promise<string> {
  let text = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text.split("\n", 1)[0] ?? "";
}

Deno.test("install.sh installs from a folder without a network, does nothing twice, and what it installed runs with its own permissions", async () => {
  const root = await Deno.makeTempDir({ prefix: "panal-install-" });
  const at = (path: string) => join(root, path);
  const folders = [
    ...["--prefix", at("opt"), "--settings", at("etc"), "--data", at("var")],
    "--no-service",
  ];
  // Where a machine lets nobody do this, a proxy that nobody answers at stands for it.
  const [command = "sh", ...words] = await works("unshare", "-rn", "true")
    ? ["unshare", "-rn", "sh"]
    : ["sh"];
  const dead = "http://127.0.0.1:9";
  const install = (...args: string[]) =>
    run(
      command,
      [...words, at("folder/program/ops/install.sh"), ...folders, ...args],
      { HTTPS_PROXY: dead, HTTP_PROXY: dead, npm_config_offline: "true" },
    );
  try {
    await makeFolder(at("folder"));
    const from = ["--from", at("folder"), "--role", "branch", "--site", "CUS"];
    const dry = await install(...from, "--dry-run");
    strictEqual(dry.code, 0, dry.stderr);
    match(dry.stdout, /Nothing was done: --dry-run/);
    const made = () => Array.fromAsync(Deno.readDir(root), ({ name }) => name);
    deepStrictEqual(await made(), ["folder"]);

    const first = await install(...from);
    strictEqual(first.code, 0, first.stderr);
    match(first.stdout, /the program, in .*Start it: /s);
    const again = await install(...from);
    strictEqual(again.code, 0, again.stderr);
    match(again.stdout, /nothing: all of it is there already/);
    deepStrictEqual(
      JSON.parse(await Deno.readTextFile(at("etc/node.json"))),
      { role: "branch", site: "CUS" },
    );

    // An upgrade leaves the release before where it was, and going back is its own installer's work.
    const current = () => Deno.readLink(at("opt/current"));
    const before = await current();
    const changes = at("folder/program/CHANGELOG.md");
    await Deno.writeTextFile(changes, "\n", { append: true });
    const upgraded = await install(...from);
    strictEqual(upgraded.code, 0, upgraded.stderr);
    ok(await current() !== before);
    const back = await run("sh", [
      ...[at(`opt/${before}/ops/install.sh`), ...folders],
    ]);
    strictEqual(back.code, 0, back.stderr);
    strictEqual(await current(), before);
    ok(!back.stdout.includes("the program, in"), back.stdout);

    const panal = at("opt/current/ops/bin/panal");
    const env = {
      PANAL_DENO: at("opt/runtime/deno"),
      PANAL_DATA: at("var"),
      PANAL_SETTINGS: at("etc"),
      PANAL_HEAP_MB: "192",
    };
    const options = [
      ...["--config", at("etc/node.json"), "--http", "127.0.0.1:0"],
      ...["--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0"],
      ...["inventory-branch=off", "branch-sync=off"]
        .flatMap((surface) => ["--surface", surface]),
    ];
    const node = new Deno.Command(panal, {
      args: ["run", ...options, "--data", at("var/node")],
      ...{ env, stdout: "piped", stderr: "null" },
    }).spawn();
    try {
      const ready = JSON.parse(await firstLine(node));
      const health = await fetch(`${ready.http}/v1/health`);
      strictEqual((await health.json()).status, "ok");
    } finally {
      node.kill("SIGTERM");
      await node.status;
    }
    // It may neither write nor read elsewhere.
    const astray = ["run", ...options, "--data", at("elsewhere")];
    const refused = await run(panal, astray, env);
    ok(refused.code !== 0);
    deepStrictEqual((await made()).includes("elsewhere"), false);
    await checkUnit(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** The unit as it is installed, looked at by systemd's own tools where there are some. */
async function checkUnit(root: string): Promise<void> {
  if (!await works("systemd-analyze", "--version")) return;
  const text = await Deno.readTextFile(
    join(PROJECT, "ops/systemd/panal.service"),
  );
  const unit = join(root, "panal.service");
  await Deno.writeTextFile(
    unit,
    text.replaceAll("/opt/panal", join(root, "opt")),
  );
  const verified = await run("systemd-analyze", ["verify", unit]);
  strictEqual(
    verified.stderr.includes("panal.service:"),
    false,
    verified.stderr,
  );
  strictEqual(verified.code, 0, verified.stderr);
  const secure = await run("systemd-analyze", [
    ...["security", "--offline=yes", "--threshold=15", unit],
  ]);
  strictEqual(secure.code, 0, secure.stdout);
}

Deno.test("install.sh says what it takes, and refuses what it cannot take with one line", async () => {
  const script = join(PROJECT, "ops/install.sh");
  const help = await run("sh", [script, "--help"]);
  strictEqual(help.code, 0);
  const options: readonly string[] = help.stdout.match(/--[a-z-]+/g) ?? [];
  for (const option of ["--prefix", "--from", "--make-folder", "--dry-run"]) {
    ok(options.includes(option), option);
  }
  const wrong = [
    ["--nothing"],
    ["--prefix"],
    ["--prefix", "relative", "--no-service"],
    ["--data", "/var/lib/a b", "--no-service"],
    ["--site", "CUS;id", "--no-service"],
    ["--user", "$(id)", "--no-service"],
    ["--from", "/nowhere-at-all", "--no-service"],
  ];
  for (const args of wrong) {
    const { code, stderr } = await run("sh", [script, ...args]);
    strictEqual(code, 2, args.join(" "));
    match(stderr, /^(sh: .*\n|.*cd: .*\n)?install\.sh: .+\n$/, args.join(" "));
  }
  const launcher = join(PROJECT, "ops/bin/panal");
  const { code } = await run("sh", [launcher, "run"], { PANAL_HEAP_MB: "1g" });
  strictEqual(code, 2);
});

Deno.test("the container runs without root, on a read-only root, by the launcher", async () => {
  const text = await Deno.readTextFile(
    join(PROJECT, "ops/container/Containerfile"),
  );
  const [, ...stages] = text.split(/^FROM /m);
  strictEqual(stages.length, 2);
  const last = stages[1] ?? "";
  match(last, /^USER [1-9]\d*:[1-9]\d*$/m);
  match(last, /^ENTRYPOINT \["\/opt\/panal\/ops\/bin\/panal"\]$/m);
  match(last, /--chown=0:0 --chmod=u=rwX,go=rX/);
  ok(!/^(ADD|RUN (apt|curl|wget))/m.test(last), "nothing is fetched there");
  match(text, /--read-only --cap-drop=all --security-opt=no-new-privileges/);
});
