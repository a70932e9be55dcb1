/**
 * Sales that were paid and still have to be written down by the node: kept in the browser before they are sent, sent
 * again under the same id until the node answers, so that each counts once and none is lost.
 *
 * @module
 */
import { effect, type Signal, signal } from "@preact/signals";
import { change, type Problem } from "../base/http.ts";
import { linkState } from "../base/live.ts";
import { knowledge } from "../base/session.ts";
import type { Sale, SaleRecording } from "../wire_types.ts";
import type { Cart } from "./cart.ts";
import { asList, kept } from "./kept.ts";

/** The most sales that wait; more are not taken, since a browser's memory is bounded. */
export const WAITING_MAX = 300;
/** Milliseconds between attempts. */
const RETRY_MS = 3_000;
/** The longest wait for an answer, in milliseconds; rights asked of other peers take some of it. */
const TIMEOUT_MS = 12_000;

/** A sale that was paid. */
export interface PaidSale {
  /** What is sent; its id is the sale's. */
  readonly body: SaleRecording;
  /** The cart that it was, for when it is refused. */
  readonly cart: Cart;
  /** Decimal texts for what is shown. */
  readonly total: string;
  readonly currency: string;
  readonly received: string | null;
  readonly change: string | null;
  /** When it was paid, in milliseconds since 1970. */
  readonly at: number;
  /** Why the node refused it; null while it waits. */
  readonly refused: Problem | null;
}

/** Sales that wait or were refused, the oldest first. */
export const outbox: Signal<readonly PaidSale[]> = kept<readonly PaidSale[]>(
  "panal.till.outbox",
  () => [],
  (value) => asList<PaidSale>(value, "body", "cart", "total"),
);

/** A sale that the node has written down. */
export interface DoneSale {
  readonly sale: Sale;
  readonly paid: PaidSale;
  /** True if it had to wait for the node. */
  readonly late: boolean;
}

/** The sale that was written down last; shown until the next one begins. */
export const lastDone: Signal<DoneSale | undefined> = signal(undefined);

const listeners = new Set<(done: DoneSale) => void>();
/** Ids that are under way, so that nothing is sent twice at once. */
const underway = new Set<string>();
let timer: number | undefined;

/** Has a function told of each sale that had to wait and is written down now. */
export function onLate(listener: (done: DoneSale) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** What came of a payment. */
export type PayOutcome =
  | { readonly kind: "done"; readonly done: DoneSale }
  /** The node does not answer: the sale waits and is sent again. */
  | { readonly kind: "waits" }
  | { readonly kind: "refused"; readonly problem: Problem }
  | { readonly kind: "full" };

/**
 * Sends a sale that was paid; first it is kept.
 *
 * @param paid The sale.
 * @param approval A supervisor's, which is sent and never kept.
 * @returns What came of it. What was refused is not kept: it is the cart's again.
 */
export async function pay(
  paid: PaidSale,
  approval: Pick<SaleRecording, "approval"> = {},
): Promise<PayOutcome> {
  if (outbox.value.length >= WAITING_MAX) return { kind: "full" };
  put(paid);
  const answer = await send(paid, approval);
  if (answer === undefined) return { kind: "waits" };
  if (answer.ok) {
    drop(paid);
    const done = { sale: answer.value, paid, late: false };
    lastDone.value = done;
    return { kind: "done", done };
  }
  if (isNoAnswer(answer.problem)) {
    wait(paid);
    return { kind: "waits" };
  }
  drop(paid);
  return { kind: "refused", problem: answer.problem };
}

/** Whether a problem says nothing about the sale: nobody knows, or nobody was there to decide. */
export function isNoAnswer({ status, code }: Problem): boolean {
  return status === 0 || status >= 500 || status === 401 || status === 429 ||
    code === "overloaded" || code === "node_stopping";
}

async function send(
  paid: PaidSale,
  approval: Pick<SaleRecording, "approval"> = {},
) {
  const id = paid.body.id ?? "";
  if (underway.has(id)) return undefined;
  underway.add(id);
  const body = { ...paid.body, ...approval };
  const answer = await change<Sale>("POST", "/v1/sales", body, {
    timeoutMs: TIMEOUT_MS,
  });
  underway.delete(id);
  return answer;
}

function put(paid: PaidSale): void {
  const others = outbox.value.filter(({ body }) => body.id !== paid.body.id);
  outbox.value = [...others, paid];
}

function drop({ body }: PaidSale): void {
  outbox.value = outbox.value.filter((one) => one.body.id !== body.id);
}

/** Forgets a refused sale. */
export function forget(paid: PaidSale): void {
  drop(paid);
}

/**
 * Sends a refused sale again, as it is now.
 *
 * @param paid The sale, with another body perhaps.
 */
export function sendAgain(paid: PaidSale): void {
  put({ ...paid, refused: null });
  void flush();
}

/** Sends what waits, one after the other, until the node gives no answer. */
async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  for (const paid of outbox.peek()) {
    if (paid.refused !== null) continue;
    const answer = await send(paid);
    if (answer === undefined) continue;
    if (answer.ok) {
      drop(paid);
      const done = { sale: answer.value, paid, late: true };
      for (const listener of listeners) listener(done);
    } else if (isNoAnswer(answer.problem)) {
      wait(paid);
      return;
    } else put({ ...paid, refused: answer.problem });
  }
}

/** What waits happened when it was paid, not when the node is back. */
function wait(paid: PaidSale): void {
  const at = new Date(paid.at).toISOString();
  if (paid.body.at === undefined) put({ ...paid, body: { ...paid.body, at } });
  plan();
}

function plan(): void {
  timer ??= setTimeout(() => void flush(), RETRY_MS);
}

/** Begins to send what waits from an earlier visit, and whatever waits once the node is back. */
effect(() => {
  const ready = knowledge.value.state === "ready";
  if (ready && linkState.value === "live") {
    void Promise.resolve().then(flush);
  }
});
