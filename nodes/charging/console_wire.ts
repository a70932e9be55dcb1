/**
 * What an operator's console reads of a node's answers.
 *
 * @module
 */
import { z } from "zod";
import { PanalError } from "../../crdt/mod.ts";
import { printable } from "../tills/receipt_text.ts";

/** Text of others: what would act on a terminal is left out. */
const text = z.string().max(10_000).transform(printable);
const money = z.object({ amount: z.string().max(64), currency: text });

const sessionSchema = z.object({
  id: z.string(),
  driver: text.nullable(),
  status: z.string(),
  energyWh: z.number(),
  amount: money,
  stale: z.boolean(),
});

const pointSchema = z.object({
  id: z.string().max(1_000),
  state: text,
  color: z.object({ ansi: z.string().regex(/^[0-9;]{1,16}$/) }),
  legend: text,
  location: text,
  price: money.nullable(),
  connectors: z.array(z.object({
    number: z.number(),
    session: sessionSchema.nullable(),
  })),
  connected: z.boolean(),
  unconfirmed: z.boolean(),
});

const pageSchema = z.object({
  items: z.array(pointSchema),
  next: z.string().nullable(),
});

const panelSchema = z.object({
  points: z.array(pointSchema),
  next: z.string().nullable(),
  drivers: z.array(z.object({
    driver: text,
    point: text.nullable(),
    status: z.string().nullable(),
    at: z.string().nullable(),
  })),
});

const commandSchema = z.object({ id: z.string(), state: z.string() });
const orderSchema = z.object({ command: commandSchema });

const bulkSchema = z.object({
  items: z.array(z.object({
    point: z.string(),
    command: z.string().nullable(),
    detail: text.nullable(),
  })),
});

const problemSchema = z.object({ code: z.string(), detail: text });

/** A point as the console shows it. */
export type ConsolePoint = z.output<typeof pointSchema>;
/** Points of one page. */
export type ConsolePage = z.output<typeof pageSchema>;
/** What the screen shows. */
export type ConsolePanel = z.output<typeof panelSchema>;
/** Where a command stands. */
export type ConsoleCommand = z.output<typeof commandSchema>;
/** What became of an order to all. */
export type ConsoleBulk = z.output<typeof bulkSchema>;

function parser<T>(what: string, schema: z.ZodType<T>): (body: unknown) => T {
  return (body) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new PanalError(
      "dial_failed",
      `The node's answer cannot be read as ${what}: is it a node's native address?`,
    );
  };
}

/** Reads a point. */
export const parsePoint: (body: unknown) => ConsolePoint = parser(
  "a point",
  pointSchema,
);
/** Reads a page of points. */
export const parsePage: (body: unknown) => ConsolePage = parser(
  "points",
  pageSchema,
);
/** Reads a panel. */
export const parsePanel: (body: unknown) => ConsolePanel = parser(
  "a panel",
  panelSchema,
);
/** Reads a command. */
export const parseCommand: (body: unknown) => ConsoleCommand = parser(
  "a command",
  commandSchema,
);
/** Reads what became of an order. */
export const parseOrder: (body: unknown) => {
  readonly command: ConsoleCommand;
} = parser("an order", orderSchema);
/** Reads what became of an order to all. */
export const parseBulk: (body: unknown) => ConsoleBulk = parser(
  "an order",
  bulkSchema,
);

/**
 * Reads why a node refused.
 *
 * @param body The answer's body.
 * @param status The answer's status.
 * @returns The code, and a sentence.
 */
export function parseProblem(
  body: unknown,
  status: number,
): { readonly code: string; readonly detail: string } {
  const parsed = problemSchema.safeParse(body);
  return parsed.success
    ? parsed.data
    : { code: "internal", detail: `The node answered with status ${status}` };
}
