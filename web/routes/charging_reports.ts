/**
 * `/v1/charging-reports` and `/v1/charging-energy`: energy and money by point, driver or day, and energy that no session
 * holds.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { currencyExponent } from "../../crdt/mod.ts";
import type { ChargingReportRow } from "../../nodes/mod.ts";
import { CSV_TYPE, type CsvRows, csvStream } from "../csv.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import {
  dateSchema,
  instantSchema,
  moneySchema,
  PAGE_LIMIT_MAX,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { instantToWire, moneyToWire, type WireMoney } from "../wire.ts";
import type { ChargingNode } from "./charging_wire.ts";

const reportAnswer = z.object({
  key: z.string().openapi({
    description: "A point's or driver's id, or a business date.",
  }),
  sessions: z.int().openapi({ description: "Those that ended." }),
  completed: z.int().openapi({ description: "Of these, with a ticket." }),
  energyWh: z.int(),
  amount: moneySchema,
}).openapi("ChargingReportRow");

const energyAnswer = z.object({
  id: z.string(),
  point: z.string(),
  session: z.string().nullable().openapi({
    description: "The session after whose end it came.",
  }),
  energyWh: z.int(),
  amount: moneySchema,
  at: instantSchema,
}).openapi("UnattributedEnergy");

const range = {
  by: z.enum(["point", "driver", "day"]),
  from: dateSchema.default("1970-01-01").openapi({
    description: "The first business date.",
  }),
  to: dateSchema.default("2199-12-31").openapi({
    description: "The last business date.",
  }),
};
const rangeSchema = z.object(range);
type Range = z.output<typeof rangeSchema>;

type ToMoney = (units: number) => WireMoney;

function rowToWire(
  { energy, amount, ...rest }: ChargingReportRow,
  money: ToMoney,
): z.output<typeof reportAnswer> {
  return { ...rest, energyWh: energy, amount: money(amount) };
}

/** All rows of a report, a page at a time. */
function* reportRows(
  { charging }: ChargingNode,
  query: Range,
  money: ToMoney,
): Generator<CsvRows> {
  yield [[query.by, "sessions", "completed", "energyWh", "amount", "currency"]];
  let cursor: string | null = null;
  do {
    const page = charging.report({
      ...query,
      limit: PAGE_LIMIT_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    yield page.items.map((row) => {
      const { key, sessions, completed, energyWh, amount } = rowToWire(
        row,
        money,
      );
      return [
        ...[key, sessions, completed, energyWh],
        ...[amount.amount, amount.currency],
      ];
    });
    cursor = page.next;
  } while (cursor !== null);
}

/**
 * The routes of reports.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function chargingReportRoutes(useCases: ChargingNode): Route[] {
  const { charging, node } = useCases;
  const { currency } = node;
  const exponent = currencyExponent(currency);
  const money: ToMoney = (units) => moneyToWire({ units, currency, exponent });
  return [
    defineRoute({
      method: "get",
      path: "/v1/charging-reports",
      id: "getChargingReport",
      tag: "charging",
      summary: "Energy and money by charging point, driver or day",
      description:
        "Sums of sessions that ended in a range of business dates. `format=csv` answers all rows as a file, whatever " +
        "`limit` says.",
      query: z.strictObject({
        ...range,
        format: z.enum(["json", "csv"]).default("json"),
        ...pageFields,
      }),
      answer: pageSchema(reportAnswer),
      media: [CSV_TYPE],
      run: ({ query: { format, limit, cursor, ...rest } }) =>
        format === "csv"
          ? csvStream(
            `charging-by-${rest.by}`,
            reportRows(useCases, rest, money),
          )
          : reply(pageToWire(
            charging.report({
              ...rest,
              limit,
              ...(cursor === undefined ? {} : { cursor }),
            }),
            (row) => rowToWire(row, money),
          )),
    }),
    defineRoute({
      method: "get",
      path: "/v1/charging-energy",
      id: "listUnattributedEnergy",
      tag: "charging",
      summary: "Energy that equipment told of and no session holds",
      description:
        "Supplies that nobody asked for and that name nobody, and records that came after their session's end.",
      query: z.strictObject(pageFields),
      answer: pageSchema(energyAnswer),
      run: ({ query }) =>
        reply(
          pageToWire(charging.unattributed(query), (row) => ({
            ...{ id: row.id, point: row.point, session: row.session },
            energyWh: row.energy,
            amount: money(row.amount),
            at: instantToWire(row.at),
          })),
        ),
    }),
  ];
}
