/**
 * What a native pump does, as a pure state machine: an event and a state give the next state and what to do. It knows
 * neither clocks nor disks.
 *
 * It follows the operation of the original pumps, with these differences: a delivery keeps the price and the fuel that
 * it began with; prices that come meanwhile wait until it is over; an emergency stop ends the delivery as `cancelled`
 * with its volume instead of forgetting it; the fuel is changed only while nothing is delivered (originals also while
 * paused, which then prices the whole delivery anew). A tick in the middle of which a delivery was paused adds nothing.
 *
 * @module
 */
import {
  err,
  type ErrorCode,
  type FactId,
  type ProductId,
  type Result,
} from "../../crdt/mod.ts";
import type { Refusal } from "../use_cases.ts";
import type { FuelPrice, FuelSaleState } from "./forecourt_use_cases.ts";
import type { PumpOperation } from "./live_pumps.ts";

/** A pump pauses a delivery of so many milliliters: more than any tank holds. */
export const DELIVERY_ML_MAX = 1_000_000_000;

/** How a delivery ended. */
export interface DeliveryEnd {
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** How it was paid. */
  readonly payment: string;
  /** What is known of the end. */
  readonly state: Exclude<FuelSaleState, "started">;
}

/** A delivery, until it is a recorded sale. */
export interface Delivery {
  /** The id of the sale that it becomes. */
  readonly id: FactId;
  /** The fuel. */
  readonly fuel: ProductId;
  /** Price of one liter, from beginning to end. */
  readonly price: number;
  /** When it began, in microseconds since 1970. */
  readonly startedAt: number;
  /** Milliliters so far. */
  readonly volumeMl: number;
  /** How it ended; null while it runs. With an end it waits to be recorded. */
  readonly end: DeliveryEnd | null;
}

/** A delivery that has ended. */
export type EndedDelivery = Delivery & { readonly end: DeliveryEnd };

/** Prices as a pump holds them. */
export interface HeldPrices {
  /** The newest fact that set one of them; null before the first. */
  readonly set: FactId | null;
  /** The prices. */
  readonly prices: readonly FuelPrice[];
}

/** A pump. */
export interface PumpState {
  /** Its name. */
  readonly name: string;
  /** The fuel that it is set to. */
  readonly fuel: ProductId;
  /** The fuels that it can deliver. */
  readonly fuels: readonly ProductId[];
  /** What flows in one tick of a second, in milliliters. */
  readonly flowMlPerSecond: number;
  /** True while fuel flows. */
  readonly isFlowing: boolean;
  /** The delivery that runs, or waits to be recorded; null while idle. */
  readonly delivery: Delivery | null;
  /** When the last delivery began, in microseconds since 1970; null if there was none. */
  readonly startedAt: number | null;
  /** The prices that it sells at. */
  readonly held: HeldPrices;
  /** Prices that it takes when the delivery is over; null if there are none. */
  readonly waiting: HeldPrices | null;
}

/** What happens to a pump. Instants are microseconds since 1970. */
export type PumpEvent =
  | { readonly kind: "start"; readonly id: FactId; readonly at: number }
  | { readonly kind: "tick" }
  | { readonly kind: "finish"; readonly payment: string; readonly at: number }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "stop"; readonly at: number }
  | { readonly kind: "report" }
  | {
    readonly kind: "configure";
    readonly fuel?: string;
    readonly name?: string;
  }
  | { readonly kind: "prices"; readonly held: HeldPrices }
  | { readonly kind: "recorded"; readonly id: FactId };

/** What to do, in this order. */
export type PumpEffect =
  /** Store the delivery, so that it survives the process. */
  | { readonly kind: "save"; readonly delivery: Delivery }
  /** Record the delivery as a sale, then tell the machine `recorded`. */
  | { readonly kind: "record"; readonly delivery: EndedDelivery }
  /** The pump has taken these prices. */
  | { readonly kind: "taken"; readonly held: HeldPrices }
  /** Tell whoever listens: `state` for a change or a question, `tick` while fuel flows. */
  | { readonly kind: "report"; readonly cause: "state" | "tick" };

/** What an event leads to. */
export interface PumpStep {
  /** The next state; the same one if nothing changed. */
  readonly state: PumpState;
  /** What to do. */
  readonly effects: readonly PumpEffect[];
  /** Why the event was refused; absent if it was not. */
  readonly refused?: ErrorCode;
}

const REPORT: PumpEffect = { kind: "report", cause: "state" };

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  "pump_busy": "The pump is dispensing or paused",
  "pump_not_dispensing": "The pump is not dispensing",
  "price_unknown": "The fuel has no price: set one for this site",
  "product_unknown": "The pump does not have this fuel",
};

/**
 * Puts a refusal of the machine into words.
 *
 * @param code Its code.
 * @returns The refusal as a result.
 */
export function refusePump(code: ErrorCode): Result<never, Refusal> {
  return err({ code, message: REFUSALS[code] ?? code });
}

/** How a delivery is paid for that nobody paid. */
export const UNPAID = "unpaid";

const FUELS = ["93", "95", "97", "diesel"] as ProductId[];
const FIRST_FUEL = "95" as ProductId;

/**
 * A pump that nobody has set up: idle, with the four fuels of the original pumps and no prices.
 *
 * @param pump Its name and its flow.
 * @returns The pump, set to `95`.
 */
export function newPump(
  { name, flowMlPerSecond }: Pick<PumpState, "name" | "flowMlPerSecond">,
): PumpState {
  return {
    name,
    fuel: FIRST_FUEL,
    fuels: FUELS,
    flowMlPerSecond,
    isFlowing: false,
    delivery: null,
    startedAt: null,
    held: { set: null, prices: [] },
    waiting: null,
  };
}

