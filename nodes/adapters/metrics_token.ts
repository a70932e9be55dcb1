/**
 * The token with which programs on other machines read a node's metrics.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { WatchConfig } from "../metering/watch_config.ts";

/** What a token is: long enough not to be guessed, and fit for a header. */
const TOKEN = /^[\x21-\x7e]{16,512}$/;

/**
 * Reads the file of `--metrics-token-file`.
 *
 * @param settings Its name, if there is one.
 * @returns The token, without the line break at its end; nothing without a file.
 * @throws {PanalError} `config_invalid` if it cannot be read, or holds no token. The token is not in the message.
 */
export async function readMetricsToken(
  { tokenFile }: WatchConfig,
): Promise<{ readonly metricsToken?: string }> {
  if (tokenFile === undefined) return {};
  let token: string;
  try {
    token = (await Deno.readTextFile(tokenFile)).trimEnd();
  } catch (cause) {
    throw invalid("cannot be read", cause);
  }
  if (TOKEN.test(token)) return { metricsToken: token };
  throw invalid("must hold 16 to 512 printable characters without spaces");
}

function invalid(what: string, cause?: unknown): PanalError {
  const message = `The file of --metrics-token-file ${what}`;
  return new PanalError("config_invalid", message, { cause });
}
