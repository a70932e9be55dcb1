/**
 * `/v1/sales-reports` and `/v1/sales-closes`: X and Z of tills and sites.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Money } from "../../crdt/mod.ts";
import type { SalesCloseView, SalesReport, UseCases } from "../../nodes/mod.ts";
import { CSV_TYPE, csvReply } from "../csv.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  actorInputSchema,
  dateSchema,
  flagSchema,
  instantSchema,
  logSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  siteSchema,
} from "../schemas.ts";
import { instantToWire, moneyToWire } from "../wire.ts";
import { actorAnswer, methodsAnswer, methodsToWire } from "./cash_sessions.ts";
import { REPORT_PARTS, reportRows, saleRows } from "./sales_csv.ts";

const amounts = z.array(moneySchema).readonly();
const counted = z.object({ count: z.int(), amounts });

const reportAnswer = z.object({
  site: z.string(),
  date: z.string(),
  till: z.string().nullable().openapi({
    description: "The till's log; null for the whole site.",
  }),
  sales: counted.openapi({
    description: "Sales that are not voided, returns left out.",
  }),
  returns: counted,
  voids: counted,
  discounts: amounts,
  methods: methodsAnswer.openapi({
    description: "Sales less returns by method of payment.",
  }),
  sellers: z.array(z.object({
    seller: actorAnswer,
    count: z.int(),
    amounts,
  })).readonly(),
  products: z.array(z.object({
    product: z.string(),
    name: z.string(),
    units: z.int(),
    amounts,
  })).readonly(),
  receipts: z.union([
    z.object({ first: z.string(), last: z.string() }),
    z.null(),
  ]),
}).openapi("SalesReport");
type WireReport = z.output<typeof reportAnswer>;

const closeAnswer = z.object({
  id: z.string(),
  number: z.int().openapi({
    description: "0 for the close, then 1, 2, … for its supplements.",
  }),
  at: instantSchema,
  by: actorAnswer,
  report: reportAnswer,
  digest: z.string().openapi({
    description: "SHA-256 over what it covers and no close before it does.",
  }),
  matches: z.boolean().openapi({
    description:
      "False where what this node has of it gives another digest: something of it is missing here.",
  }),
  heard: z.array(z.string()).readonly(),
  unheard: z.array(z.string()).readonly().openapi({
    description:
      "Members of the site that were not linked: what they sold may come in a supplement.",
  }),
}).openapi("SalesClose");
type WireClose = z.output<typeof closeAnswer>;

const till = z.union([z.literal("own"), logSchema]).openapi({
  type: "string",
  description: "Only of this till: its log, or `own` for this node's.",
});
const dayFields = {
  site: maybe(siteSchema),
  date: maybe(dateSchema),
  till: maybe(till),
};

const closeBody = z.strictObject({ ...dayFields, by: maybe(actorInputSchema) })
  .openapi("SalesClosing", { example: { date: "2024-11-09" } });

const list = (found: readonly Money[]) => found.map(moneyToWire);

function reportToWire(report: SalesReport): WireReport {
  const sum = (one: SalesReport["sales"]) => ({
    count: one.count,
    amounts: list(one.amounts),
  });
  return {
    site: report.site,
    date: report.date,
    till: report.till,
    sales: sum(report.sales),
    returns: sum(report.returns),
    voids: sum(report.voids),
    discounts: list(report.discounts),
    methods: methodsToWire(report.methods),
    sellers: report.sellers.map((one) => ({
      ...one,
      amounts: list(one.amounts),
    })),
    products: report.products.map((one) => ({
      ...one,
      amounts: list(one.amounts),
    })),
    receipts: report.receipts,
  };
}

function closeToWire(close: SalesCloseView): WireClose {
  return {
    ...close,
    at: instantToWire(close.at),
    report: reportToWire(close.report),
  };
}

/**
 * The routes of reports and closes.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function salesReportRoutes({ tills }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/sales-reports",
      id: "getSalesReport",
      tag: "tills",
      summary: "Sums of a day's sales as they are now (X); writes nothing",
      description:
        "The day is that of the sale: a void of a later day takes its sale out of it. `format=csv` answers a `part` " +
        "as a file; `sales` are the day's sales line by line, those that are voided too.",
      query: z.strictObject({
        ...dayFields,
        unclosed: maybe(flagSchema).openapi({
          description: "True for what no close covers yet.",
        }),
        format: z.enum(["json", "csv"]).default("json"),
        part: z.enum(REPORT_PARTS).default("summary"),
      }),
      answer: reportAnswer,
      media: [CSV_TYPE],
      errors: ["invalid_argument"],
      run: ({ query: { format, part, ...day } }): Reply<WireReport> => {
        if (format === "csv" && part === "sales") {
          return decided(
            tills.daySales(day),
            (sales) => csvReply("sales", saleRows(sales)),
          );
        }
        return decided(
          tills.salesReport(day),
          (report) =>
            format === "json" || part === "sales"
              ? reply(reportToWire(report))
              : csvReply(
                `${part}-${report.site}-${report.date}`,
                reportRows(report, part),
              ),
        );
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/sales-closes",
      id: "listSalesCloses",
      tag: "tills",
      summary: "Closed days of a site or a till with their supplements",
      description:
        "Newest date first, each date's in their order. Without `till` those of the whole site.",
      query: z.strictObject({ ...dayFields, ...pageFields }),
      answer: pageSchema(closeAnswer),
      run: ({ query }) =>
        reply(pageToWire(tills.salesCloses(query), closeToWire)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/sales-closes",
      id: "closeSales",
      tag: "tills",
      summary: "Close a day's sales (Z), or what came after its close",
      description:
        "Sales and voids that come later go to a numbered supplement, made by closing the day again.",
      body: closeBody,
      answer: closeAnswer,
      statuses: { 201: "Closed." },
      errors: ["nothing_to_close", "invalid_argument", "overloaded"],
      run: async ({ body, caller }): Promise<Reply<WireClose>> => {
        const by = caller?.actor ?? body.by;
        return decided(
          await tills.closeSales({
            ...body,
            ...(by === undefined ? {} : { by }),
          }),
          (close) => reply(closeToWire(close), 201),
        );
      },
    }),
  ];
}
