/**
 * What happened, in the language of the pages: a sentence for each kind of incident out of what the node tells of it. The
 * node's own English sentence is shown beside.
 *
 * @module
 */
import type { Incident } from "../wire_types.ts";
import { formatNumber, formatThousandths } from "../base/format.ts";
import { language } from "../base/i18n.ts";
import { text, wordText } from "./texts.ts";

/** The site of the list that an office keeps for all. */
const MASTER = "MASTER";

/**
 * What happened.
 *
 * @param incident The incident.
 * @returns A sentence; the kind's title where these pages have none, or something in it is not told.
 */
export function incidentText({ kind, message, details }: Incident): string {
  if (language.value === "en") return message;
  const said = wordText(
    "said",
    kind,
    Object.fromEntries(
      Object.entries(details).map((
        [name, value],
      ) => [name, worded(name, value)]),
    ),
  );
  return said === kind || /\{\w+\}/.test(said)
    ? wordText("incident", kind)
    : said;
}

/** The node's English sentence, where another one is shown. */
export function incidentDetail(incident: Incident): string | undefined {
  return incidentText(incident) === incident.message
    ? undefined
    : incident.message;
}

function worded(name: string, value: unknown): string {
  if (name === "site" && value === MASTER) return text("masterSite");
  if (typeof value !== "number") return String(value);
  return name.endsWith("Ml")
    ? formatThousandths(value, "L")
    : formatNumber(value);
}
