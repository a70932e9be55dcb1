/**
 * Tickets of charging sessions that have ended, for an 80 mm printer: as text and as a page.
 *
 * @module
 */
import {
  type FactId,
  formatDecimal,
  localTimeText,
  ok,
  type Result,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { businessRows, type ReceiptRow } from "../tills/receipt.ts";
import { receiptToHtml } from "../tills/receipt_html.ts";
import { receiptToText } from "../tills/receipt_text.ts";
import type { TillUseCases } from "../tills/till_use_cases.ts";
import { refuse } from "../use_cases/context.ts";
import type {
  ChargingTickets,
  ChargingUseCases,
  SessionView,
  Tariff,
} from "./charging_use_cases.ts";

/** What tickets are made of. */
export interface TicketParts {
  /** Sessions. */
  readonly session: ChargingUseCases["session"];
  /** Points, for where they are. */
  readonly point: ChargingUseCases["point"];
  /** What stands at the top of a site's receipts. */
  readonly business: TillUseCases["business"];
  /** The wall clock of the tickets. */
  readonly timezone: string;
}

const RULE: ReceiptRow = { kind: "rule" };
/** Decimal places of a price per kWh; those beyond two are shown only where they say something. */
const PRICE_EXPONENT = 4;

function pair(left: string, right: string): ReceiptRow {
  return { kind: "pair", left, right };
}

function instantText(at: number, timezone: string): string {
  return localTimeText(at, timezone).slice(0, 19).replace("T", " ");
}

/** The time between two instants as they are shown, to the second. */
function durationText(begin: number, end: number): string {
  const second = (at: number) => Math.floor(at / 1_000_000);
  const seconds = Math.max(0, second(end) - second(begin));
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
}

/** Energy in kWh, exactly. */
function energyText(wattHours: number): string {
  const units = { units: wattHours, currency: "KWH", exponent: 3 };
  return `${formatDecimal(units)} kWh`;
}

function priceText({ energy }: Tariff, currency: string): string {
  const text = formatDecimal({
    units: energy,
    currency,
    exponent: PRICE_EXPONENT,
  });
  return `${text.replace(/0{1,2}$/, "")} ${currency}/kWh`;
}

function heading({ outcome, words, energy }: SessionView): ReceiptRow[] {
  if (outcome === "completed") {
    return [{ kind: "mark", text: "TICKET DE RECARGA" }];
  }
  const text = energy === 0 ? "SIN SUMINISTRO" : "SUMINISTRO INTERRUMPIDO";
  const why: ReceiptRow[] = words === null
    ? []
    : [{ kind: "text", text: words }];
  return [{ kind: "mark", text }, ...why];
}

function times(view: SessionView, timezone: string): ReceiptRow[] {
  const begin = view.startedAt ?? view.at;
  const end = view.endedAt ?? begin;
  return [
    pair("Inicio", instantText(begin, timezone)),
    pair("Fin", instantText(end, timezone)),
    pair("Duración", durationText(begin, end)),
  ];
}

function sums(view: SessionView): ReceiptRow[] {
  const { energy, amount, currency, exponent, tariff, priceDiffers } = view;
  const differs = "El importe es el del equipo: su precio no es el registrado.";
  return [
    pair("Energía", energyText(energy)),
    ...(tariff === null ? [] : [pair("Precio", priceText(tariff, currency))]),
    {
      kind: "total",
      left: `TOTAL ${currency}`,
      right: formatDecimal({ units: amount, currency, exponent }),
    },
    ...(priceDiffers ? [{ kind: "text", text: differs } as const] : []),
  ];
}

function rowsOf(view: SessionView, parts: TicketParts): ReceiptRow[] {
  const location = parts.point(view.point)?.location ?? "";
  return [
    ...businessRows(parts.business(view.site)),
    ...heading(view),
    RULE,
    pair("Ticket", view.id),
    pair("Punto", view.point),
    ...(location === "" ? [] : [pair("Ubicación", location)]),
    pair("Conector", String(view.connector)),
    pair("Conductor", view.driver ?? "INVITADO"),
    ...times(view, parts.timezone),
    RULE,
    ...sums(view),
    RULE,
    { kind: "center", text: "Gracias por su preferencia" },
  ];
}

/**
 * Makes the use-cases about tickets.
 *
 * @param parts What they are made of.
 * @returns The use-cases.
 */
export function createChargingTickets(parts: TicketParts): ChargingTickets {
  const print = (
    id: FactId,
    write: (rows: readonly ReceiptRow[]) => string,
  ): Result<string, Refusal> => {
    const view = parts.session(id);
    if (view === undefined) {
      return refuse("charge_unknown", `There is no charging session ${id}`);
    }
    return view.status === "ended" ? ok(write(rowsOf(view, parts))) : refuse(
      "charge_open",
      `Cannot print a ticket of session ${id}: it has not ended`,
    );
  };
  return {
    ticketText: (id) => print(id, receiptToText),
    ticketHtml: (id) =>
      print(id, (rows) => receiptToHtml(`Ticket ${id}`, rows)),
  };
}
