/**
 * What an answer of an original central says: whether it acknowledges, what it had before, and whether what it has is
 * what was sent. Pure.
 *
 * @module
 */

/** What became of a request. */
export type PushAnswer =
  /** It was answered in full; a redirect is not followed. */
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly body: string;
  }
  /** No answer came, or more than is looked at; it may have been processed. */
  | { readonly kind: "failed"; readonly reason: string };

/** What an answer to a message says. */
export type PushVerdict =
  | {
    readonly kind: "acknowledged";
    /** How many sales were new to the central; all where it does not say. */
    readonly received: number;
    /** True if single sales must be compared with what is there. */
    readonly check: boolean;
    /** Numbers that the central says it knows with another content. */
    readonly conflicts: readonly string[];
  }
  | {
    readonly kind: "failed";
    /** Why, in Spanish. */
    readonly reason: string;
    /** The status; 0 if nothing was answered. */
    readonly status: number;
  };

const REASON_MAX = 200;
const WALL_TOLERANCE_MS = 1000;

/**
 * Judges the answer to a message: only a 2xx with a JSON object whose `success` is truthy acknowledges it.
 *
 * @param answer The answer.
 * @param sent How many sales the message held.
 * @returns What it says.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const body = '{"success":true,"ventasRecibidas":2}';
 * strictEqual(judgePush({ kind: "answered", status: 200, body }, 2).kind, "acknowledged");
 * strictEqual(judgePush({ kind: "answered", status: 302, body }, 2).kind, "failed");
 * ```
 */
export function judgePush(answer: PushAnswer, sent: number): PushVerdict {
  if (answer.kind === "failed") {
    return { kind: "failed", reason: answer.reason, status: 0 };
  }
  const { status } = answer;
  const body = objectOf(answer.body);
  const fail = (reason: string): PushVerdict => ({
    kind: "failed",
    reason,
    status,
  });
  if (status >= 300 && status < 400) {
    return fail(`El central redirige (${status}); no se sigue`);
  }
  if (status < 200 || status > 299) {
    return fail(`El central respondió ${status}${errorOf(body)}`);
  }
  if (body === undefined) {
    return fail(`El central respondió ${status} con algo que no es JSON`);
  }
  if (!body["success"]) {
    return fail(`El central no confirmó${errorOf(body)}`);
  }
  const received = body["ventasRecibidas"];
  const isCount = typeof received === "number" && received >= 0;
  return {
    kind: "acknowledged",
    received: isCount ? Math.min(received, sent) : sent,
    check: mustCheck(body, sent),
    conflicts: conflictsOf(body),
  };
}

/** Panal says of each sale what became of it; an original central only how many were new. */
function mustCheck(
  body: Readonly<Record<string, unknown>>,
  sent: number,
): boolean {
  const counts = [
    "ventasRecibidas",
    "ventasDuplicadas",
    "ventasEnConflicto",
  ].map((key) => body[key]);
  const [received] = counts;
  if (typeof received !== "number" || received > sent) return true;
  if (received === sent) return false;
  const isTold = counts.every((count) => typeof count === "number");
  const told = counts.reduce<number>((sum, one) => sum + Number(one), 0);
  return !isTold || told !== sent;
}

function conflictsOf(
  body: Readonly<Record<string, unknown>>,
): readonly string[] {
  const listed = body["conflictos"];
  if (!Array.isArray(listed)) return [];
  return listed.filter((one) => typeof one === "string");
}

function errorOf(body: Readonly<Record<string, unknown>> | undefined): string {
  const error = body?.["error"];
  return typeof error === "string" ? `: ${error.slice(0, REASON_MAX)}` : "";
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}

/** What comparing a sale with the central's came to. */
export type CheckVerdict =
  | { readonly kind: "same" }
  /** The central has another, has none, or does not show it; `there` is what it shows. */
  | {
    readonly kind: "other";
    readonly reason: string;
    readonly there: unknown;
  }
  /** Nobody knows; ask again. */
  | {
    readonly kind: "failed";
    readonly reason: string;
    readonly status: number;
  };

/**
 * Judges the answer to `GET /api/ventas/:id`.
 *
 * @param answer The answer.
 * @param sent The JSON text of the sale as it is sent.
 * @returns Whether the central has the same sale: its number, wall clock, total and lines.
 */
export function judgeCheck(answer: PushAnswer, sent: string): CheckVerdict {
  if (answer.kind === "failed") {
    return { kind: "failed", reason: answer.reason, status: 0 };
  }
  const { status } = answer;
  const other = (reason: string, there: unknown): CheckVerdict => ({
    kind: "other",
    reason,
    there,
  });
  if (status >= 500 || status === 408 || status === 429) {
    const reason = `El central respondió ${status} al comprobar`;
    return { kind: "failed", reason, status };
  }
  if (status === 404) {
    return other("El central la confirmó, pero no la tiene", null);
  }
  const body = status === 200 ? objectOf(answer.body) : undefined;
  if (status === 200 && body === undefined) {
    // Not a central's words, but of something on the way to it.
    return { kind: "failed", reason: "El central no se entiende", status };
  }
  const sale = body?.["venta"];
  if (typeof sale !== "object" || sale === null) {
    return other(`El central no deja comprobarla (${status})`, null);
  }
  return isSameSale(sale as Fields, objectOf(sent) ?? {})
    ? { kind: "same" }
    : other("El central tiene otra venta con este número", sale);
}

type Fields = Readonly<Record<string, unknown>>;

function isSameSale(there: Fields, here: Fields): boolean {
  const [a, b] = [there, here].map((sale) =>
    Date.parse(String(sale["FechaVenta"]))
  );
  return there["VentaID"] === here["VentaID"] &&
    Math.abs((a ?? NaN) - (b ?? NaN)) <= WALL_TOLERANCE_MS &&
    cents(there["Total"]) === cents(here["Total"]) &&
    linesOf(there) === linesOf(here);
}

/** The lines as text that says the same for the same multiset. */
function linesOf(sale: Fields): string {
  const lines = Array.isArray(sale["Detalles"]) ? sale["Detalles"] : [];
  return lines.map((value: unknown) => {
    const line = (value ?? {}) as Fields;
    return JSON.stringify([
      line["ProductoID"],
      Number(line["Cantidad"]),
      cents(line["PrecioUnitario"]),
      cents(line["Subtotal"]),
    ]);
  }).toSorted().join();
}

function cents(value: unknown): number {
  return Math.round(Number(value) * 100);
}
