/**
 * The certificate with which a node serves HTTPS.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { NodeConfig } from "../config.ts";

/**
 * Reads the files of `--tls-cert` and `--tls-key`.
 *
 * @param files Their names; undefined for plain HTTP.
 * @returns What a server is given besides.
 * @throws {PanalError} `config_invalid` if one cannot be read.
 */
export async function readTls(
  files: NodeConfig["tls"],
): Promise<{ readonly tls?: { readonly cert: string; readonly key: string } }> {
  if (files === undefined) return {};
  try {
    const [cert, key] = await Promise.all([
      Deno.readTextFile(files.certFile),
      Deno.readTextFile(files.keyFile),
    ]);
    return { tls: { cert, key } };
  } catch (cause) {
    throw new PanalError(
      "config_invalid",
      "The files of --tls-cert and --tls-key cannot be read",
      { cause },
    );
  }
}
