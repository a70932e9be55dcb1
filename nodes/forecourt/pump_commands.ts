/**
 * Orders to pumps. An order is a fact, so that it reaches whichever node holds the pump's link, and stays on record; it
 * ends by itself soon, so that none is carried out late.
 *
 * @module
 */
import {
  commandOutcome,
  type FactId,
  fromHex,
  idText,
  ok,
  PUMP_COMMANDS,
  type Reader,
  type Row,
  signedReason,
  type SiteCode,
  siteSpace,
  toHex,
} from "../../crdt/mod.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import { atSite, type ForecourtContext } from "./forecourt_context.ts";
import type {
  ForecourtUseCases,
  PumpCommandView,
} from "./forecourt_use_cases.ts";
import { pumpView } from "./pumps.ts";

/** How long an order may be carried out after it was given, in milliseconds. */
export const COMMAND_LIFE_MS = 30_000;

/**
 * An order as it is shown.
 *
 * @param rows The rows.
 * @param row A row of `PUMP_COMMANDS`.
 * @returns The order.
 */
export function commandView(rows: Reader, row: Row): PumpCommandView {
  const id = idText(row["id"] as Uint8Array);
  const site = row["site"] as SiteCode;
  return {
    id,
    site,
    pump: Number(row["pump"]),
    command: row["command"] as PumpCommandView["command"],
    reason: String(row["reason"]),
    at: Number(row["at"]),
    expiresAt: Number(row["expires_at"]),
    outcome: commandOutcome(rows, site, id) ?? "ordered",
  };
}

/** Makes the use-cases about orders to pumps. */
export function createCommandUseCases(
  context: ForecourtContext,
): Pick<ForecourtUseCases, "commandPump" | "pumpCommands" | "endPumpCommand"> {
  const { node, replica } = context;
  return {
    commandPump: ({ site: asked, pump, command, reason = "", by }) =>
      atSite(
        context,
        asked,
        (site) =>
          decideExactly<PumpCommandView>(replica, (decision) => {
            if (pumpView(decision.rows, site, pump) === undefined) {
              return refuse("pump_unknown", `There is no pump ${pump}`, {
                pump,
              });
            }
            const id = decision.newId();
            const expiresAt = decision.at + COMMAND_LIFE_MS * 1000;
            const order = {
              ...{ site, pump, command, reason, expiresAt },
              ...(by === undefined ? {} : { by }),
            };
            decision.record(siteSpace(site), {
              type: "PumpCommanded",
              id,
              at: decision.at,
              ...order,
            });
            return ok({
              ...{ id, at: decision.at, site, pump, command, expiresAt },
              reason: signedReason(order),
              outcome: "ordered",
            });
          }),
      ),
    pumpCommands(query) {
      const site = query.site ?? node.site;
      if (site === null) return { items: [], total: 0, next: null };
      const cursor = decodeCursor(query.cursor);
      const [at, id = "", log] = cursor ?? [];
      const below = at === undefined || !/^[0-9a-f]{32}$/.test(String(id))
        ? {}
        : { below: [at, fromHex(String(id)), log ?? 0] };
      const rows = replica.reader.scan(PUMP_COMMANDS, {
        ...(query.pump === undefined
          ? { prefix: [site] }
          : { index: "by_pump", prefix: [site, query.pump] }),
        ...below,
        reverse: true,
        limit: query.limit + 1,
      });
      const items = rows.slice(0, query.limit);
      const last = items.at(-1);
      return {
        items: items.map((row) => commandView(replica.reader, row)),
        total: null,
        next: rows.length > query.limit && last !== undefined
          ? encodeCursor([
            Number(last["at"]),
            toHex(last["id"] as Uint8Array),
            Number(last["log"]),
          ])
          : null,
      };
    },
    endPumpCommand: ({ site: asked, pump, command, outcome }) =>
      atSite(context, asked, (site) =>
        decideExactly(replica, (decision) => {
          const id = decision.newId();
          const said = { site, pump, command: command as FactId, outcome };
          decision.record(siteSpace(site), {
            type: "PumpCommandEnded",
            id,
            at: decision.at,
            ...said,
          });
          return ok(null);
        })),
  };
}