/**
 * What a pump does at the moment.
 *
 * @param state The pump.
 * @returns `paused` also for a delivery that has ended and is not recorded yet.
 */
export function operationOf({ delivery, isFlowing }: PumpState): PumpOperation {
  if (delivery === null) return "idle";
  return isFlowing ? "dispensing" : "paused";
}

/**
 * The price of one liter of a fuel.
 *
 * @param held Prices.
 * @param fuel The fuel.
 * @returns The price, or undefined if it has none.
 */
export function priceOf(held: HeldPrices, fuel: string): number | undefined {
  return held.prices.find((it) => it.fuel === fuel)?.price;
}

/**
 * A delivery that was running when the process ended, as it was stored last.
 *
 * @param delivery The delivery.
 * @param at When it was stored, in microseconds since 1970.
 * @returns It, ended then as `failed`.
 */
export function failedDelivery(delivery: Delivery, at: number): EndedDelivery {
  return { ...delivery, end: { at, payment: UNPAID, state: "failed" } };
}

/**
 * Takes an event.
 *
 * @param state The pump.
 * @param event What happens.
 * @returns The next state and what to do. Codes of refusals: `pump_busy`, `pump_not_dispensing`, `price_unknown`,
 * `product_unknown`. What does not apply to the state is ignored.
 */
export function stepPump(state: PumpState, event: PumpEvent): PumpStep {
  switch (event.kind) {
    case "start":
      return start(state, event);
    case "tick":
      return tick(state);
    case "finish":
      return state.isFlowing
        ? end(state, {
          at: event.at,
          payment: event.payment,
          state: "completed",
        })
        : refuse(state, "pump_not_dispensing");
    case "pause":
      return state.isFlowing
        ? { state: { ...state, isFlowing: false }, effects: [REPORT] }
        : ignore(state);
    case "resume":
      return state.delivery !== null && state.delivery.end === null &&
          !state.isFlowing
        ? { state: { ...state, isFlowing: true }, effects: [REPORT] }
        : ignore(state);
    case "stop":
      return state.delivery === null
        ? { state, effects: [REPORT] }
        : end(state, { at: event.at, payment: UNPAID, state: "cancelled" });
    case "report":
      return { state, effects: [REPORT] };
    case "configure":
      return configure(state, event);
    case "prices":
      return takePrices(state, event.held);
    case "recorded":
      return recorded(state, event.id);
  }
}

function ignore(state: PumpState): PumpStep {
  return { state, effects: [] };
}

function refuse(state: PumpState, refused: ErrorCode): PumpStep {
  return { state, effects: [], refused };
}

function start(
  state: PumpState,
  { id, at }: Extract<PumpEvent, { kind: "start" }>,
): PumpStep {
  if (state.delivery !== null) return refuse(state, "pump_busy");
  const { fuel } = state;
  const price = priceOf(state.held, fuel);
  if (price === undefined) return refuse(state, "price_unknown");
  const delivery = {
    id,
    fuel,
    price,
    startedAt: at,
    volumeMl: 0,
    end: null,
  };
  return {
    state: { ...state, isFlowing: true, delivery, startedAt: at },
    effects: [{ kind: "save", delivery }, REPORT],
  };
}

function tick(state: PumpState): PumpStep {
  if (state.delivery === null || !state.isFlowing) return ignore(state);
  const volumeMl = Math.min(
    state.delivery.volumeMl + state.flowMlPerSecond,
    DELIVERY_ML_MAX,
  );
  const delivery = { ...state.delivery, volumeMl };
  const isFull = volumeMl === DELIVERY_ML_MAX;
  return {
    state: { ...state, delivery, isFlowing: !isFull },
    effects: [
      { kind: "save", delivery },
      isFull ? REPORT : { kind: "report", cause: "tick" },
    ],
  };
}

function end(state: PumpState, how: DeliveryEnd): PumpStep {
  // What has ended keeps its first end, however often it is stopped before it is recorded.
  if (state.delivery === null || state.delivery.end !== null) {
    return ignore(state);
  }
  const delivery = { ...state.delivery, end: how };
  return {
    state: { ...state, isFlowing: false, delivery },
    effects: [{ kind: "record", delivery }],
  };
}

function recorded(state: PumpState, id: FactId): PumpStep {
  const { delivery, waiting } = state;
  if (delivery === null || delivery.id !== id || delivery.end === null) {
    return ignore(state);
  }
  const idle = { ...state, delivery: null };
  if (waiting === null) return { state: idle, effects: [REPORT] };
  return {
    state: { ...idle, held: waiting, waiting: null },
    effects: [REPORT, { kind: "taken", held: waiting }],
  };
}

function takePrices(state: PumpState, held: HeldPrices): PumpStep {
  if (state.delivery !== null) {
    return { state: { ...state, waiting: held }, effects: [] };
  }
  return {
    state: { ...state, held, waiting: null },
    effects: [{ kind: "taken", held }, REPORT],
  };
}

/** A fuel that the pump has not is passed over when there is also a name to set. */
function configure(
  state: PumpState,
  { fuel, name }: Extract<PumpEvent, { kind: "configure" }>,
): PumpStep {
  if (state.isFlowing) return refuse(state, "pump_busy");
  const known = state.fuels.find((it) => it === fuel);
  if (known === undefined && name === undefined) {
    return refuse(state, "product_unknown");
  }
  if (known !== undefined && state.delivery !== null) {
    return refuse(state, "pump_busy");
  }
  return {
    state: {
      ...state,
      fuel: known ?? state.fuel,
      name: name ?? state.name,
    },
    effects: [REPORT],
  };
}
