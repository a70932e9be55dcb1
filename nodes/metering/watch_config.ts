/**
 * Who may watch a node, from its settings.
 *
 * @module
 */
import type { ForecourtReading, Given } from "../forecourt_config.ts";
import { configError, type OptionKinds } from "../option_parser.ts";
import { parseHttpUrl } from "../surfaces.ts";

/** Who may watch a node. */
export interface WatchConfig {
  /** Whether it measures itself. */
  readonly isMeasured: boolean;
  /** The file whose token lets programs on other machines read what it measures. */
  readonly tokenFile?: string;
  /** The collector of traces, without a slash at the end; none if left out. */
  readonly otlp?: string;
}

/** The options of `run` for whoever watches. */
export const WATCH_OPTIONS: OptionKinds = {
  "no-metrics": "flag",
  "metrics-token-file": "one",
  "otlp": "one",
};

/**
 * Reads the settings.
 *
 * @param one Finds the value of an option.
 * @param reading How settings are read.
 * @returns The settings, complete.
 * @throws {PanalError} `config_invalid` if a value cannot be taken.
 */
export function readWatching(
  one: (name: string) => Given | undefined,
  { readSwitch }: Pick<ForecourtReading, "readSwitch">,
): WatchConfig {
  const quiet = one("no-metrics");
  const token = one("metrics-token-file");
  const otlp = one("otlp");
  return {
    isMeasured: quiet === undefined || !readSwitch(quiet),
    ...(token === undefined ? {} : { tokenFile: token.value }),
    ...(otlp === undefined ? {} : { otlp: readCollector(otlp) }),
  };
}

/** What is sent there would show a password to whoever reads the log. */
function readCollector({ label, value }: Given): string {
  const hasUser = URL.canParse(value) && /[^/]@/.test(value);
  if (!hasUser) return parseHttpUrl(label, value);
  throw configError(`${label} takes an address without a user and password`);
}
