/**
 * `/v1/charging/audit`: what was done and reported at a site's charging points.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ChargingAuditEntry, ChargingSecurity } from "../../nodes/mod.ts";
import { CSV_TYPE, csvReply, type CsvRows } from "../csv.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";

const entryAnswer = z.object({
  id: z.string(),
  at: instantSchema,
  site: z.string(),
  action: z.string().openapi({
    description: "In the words of the original programs.",
    example: "CP_RECONEXION",
  }),
  point: z.string().nullable(),
  source: z.string().nullable().openapi({
    description: "A network address, a driver or a person.",
  }),
  text: z.string(),
}).openapi("ChargingAuditEntry");
type WireEntry = z.output<typeof entryAnswer>;
const answer = pageSchema(entryAnswer);

function entryToWire(entry: ChargingAuditEntry): WireEntry {
  return { ...entry, at: instantToWire(entry.at) };
}

const COLUMNS = ["id", "at", "site", "action", "point", "source", "text"];

function rowsOf(entries: readonly ChargingAuditEntry[]): CsvRows {
  return [
    COLUMNS,
    ...entries.map(entryToWire).map((
      { id, at, site, action, point, source, text },
    ) => [id, at, site, action, point ?? "", source ?? "", text]),
  ];
}

/**
 * The route of the audit list of charging.
 *
 * @param security The node.
 * @returns The route.
 */
export function chargingAuditRoutes(
  { chargingSecurity }: { readonly chargingSecurity: ChargingSecurity },
): Route[] {
  return [defineRoute({
    method: "get",
    path: "/v1/charging/audit",
    id: "listChargingAudit",
    tag: "charging",
    summary: "What was done and reported at charging points, newest first",
    description:
      "Connections, faults, commands and their answers, who was let charge, how supplies ended, credentials given and " +
      "revoked, and telemetry that could not be opened. `format=csv` answers the page as a file.",
    query: z.strictObject({
      point: maybe(z.string().min(1).max(200)),
      action: maybe(z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/)),
      format: z.enum(["json", "csv"]).default("json"),
      ...pageFields,
    }),
    answer,
    media: [CSV_TYPE],
    run: ({ query: { format, ...asked } }): Reply<z.output<typeof answer>> => {
      const page = chargingSecurity.audit(asked);
      return format === "csv"
        ? csvReply("charging-audit", rowsOf(page.items))
        : reply(pageToWire(page, entryToWire));
    },
  })];
}
