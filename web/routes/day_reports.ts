/**
 * `/v1/day-reports` and `/v1/day-closes`: sums of business days of fuel stations.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { DayCloseView, DayReport, UseCases } from "../../nodes/mod.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  dateSchema,
  instantSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  siteSchema,
} from "../schemas.ts";
import { instantToWire, moneyToWire } from "../wire.ts";

const volumes = {
  count: z.int(),
  volumeMl: z.int(),
};

const reportAnswer = z.object({
  site: z.string(),
  date: z.string(),
  rows: z.array(z.object({
    pump: z.string(),
    fuel: z.string(),
    payment: z.string(),
    ...volumes,
    amount: moneySchema,
  })).readonly(),
  totalizers: z.array(z.object({
    pump: z.string(),
    fuel: z.string(),
    openingMl: z.int(),
    closingMl: z.int(),
  })).readonly(),
  tanks: z.array(z.object({
    tank: z.int(),
    fuel: z.string(),
    openingMl: z.int(),
    deliveredMl: z.int(),
    dispensedMl: z.int(),
    dippedMl: z.int(),
    closingMl: z.int(),
  })).readonly(),
  total: z.object({
    ...volumes,
    amount: z.int().openapi({
      description: "In the smallest unit of the site's currency.",
    }),
  }),
}).openapi("DayReport");
type WireReport = z.output<typeof reportAnswer>;

const closeAnswer = z.object({
  id: z.string(),
  site: z.string(),
  date: z.string(),
  number: z.int().openapi({
    description: "0 for the close, then 1, 2, … for its supplements.",
  }),
  at: instantSchema,
  report: reportAnswer,
}).openapi("DayClose");

const closeBody = z.strictObject({ site: maybe(siteSchema), date: dateSchema })
  .openapi("DayClosing");

function toWire(report: DayReport): WireReport {
  return {
    ...report,
    rows: report.rows.map((row) => ({
      pump: row.pump ?? "",
      fuel: row.fuel ?? "",
      payment: row.payment ?? "",
      count: row.count,
      volumeMl: row.volumeMl,
      amount: moneyToWire({
        units: row.amount,
        currency: row.currency,
        exponent: row.exponent,
      }),
    })),
  };
}

function closeToWire(close: DayCloseView): z.output<typeof closeAnswer> {
  const { id, site, date, number, at, report } = close;
  return {
    ...{ id, site, date, number },
    at: instantToWire(at),
    report: toWire(report),
  };
}

/** A cell of a CSV file, after RFC 4180; one that a spreadsheet would read as a formula gets a quote in front. */
function csvCell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value)
    ? `'${value}`
    : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A report's rows as a CSV file. */
function toCsv(report: DayReport): string {
  const header = [
    "site",
    "date",
    "pump",
    "fuel",
    "payment",
    "count",
    "volumeMl",
    "amount",
    "currency",
  ];
  const rows = toWire(report).rows.map((row) => [
    report.site,
    report.date,
    row.pump,
    row.fuel,
    row.payment,
    row.count,
    row.volumeMl,
    row.amount.amount,
    row.amount.currency,
  ]);
  return [header, ...rows].map((cells) => cells.map(csvCell).join(",") + "\r\n")
    .join("");
}

/**
 * The routes of business days.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function dayReportRoutes(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  return [
    defineRoute({
      method: "get",
      path: "/v1/day-reports/{site}/{date}",
      id: "getDayReport",
      tag: "fuel",
      summary: "Sums of a business day as far as they are known now",
      params: z.object({ site: siteSchema, date: dateSchema }),
      query: z.strictObject({
        format: z.enum(["json", "csv"]).default("json"),
      }),
      answer: reportAnswer,
      run: ({ params: { site, date }, query }): Reply<WireReport> => {
        const report = forecourt.dayReport(site, date);
        if (query.format === "json") return reply(toWire(report));
        return new Response(toCsv(report), {
          headers: {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition":
              `attachment; filename="day-${site}-${date}.csv"`,
          },
        });
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/day-closes/{site}",
      id: "listDayCloses",
      tag: "fuel",
      summary: "Closed days of a site with their supplements, newest first",
      params: z.object({ site: siteSchema }),
      query: z.strictObject({ date: maybe(dateSchema), ...pageFields }),
      answer: pageSchema(closeAnswer),
      run: ({ params, query }) =>
        reply(
          pageToWire(forecourt.dayCloses({ ...params, ...query }), closeToWire),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/day-closes",
      id: "closeDay",
      tag: "fuel",
      summary: "Close a business day, or what came after its close",
      description:
        "Deliveries that come later go to a numbered supplement, made by closing the day again.",
      body: closeBody,
      answer: closeAnswer,
      statuses: { 201: "Closed." },
      errors: ["nothing_to_close", "forbidden", "overloaded"],
      run: async ({ body }): Promise<Reply<z.output<typeof closeAnswer>>> =>
        decided(
          await forecourt.closeDay(body),
          (close) => reply(closeToWire(close), 201),
        ),
    }),
  ];
}
