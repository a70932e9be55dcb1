/**
 * Facts of fuel stations and directories for arbitrary sets of commits: drawn from few ids, pumps and instants so that
 * they meet often; some wrong on purpose.
 *
 * @module
 */
import type { FactId, SpaceId } from "../../crdt/mod.ts";

/** Kinds of drafts that stand for facts of fuel stations. */
export const FUEL_KIND_FIRST = 110;
/** The last of them. */
export const FUEL_KIND_LAST = 120;

/** What a fact of a fuel station is made of. */
export interface FuelDraft {
  /** From `FUEL_KIND_FIRST` to `FUEL_KIND_LAST`. */
  readonly kind: number;
  /** The fact's id. */
  readonly id: FactId;
  /** An id that it names. */
  readonly other: FactId;
  /** 0 to 3, or huge. */
  readonly amount: number;
  /** One of two forms. */
  readonly flag: boolean;
  /** Microseconds since 1970. */
  readonly at: number;
}

const DATES = ["2026-01-01", "2026-01-02"];
const FUELS = ["93", "diesel"];

/**
 * A fact of a fuel station.
 *
 * @param draft What it is made of.
 * @param space The space of the log that holds it.
 * @returns A fact, or something that looks like one.
 */
export function fuelFactOf(draft: FuelDraft, space: SpaceId): unknown {
  const { kind, id, other, amount, flag, at } = draft;
  const site = space === "mesh" ? "CUS" : space.slice(5);
  const date = DATES[amount % 2];
  const base = { id, at, site };
  const directory = { type: "DirectoryChanged", id, at, space, over: [other] };
  switch (kind) {
    case 110:
    case 111:
    case 112:
      return {
        ...base,
        type: "FuelSold",
        at: at + amount % 3,
        date,
        pump: flag ? "1" : "any",
        pumpName: "",
        fuel: FUELS[amount % 2],
        volumeMl: amount * 1000,
        price: 1290,
        amount: flag ? amount * 1290 : amount,
        currency: "CLP",
        exponent: 0,
        payment: flag ? "efectivo" : "tarjeta",
        state: "completed",
        source: kind === 112 ? "entered" : "pump",
        ...(flag ? { tank: 1 + amount % 2 } : {}),
        ...(amount === 2 ? { priceOther: true, startedAt: at } : {}),
      };
    case 113:
      return {
        ...base,
        type: "FuelReceived",
        date,
        tank: 1,
        volumeMl: amount + (flag ? 1 : 0),
      };
    case 114:
      return {
        ...base,
        type: "TankDipped",
        date,
        tank: 1,
        measuredMl: amount,
        differenceMl: flag ? -amount : amount,
      };
    case 115:
      return {
        ...base,
        type: "PricesTaken",
        pumps: flag ? [1, 2, 1] : [2],
        set: other,
        prices: [{ fuel: "93", price: amount }],
      };
    case 116:
      return flag
        ? {
          ...base,
          type: "PumpCommanded",
          pump: 1,
          command: "pause",
          reason: "",
          expiresAt: at + amount,
        }
        : {
          ...base,
          type: "PumpCommandEnded",
          pump: 1,
          command: other,
          outcome: amount === 1 ? "sent" : "unreachable",
        };
    case 117:
      return {
        ...base,
        type: "DayClosed",
        date,
        covers: [{ log: "a".repeat(32), seq: amount % 4 }],
        count: amount,
        volumeMl: amount,
        amount,
        currency: "CLP",
        exponent: 0,
      };
    case 118:
      return {
        ...directory,
        subject: flag ? "pump/1" : "tank/1",
        field: amount % 2 === 0 ? "name" : "fuel",
        value: [null, "93", true, ["93", "95"]][amount % 4],
      };
    case 119:
      return {
        type: "PricesChanged",
        id,
        at,
        scope: space,
        prices: FUELS.slice(flag ? 0 : 1).map((product) => ({
          product,
          price: amount,
        })),
        currency: "CLP",
        exponent: 0,
        effectiveAt: at + amount % 5,
        over: [other],
        origin: "",
      };
    default:
      // Of another site, or of none.
      return {
        ...base,
        type: "FuelReceived",
        site: flag ? "AQP" : "",
        date,
        tank: 1,
        volumeMl: 1,
      };
  }
}
