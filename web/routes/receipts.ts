/**
 * `/v1/sales/{id}/receipt`, and `/v1/settings/business`, which says what stands at the top of receipts.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { UseCases } from "../../nodes/mod.ts";
import { invalidRequest, refused } from "../errors.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  factSchema,
  maybe,
  moneyInputSchema,
  safeText,
  scopeSchema,
  siteSchema,
} from "../schemas.ts";
import { moneyFromWire } from "../wire.ts";

const TEXT_TYPE = "text/plain; charset=utf-8";
const HTML_TYPE = "text/html; charset=utf-8";

const businessAnswer = z.object({
  name: z.string(),
  ruc: z.string(),
  address: z.string(),
  phone: z.string(),
}).openapi("Business");
type WireBusiness = z.output<typeof businessAnswer>;

const businessBody = z.strictObject({
  scope: maybe(scopeSchema),
  name: maybe(safeText(0, 200)),
  ruc: maybe(safeText(0, 20)),
  address: maybe(safeText(0, 300)),
  phone: maybe(safeText(0, 50)),
}).openapi("BusinessSetting", {
  example: { name: "Bodega El Sol", ruc: "20123456789" },
});

/** A page that a browser may show but that can do nothing. */
export const PAGE_HEADERS = {
  "content-type": HTML_TYPE,
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
  "x-content-type-options": "nosniff",
  "vary": "accept",
};
/** Text that a printer takes. */
export const TEXT_HEADERS = {
  "content-type": TEXT_TYPE,
  "x-content-type-options": "nosniff",
  "vary": "accept",
};

/**
 * The routes of receipts.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function receiptRoutes({ tills, node }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/sales/{id}/receipt",
      id: "getReceipt",
      tag: "tills",
      summary: "A receipt for an 80 mm printer",
      description:
        "Text of 48 columns, or one HTML page with `format=html` or `Accept: text/html`.",
      params: z.object({ id: factSchema }),
      query: z.strictObject({
        format: maybe(z.enum(["text", "html"])),
        received: maybe(moneyInputSchema).openapi({
          type: "string",
          description:
            "What was handed over in cash, as decimal text: the receipt shows it, and the change.",
        }),
      }),
      media: [TEXT_TYPE, HTML_TYPE],
      errors: ["sale_unknown", "payment_invalid", "currency_mismatch"],
      run: ({ params, query, request }): Response => {
        const received = query.received === undefined
          ? undefined
          : moneyFromWire(query.received, node.currency);
        if (query.received !== undefined && received === undefined) {
          const message = "The amount cannot be held exactly";
          return invalidRequest("query", [{ path: ["received"], message }]);
        }
        const options = received === undefined ? {} : { received };
        const accept = request.headers.get("accept") ?? "";
        const isPage = query.format === undefined
          ? accept.includes("text/html")
          : query.format === "html";
        const made = isPage
          ? tills.receiptHtml(params.id, options)
          : tills.receiptText(params.id, options);
        if (!made.ok) return refused(made.error);
        const headers = isPage ? PAGE_HEADERS : TEXT_HEADERS;
        return new Response(made.value, { headers });
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/settings/business",
      id: "getBusiness",
      tag: "tills",
      summary: "What receipts say of the business",
      query: z.strictObject({ site: maybe(siteSchema) }),
      answer: businessAnswer,
      run: ({ query }) => reply(tills.business(query.site)),
    }),
    defineRoute({
      method: "put",
      path: "/v1/settings/business",
      id: "setBusiness",
      tag: "tills",
      summary: "Set what receipts say of the business",
      description:
        "For a site, or for the mesh, whose values hold where a site has none. Fields left out stay, an empty text takes one away.",
      body: businessBody,
      answer: businessAnswer,
      run: async ({ body }): Promise<Reply<WireBusiness>> =>
        decided(await tills.setBusiness(body), (view) => reply(view)),
    }),
  ];
}
