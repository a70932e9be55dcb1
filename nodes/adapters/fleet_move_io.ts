/**
 * The surroundings of the tasks that move the state files of an original company program.
 *
 * @module
 */
import type { FleetMoveIo } from "../moving/move_fleet.ts";
import type { Logger } from "../ports.ts";
import { dirname } from "node:path";
import { fileFailure, removeIfAny, syncFolder } from "./durable_file.ts";
import { quote } from "../option_parser.ts";
import { startOfflineNode } from "./offline_node.ts";

/** Characters that are written at once. */
const WRITE_LENGTH = 256 * 1024;

/**
 * Makes the surroundings.
 *
 * @param output Where results go, and how files are read.
 * @returns The surroundings.
 */
export function createFleetMoveIo(
  output: Pick<FleetMoveIo, "stdout" | "stderr" | "readFile" | "listFolder">,
): FleetMoveIo {
  // What a node says of its work is not asked for here; what is wrong with the folder is thrown.
  const logger: Logger = {
    log(level, message, fields) {
      if (level !== "error") return;
      output.stderr(`${message} ${JSON.stringify(fields ?? {})}\n`);
    },
  };
  return {
    ...output,
    isFolder,
    replaceFile,
    async openFleet(path) {
      const { node, stop } = await startOfflineNode(path, logger);
      return { fleet: node.useCases.fleet, close: stop };
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}

async function replaceFile(
  path: string,
  pieces: Iterable<string>,
): Promise<void> {
  const beside = `${path}.new`;
  try {
    await removeIfAny(beside);
    using file = await Deno.open(beside, { write: true, createNew: true });
    const encoder = new TextEncoder();
    let text = "";
    const write = async () => {
      for (let rest = encoder.encode(text); rest.length > 0;) {
        rest = rest.subarray(await file.write(rest));
      }
      text = "";
    };
    for (const piece of pieces) {
      text += piece;
      if (text.length > WRITE_LENGTH) await write();
    }
    await write();
    await file.sync();
    await Deno.rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw fileFailure(`write ${quote(path)}`, error);
  }
}
