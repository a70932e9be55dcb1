import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { type ErrorCode, PanalError } from "../../../crdt/errors.ts";
import { createSeededRandom } from "../../../crdt/random.ts";
import { ED25519 } from "../../../crdt/signing.ts";
import {
  type DataFolder,
  openDataFolder,
  readAddresses,
  readDataFolder,
} from "../../../nodes/adapters/data_folder.ts";
import { createMeshChain } from "../../../nodes/membership.ts";
import { createSystemRandom } from "../../../nodes/adapters/system_random.ts";

const MACHINE = "machine-a";
const PROJECT = new URL("../../../", import.meta.url);

function test(title: string, run: (path: string) => Promise<void>) {
  Deno.test(title, async () => {
    const parent = await Deno.makeTempDir();
    try {
      await run(join(parent, "node"));
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  });
}

function open(path: string, machine = MACHINE): Promise<DataFolder> {
  return openDataFolder(path, { random: createSystemRandom(), machine });
}

async function visit<T>(
  path: string,
  use: (folder: DataFolder) => T | Promise<T>,
  machine = MACHINE,
): Promise<T> {
  const folder = await open(path, machine);
  try {
    return await use(folder);
  } finally {
    folder.close();
  }
}

async function found(folder: DataFolder): Promise<void> {
  const seed = new Uint8Array(32).fill(7);
  await folder.saveRootKey(seed);
  await folder.saveCertificate(createMeshChain({
    root: ED25519.signer(seed),
    own: folder.signer,
    roles: ["office"],
    site: null,
    now: 1e12,
    random: createSeededRandom(1),
  }));
}

async function refuses(
  action: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<void> {
  await rejects(action, (error) => {
    ok(error instanceof PanalError, String(error));
    strictEqual(error.code, code, error.message);
    match(error.message, message);
    ok(!error.message.includes("\n"));
    return true;
  });
}

test("openDataFolder() makes a folder with a secret key and keeps it", async (path) => {
  const peer = await visit(path, (folder) => folder.peer);
  match(peer, /^12D3KooW/);
  strictEqual(await visit(path, (folder) => folder.peer), peer);
  const { size, mode } = await Deno.stat(join(path, "peer.key"));
  deepStrictEqual([size, (mode ?? 0) & 0o777], [32, 0o600]);
  strictEqual(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o700);
});

test("openDataFolder() keeps root key, certificate and addresses", async (path) => {
  const addresses = ["/ip4/127.0.0.1/tcp/4001/p2p/x"];
  await visit(path, async (folder) => {
    strictEqual(folder.place, undefined);
    strictEqual(await folder.rootSigner(), undefined);
    await found(folder);
    await folder.saveAddresses(["old"]);
    await folder.saveAddresses(addresses);
  });
  await visit(path, async (folder) => {
    const root = await folder.rootSigner();
    deepStrictEqual(folder.place?.root, root?.publicKey);
    deepStrictEqual(folder.place?.membership.peer, folder.peer);
  });
  deepStrictEqual(await readAddresses(path), addresses);
  const names = (await Array.fromAsync(Deno.readDir(path)))
    .map(({ name }) => name).sort();
  deepStrictEqual(names, [
    "addresses.json",
    "certificate",
    "fingerprint",
    "lock",
    "peer.key",
    "root.key",
  ]);
  const { mode } = await Deno.stat(join(path, "root.key"));
  strictEqual((mode ?? 0) & 0o777, 0o600);
});

test("openDataFolder() takes the rights to a key from others", async (path) => {
  await visit(path, () => {});
  await Deno.chmod(join(path, "peer.key"), 0o644);
  await visit(path, () => {});
  strictEqual(
    ((await Deno.stat(join(path, "peer.key"))).mode ?? 0) & 0o777,
    0o600,
  );
});

test("openDataFolder() refuses a folder that this process has open", async (path) => {
  const folder = await open(path);
  try {
    await refuses(open(path), "data_folder_locked", /a node is running on it/);
  } finally {
    folder.close();
  }
  folder.close();
  await visit(path, () => {});
});

/** Starts another process that opens a folder; it ends only by a signal. */
async function startHolder(path: string): Promise<Deno.ChildProcess> {
  const module = new URL("nodes/adapters/data_folder.ts", PROJECT).href;
  const random = new URL("nodes/adapters/system_random.ts", PROJECT).href;
  const script = `
    import { openDataFolder } from ${JSON.stringify(module)};
    import { createSystemRandom } from ${JSON.stringify(random)};
    try {
      await openDataFolder(${
    JSON.stringify(path)
  }, { random: createSystemRandom(), machine: "machine-a" });
      console.log("open");
    } catch (error) {
      console.log(error.code);
      Deno.exit(2);
    }
    setInterval(() => {}, 1000);
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: PROJECT,
    stdout: "piped",
    stderr: "inherit",
    stdin: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  strictEqual(value?.trim(), "open");
  return child;
}

test("openDataFolder() refuses a folder of another process until that is killed", async (path) => {
  const child = await startHolder(path);
  try {
    await refuses(open(path), "data_folder_locked", /name another folder/);
    // Reading needs no lock.
    match((await readDataFolder(path)).peer, /^12D3KooW/);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  await visit(path, () => {});
});

test("openDataFolder() finds a copied folder once there are logs", async (path) => {
  const copy = `${path}-copy`;
  await visit(path, async (folder) => {
    await found(folder);
    strictEqual(folder.fingerprintChanged, false);
  });
  await Deno.writeTextFile(join(path, "node.db"), "logs");
  strictEqual(await visit(path, (it) => it.fingerprintChanged), false);
  await Deno.mkdir(copy);
  for await (const { name } of Deno.readDir(path)) {
    await Deno.copyFile(join(path, name), join(copy, name));
  }
  strictEqual(await visit(path, (it) => it.fingerprintChanged), false);
  strictEqual(await visit(copy, (it) => it.fingerprintChanged), true);
  // Not accepted yet: a crash before the new logs are open must not hide it.
  await visit(copy, async (folder) => {
    strictEqual(folder.fingerprintChanged, true);
    await folder.acceptFingerprint();
  });
  strictEqual(await visit(copy, (it) => it.fingerprintChanged), false);
});

test("openDataFolder() finds a folder moved to another machine", async (path) => {
  await visit(path, found);
  await Deno.writeTextFile(join(path, "node.db"), "logs");
  const changed = await visit(
    path,
    (it) => it.fingerprintChanged,
    "machine-b",
  );
  strictEqual(changed, true);
});

test("openDataFolder() takes a missing or damaged fingerprint for a copy", async (path) => {
  await visit(path, found);
  await Deno.writeTextFile(join(path, "node.db"), "logs");
  await Deno.writeTextFile(join(path, "fingerprint"), "\u0000?");
  strictEqual(await visit(path, (it) => it.fingerprintChanged), true);
  await Deno.remove(join(path, "fingerprint"));
  strictEqual(await visit(path, (it) => it.fingerprintChanged), true);
});

test("openDataFolder() accepts a copy that has no logs yet", async (path) => {
  await visit(path, found);
  strictEqual(
    await visit(path, (it) => it.fingerprintChanged, "machine-b"),
    false,
  );
  await Deno.writeTextFile(join(path, "node.db"), "logs");
  strictEqual(
    await visit(path, (it) => it.fingerprintChanged, "machine-b"),
    false,
  );
});

test("openDataFolder() refuses each damaged file with a line that names it", async (path) => {
  await visit(path, found);
  const [peerKey, rootKey, certificate] = await Promise.all(
    ["peer.key", "root.key", "certificate"].map((name) =>
      Deno.readFile(join(path, name))
    ),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  const damages: readonly [string, Uint8Array | undefined, Uint8Array][] = [
    ["peer.key", undefined, peerKey],
    ["peer.key", peerKey.slice(1), peerKey],
    ["peer.key", new Uint8Array(), peerKey],
    ["root.key", rootKey.slice(1), rootKey],
    ["root.key", flip(rootKey, 3), rootKey],
    ["certificate", undefined, certificate],
    ["certificate", new Uint8Array(), certificate],
    ["certificate", certificate.slice(0, 99), certificate],
    ["certificate", flip(certificate, 120), certificate],
  ];
  for (const [name, content, good] of damages) {
    const file = join(path, name);
    await Deno.remove(file);
    if (content !== undefined) await Deno.writeFile(file, content);
    const pattern = new RegExp(`${name} is missing or damaged`);
    await refuses(open(path), "data_folder_damaged", pattern);
    await Deno.writeFile(file, good);
  }
  await visit(path, () => {});
});

test("openDataFolder() refuses the key of another node beside the certificate", async (path) => {
  await visit(path, found);
  await Deno.writeFile(join(path, "peer.key"), new Uint8Array(32));
  await refuses(open(path), "data_folder_damaged", /belongs to another key/);
});

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => i === at ? byte ^ 1 : byte);
}

test("openDataFolder() keeps the old content when a write was interrupted", async (path) => {
  await visit(path, found);
  await Deno.writeTextFile(join(path, "certificate.new"), "half of a certi");
  await visit(path, async (folder) => {
    const before = folder.place;
    notStrictEqual(before, undefined);
    if (before !== undefined) await folder.saveCertificate(before.chain);
  });
  await rejects(Deno.stat(join(path, "certificate.new")));
});

test("saveCertificate() refuses another mesh's and another node's", async (path) => {
  await visit(path, async (folder) => {
    await found(folder);
    const seed = {
      roles: ["office"],
      site: null,
      now: 1e12,
      random: createSeededRandom(2),
    };
    const stranger = ED25519.signer(new Uint8Array(32).fill(9));
    const foreign = createMeshChain({
      ...seed,
      root: stranger,
      own: folder.signer,
    });
    const root = ED25519.signer(new Uint8Array(32).fill(7));
    const others = createMeshChain({ ...seed, root, own: stranger });
    await refuses(
      folder.saveCertificate(foreign),
      "invalid_certificate",
      /of another mesh/,
    );
    await refuses(
      folder.saveCertificate(others),
      "invalid_certificate",
      /another key/,
    );
  });
});

test("openDataFolder() says that a file stands in the way", async (path) => {
  await Deno.writeTextFile(path, "a file");
  await refuses(open(path), "config_invalid", /a file stands where a folder/);
  await refuses(
    open(join(path, "below")),
    "config_invalid",
    /a file stands where a folder/,
  );
});

test("openDataFolder() says that the folder may not be written", async (path) => {
  const impossible = Deno.uid() === 0 ? "/proc/panal" : `${path}/..`;
  if (impossible !== "/proc/panal") await Deno.chmod(join(path, ".."), 0o500);
  try {
    const target = impossible === "/proc/panal" ? impossible : path;
    await rejects(open(target), (error) => {
      ok(error instanceof PanalError, String(error));
      match(error.message, /^Cannot use the data folder "[^"]+": /);
      return true;
    });
  } finally {
    if (impossible !== "/proc/panal") await Deno.chmod(join(path, ".."), 0o700);
  }
});

test("readDataFolder() refuses a folder that is none, and makes nothing", async (path) => {
  await refuses(
    readDataFolder(path),
    "config_invalid",
    /There is no data folder/,
  );
  await rejects(Deno.stat(path));
});

test("readAddresses() gives none before the first run, and names damage", async (path) => {
  await visit(path, found);
  deepStrictEqual(await readAddresses(path), []);
  for (const text of ["{", "[1]", "{}"]) {
    await Deno.writeTextFile(join(path, "addresses.json"), text);
    await refuses(
      readAddresses(path),
      "data_folder_damaged",
      /addresses.json is missing or damaged: start the node/,
    );
  }
});

test("a closed folder refuses to be written", async (path) => {
  const folder = await open(path);
  folder.close();
  await refuses(folder.saveAddresses([]), "store_closed", /was closed/);
});
