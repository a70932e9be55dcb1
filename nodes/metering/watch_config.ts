/**
 * Who may watch a node, from its settings.
 *
 * @module
 */
import type { ForecourtReading, Given } from "../forecourt_config.ts";
import type { OptionKinds } from "../option_parser.ts";

/** Who may watch a node. */
export interface WatchConfig {
  /** Whether it measures itself. */
  readonly isMeasured: boolean;
  /** The file whose token lets programs on other machines read what it measures. */
  readonly tokenFile?: string;
}

/** The options of `run` for whoever watches. */
export const WATCH_OPTIONS: OptionKinds = {
  "no-metrics": "flag",
  "metrics-token-file": "one",
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
  return {
    isMeasured: quiet === undefined || !readSwitch(quiet),
    ...(token === undefined ? {} : { tokenFile: token.value }),
  };
}
