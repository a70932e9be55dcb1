import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { FOLDERS } from "../../nodes/adapters/backup_tools.ts";
import { openDataFolder } from "../../nodes/adapters/data_folder.ts";
import { differences, readViews } from "../../nodes/adapters/drill_views.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import {
  encodeManifest,
  parseManifest,
} from "../../nodes/backup/backup_manifest.ts";
import { runBackup, runRestore } from "../../nodes/backup_command.ts";
import { makeBranchFolder } from "../support/branch_folder.ts";
import { withFolder } from "../support/backup_rig.ts";

const random = createSystemRandom();

const makeBranch = (path: string, sales: number) =>
  makeBranchFolder(path, { stock: 1000, sales });

async function run(name: "backup" | "restore", ...args: string[]) {
  const out = { stdout: "", stderr: "" };
  const command = name === "backup" ? runBackup : runRestore;
  const code = await command(args, {
    folders: FOLDERS,
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
  });
  return { code, ...out };
}

Deno.test("backup and restore of a folder at rest give a copy with the same views that knows it is one", async () => {
  await withFolder(async (outer) => {
    const at = (name: string) => join(outer, name);
    await makeBranch(at("data"), 12);
    const first = await run("backup", "--data", at("data"), "--to", at("usb"));
    strictEqual(first.code, 0, first.stderr);
    match(first.stdout, /^node 12D3\w+ \(branch, CUS\) as of 20/);
    match(first.stdout, /of a folder at rest: \d+ commits copied/);
    const again = await run("backup", "--data", at("data"), "--to", at("usb"));
    match(again.stdout, /: 0 commits copied/);
    const read = await run("backup", "--verify", at("usb"));
    strictEqual(read.code, 0, read.stderr);
    match(read.stdout, /Everything is as it was written/);

    const back = await run("restore", "--from", at("usb"), "--data", at("new"));
    strictEqual(back.code, 0, back.stderr);
    match(back.stdout, /everything verifies/);
    const views = readViews(at("data"));
    strictEqual(views.get("sales")?.rows, 12);
    deepStrictEqual(differences(views, readViews(at("new"))), []);
    const copy = await openDataFolder(at("new"), { random });
    strictEqual(copy.fingerprintChanged, true);
    copy.close();
    const { mode } = await Deno.stat(at("new/peer.key"));
    strictEqual((mode ?? 0) & 0o777, 0o600);
    // The folder itself was not touched: its node still takes it for its own.
    const own = await openDataFolder(at("data"), { random });
    strictEqual(own.fingerprintChanged, false);
    own.close();
  });
});

Deno.test("restore refuses a folder in use, a damaged backup and one of a newer version, and leaves nothing", async () => {
  await withFolder(async (outer) => {
    const at = (name: string) => join(outer, name);
    await makeBranch(at("data"), 2);
    await run("backup", "--data", at("data"), "--to", at("usb"));
    const refused = async (data: string, why: RegExp) => {
      const words = ["--from", at("usb"), "--data", at(data)];
      const { code, stdout, stderr } = await run("restore", ...words);
      deepStrictEqual([code, stdout], [2, ""]);
      const last = stderr.trimEnd().split("\n").at(-1) ?? "";
      match(last, /^restore: Cannot /);
      match(last, why);
    };
    await refused("data", /not empty/);

    const file = at("usb/manifest.json");
    const whole = await Deno.readFile(file);
    const manifest = parseManifest(whole, "usb");
    await Deno.writeFile(file, encodeManifest({ ...manifest, schema: 999 }));
    await refused("new", /tables 999.*use that version or a newer one/);
    await Deno.writeFile(file, whole.subarray(0, 100));
    await refused("new", /manifest\.json cannot be read/);
    await Deno.writeFile(file, whole);
    const part = at("usb/000001-logs-0001.part");
    const bytes = await Deno.readFile(part);
    await Deno.writeFile(part, bytes.subarray(1));
    await refused("new", /000001-logs-0001\.part has not the length/);

    const names: string[] = [];
    for await (const { name } of Deno.readDir(outer)) names.push(name);
    deepStrictEqual(names.sort(), ["data", "usb"]);
    const { code, stderr } = await run("backup", "--verify", at("usb"));
    strictEqual(code, 2);
    match(stderr, /^backup: Cannot use the backup/);
  });
});

Deno.test("restore takes the rows of an older version, without what that had besides", async () => {
  await withFolder(async (outer) => {
    const at = (name: string) => join(outer, name);
    await makeBranch(at("data"), 3);
    await run("backup", "--data", at("data"), "--to", at("usb"));
    const file = at("usb/manifest.json");
    const manifest = parseManifest(await Deno.readFile(file), "usb");
    await Deno.writeFile(file, encodeManifest({ ...manifest, schema: 1 }));
    const back = await run("restore", "--from", at("usb"), "--data", at("new"));
    strictEqual(back.code, 0, back.stderr);
    strictEqual(readViews(at("new")).get("sales")?.rows, 3);
  });
});

Deno.test("backup and restore explain themselves, and end with 2 and one line for what they cannot do", async () => {
  match((await run("backup", "--help")).stdout, /deno task backup --data DIR/);
  match((await run("restore", "-h")).stdout, /deno task restore --from DIR/);
  await withFolder(async (outer) => {
    const nothing = join(outer, "nothing");
    const wrong: ["backup" | "restore", ...string[]][] = [
      ["backup"],
      ["backup", "--data", nothing],
      ["backup", "--data", nothing, "--to", join(outer, "b")],
      ["backup", "--data", nothing, "--to", outer, "--rate", "0"],
      ["backup", "--verify", nothing],
      ["backup", "--verify", outer, "--data", outer],
      ["backup", "now"],
      ["restore", "--from", nothing, "--data", join(outer, "c")],
      ["restore", "--from", outer],
      ["restore", "--from", outer, "--data", join(outer, "c")],
    ];
    for (const [name, ...args] of wrong) {
      const { code, stdout, stderr } = await run(name, ...args);
      deepStrictEqual([code, stdout], [2, ""], args.join(" "));
      match(stderr, new RegExp(`^${name}: [^\\n]+\\n$`));
    }
  });
});
