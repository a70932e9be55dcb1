/**
 * `/v1/day-reports`, `/v1/shift-reports` and `/v1/day-closes`: sums of business days and of shifts of fuel stations.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type {
  DayCloseView,
  DayReport,
  ShiftReport,
  UseCases,
} from "../../nodes/mod.ts";
import { csvReply } from "../csv.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  dateSchema,
  instantInputSchema,
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

const formFields = {
  format: z.enum(["json", "csv"]).default("json"),
  part: z.enum(["rows", "totalizers", "tanks"]).default("rows").openapi({
    description: "What a CSV file holds.",
  }),
};
type Part = "rows" | "totalizers" | "tanks";

const sumFields = {
  site: z.string(),
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
    dippedMl: z.int().openapi({
      description: "The variance: what dips found more than expected.",
    }),
    closingMl: z.int(),
  })).readonly(),
  total: z.object({
    ...volumes,
    amount: z.int().openapi({
      description: "In the smallest unit of the site's currency.",
    }),
  }),
};

const reportAnswer = z.object({ date: z.string(), ...sumFields })
  .openapi("DayReport");
type WireReport = z.output<typeof reportAnswer>;

const shiftAnswer = z.object({
  from: instantSchema,
  before: instantSchema,
  ...sumFields,
}).openapi("ShiftReport");
type WireShift = z.output<typeof shiftAnswer>;

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

function sumsToWire(
  { site, rows, totalizers, tanks, total }: Omit<DayReport, "date">,
): Omit<WireReport, "date"> {
  return {
    ...{ site, totalizers, tanks, total },
    rows: rows.map((row) => ({
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

const toWire = (report: DayReport): WireReport => ({
  date: report.date,
  ...sumsToWire(report),
});

const shiftToWire = (report: ShiftReport): WireShift => ({
  from: instantToWire(report.from),
  before: instantToWire(report.before),
  ...sumsToWire(report),
});

function closeToWire(close: DayCloseView): z.output<typeof closeAnswer> {
  const { id, site, date, number, at, report } = close;
  return {
    ...{ id, site, date, number },
    at: instantToWire(at),
    report: toWire(report),
  };
}

/** The rows of a part of a report, money as text and currency. */
function partOf(
  report: Omit<WireReport, "date">,
  part: Part,
): readonly Readonly<Record<string, string | number>>[] {
  return part === "rows"
    ? report.rows.map(({ amount, ...row }) => ({
      ...row,
      amount: amount.amount,
      currency: amount.currency,
    }))
    : report[part];
}

const COLUMNS: Readonly<Record<Part, readonly string[]>> = {
  rows: [
    "pump",
    "fuel",
    "payment",
    "count",
    "volumeMl",
    "amount",
    "currency",
  ],
  totalizers: ["pump", "fuel", "openingMl", "closingMl"],
  tanks: [
    "tank",
    "fuel",
    "openingMl",
    "deliveredMl",
    "dispensedMl",
    "dippedMl",
    "closingMl",
  ],
};

/** A part of a report as a CSV file. */
function partReply<T>(
  name: string,
  report: Omit<WireReport, "date">,
  { part, span }: {
    readonly part: Part;
    readonly span: Readonly<Record<string, string>>;
  },
): Reply<T> {
  const columns = COLUMNS[part];
  const rows = partOf(report, part).map((row) => [
    report.site,
    ...Object.values(span),
    ...columns.map((column) => row[column] ?? ""),
  ]);
  const header = ["site", ...Object.keys(span), ...columns];
  return csvReply(name, [header, ...rows]);
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
      query: z.strictObject(formFields),
      answer: reportAnswer,
      run: ({ params: { site, date }, query }): Reply<WireReport> => {
        const report = toWire(forecourt.dayReport(site, date));
        const { format, part } = query;
        return format === "json"
          ? reply(report)
          : partReply(`day-${site}-${date}`, report, { part, span: { date } });
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/shift-reports/{site}",
      id: "getShiftReport",
      tag: "fuel",
      summary: "Sums between two instants, of a shift for example",
      params: z.object({ site: siteSchema }),
      query: z.strictObject({
        from: instantInputSchema,
        before: instantInputSchema,
        ...formFields,
      }),
      answer: shiftAnswer,
      errors: ["invalid_argument"],
      run: ({ params: { site }, query }): Reply<WireShift> => {
        const { format, part, ...asked } = query;
        return decided(forecourt.shiftReport(site, asked), (found) => {
          const report = shiftToWire(found);
          const { from, before } = report;
          return format === "json"
            ? reply(report)
            : partReply(`shift-${site}`, report, {
              part,
              span: { from, before },
            });
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
