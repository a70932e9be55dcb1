/**
 * Origins of web pages that may use a node's compatibility surfaces from a browser, besides those that the original
 * programs allow.
 *
 * @module
 */
import { configError, quote } from "./option_parser.ts";

/**
 * Reads origins.
 *
 * @param settings Texts, each with what to call it in a message.
 * @returns Each origin once, as browsers write it.
 * @throws {PanalError} `config_invalid` if one is no `http` or `https` origin.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const given = [{ label: "--allow-origin", value: "http://Caja.local:80/" }];
 * deepStrictEqual(parsePageOrigins(given), ["http://caja.local"]);
 * ```
 */
export function parsePageOrigins(
  settings: readonly { readonly label: string; readonly value: string }[],
): string[] {
  return [...new Set(settings.map(parseOrigin))];
}

function parseOrigin(
  { label, value }: { readonly label: string; readonly value: string },
): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) &&
    url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  throw configError(
    `${label} takes an origin such as http://192.168.1.5:3001, not ${
      quote(value)
    }`,
  );
}
