/**
 * The task `import`: moves a configuration file or exported tables of the older branch software in, or the state of an
 * original company of fleet cards.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import { configError } from "./option_parser.ts";
import {
  type ConfigImport,
  IMPORT_HELP,
  parseImportArgs,
} from "./moving/import_options.ts";
import type { ImportIo } from "./moving/import_ports.ts";
import { importFleet } from "./moving/move_fleet.ts";
import { importTables } from "./moving/move_tables.ts";
import {
  OLD_CONFIG_LENGTH_MAX,
  type OldBusiness,
  readOldConfig,
} from "./moving/old_config.ts";
import { signInAs } from "./moving/move_users.ts";
import { findNode, problemOf } from "./moving/node_client.ts";
import { decodeTable } from "./moving/table_text.ts";

const EXIT_OK = 0;
const EXIT_UNUSABLE = 2;

/**
 * Runs `deno task import`.
 *
 * @param args What stands behind `import`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if everything was taken, 1 if not, 2 with one line on standard error if it cannot work.
 */
export async function runImport(
  args: readonly string[],
  io: ImportIo,
): Promise<number> {
  try {
    const request = parseImportArgs(args);
    switch (request.kind) {
      case "help":
        io.stdout(IMPORT_HELP);
        return EXIT_OK;
      case "config":
        await importConfig(request, io);
        return EXIT_OK;
      case "tables":
        return await importTables(request, io);
      case "fleet":
        return await importFleet(request, io.fleet());
    }
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`import: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

async function importConfig(
  { path, out, to, user }: ConfigImport,
  io: ImportIo,
): Promise<void> {
  const text = decodeTable(await io.readFile(path, OLD_CONFIG_LENGTH_MAX));
  const { settings, business, notes } = readOldConfig(text);
  const file = `${JSON.stringify(settings, null, 2)}\n`;
  if (out === undefined) io.stdout(file);
  else {
    await io.makeFile(out, file);
    io.stdout(`Run it with: deno task run --config ${out}\n`);
  }
  for (const note of notes) io.stderr(`${note}\n`);
  if (business === null) return;
  if (to === undefined) {
    io.stderr(
      "The shop's own data is set at the running node: repeat this with --to URL.\n",
    );
  } else await setBusiness({ to, user }, business, io);
}

async function setBusiness(
  { to, user }: { readonly to: string; readonly user: string | undefined },
  business: OldBusiness,
  io: ImportIo,
): Promise<void> {
  const node = await findNode(io, to);
  await signInAs(
    node,
    [],
    user === undefined ? undefined : { name: user, password: io.password() },
  );
  const { status, body } = await node.ask(
    "PUT",
    "/v1/settings/business",
    business,
  );
  if (status !== 200) {
    throw configError(
      `The shop's data was not taken: ${problemOf(body, status)}`,
    );
  }
  io.stdout("The shop's name, tax number, address and telephone are set.\n");
}
