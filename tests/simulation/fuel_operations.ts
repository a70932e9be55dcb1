/**
 * What callers at fuel stations ask peers for: deliveries and their repeats, prices, tanks, orders and closes.
 *
 * @module
 */
import {
  type FactId,
  type ProductId,
  saleIdOfKey,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { RecordFuelSaleInput } from "../../nodes/forecourt/forecourt_use_cases.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import type { Chance } from "./chance.ts";
import type { Effect } from "./scenario_model.ts";

/** The fuels that are sold. */
export const FUELS: readonly ProductId[] = ["93", "diesel"] as ProductId[];

/** A delivery that some caller knows of, so that it can be told again. */
export type KnownDelivery = RecordFuelSaleInput & {
  readonly id: FactId;
  readonly site: SiteCode;
};

type Answer = Promise<
  { readonly ok: boolean; readonly error?: unknown; readonly value?: unknown }
>;

/** Who asks, and who follows what is answered. */
export interface FuelCaller {
  /** Draws what is asked for. */
  readonly chance: Chance;
  /** Where it is asked for. */
  readonly site: SiteCode;
  /** True at an office. */
  readonly isOffice: boolean;
  /** The peer that is asked. */
  readonly useCases: UseCases;
  /** Deliveries that were told before. */
  readonly known: KnownDelivery[];
  /** Now, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Draws an id. */
  readonly newId: () => FactId;
  /** Follows an answer. */
  readonly follow: (
    text: string,
    fact: { readonly id: FactId; readonly effect: Effect } | undefined,
    answer: Answer,
  ) => void;
}

/** Asks for something. */
export function askForFuel(caller: FuelCaller): void {
  const kind = caller.chance.below(16);
  if (kind < 7) deliver(caller, newDelivery(caller));
  else if (kind < 10) repeat(caller);
  else if (kind < 12) setPrices(caller);
  else if (kind < 14) fillTank(caller);
  else if (kind < 15) listPump(caller);
  else orderOrClose(caller);
}

function newDelivery(caller: FuelCaller): KnownDelivery {
  const { chance, site, nowMs } = caller;
  const volumeMl = 1000 * chance.below(20);
  const price = 1290 + chance.below(3);
  const key = `${site} ${chance.below(1_000_000)} ${nowMs}`;
  const delivery: KnownDelivery = {
    // A pump over a line is told by what it says; one that is a peer draws an id.
    id: chance.oneIn(2) ? saleIdOfKey(key) : caller.newId(),
    site,
    pump: String(1 + chance.below(3)),
    fuel: chance.pick(FUELS),
    volumeMl,
    price,
    amount: chance.oneIn(8) ? 1 : volumeMl / 1000 * price,
    payment: chance.oneIn(2) ? "efectivo" : "tarjeta",
    source: chance.oneIn(4) ? "entered" : "pump",
    at: nowMs * 1000 - chance.below(1_000_000),
  };
  caller.known.push(delivery);
  return delivery;
}

function deliver(caller: FuelCaller, delivery: KnownDelivery): void {
  const { id, site, volumeMl, amount } = delivery;
  caller.follow(
    "delivery",
    { id, effect: { kind: "delivery", site, volumeMl, amount } },
    caller.useCases.forecourt.recordFuelSale(delivery),
  );
}

/** Told again, here or at another peer of the site. */
function repeat(caller: FuelCaller): void {
  const known = caller.known.filter(({ site }) => site === caller.site);
  deliver(
    caller,
    known.length === 0 ? newDelivery(caller) : caller.chance.pick(known),
  );
}

function setPrices(caller: FuelCaller): void {
  const { chance, site, isOffice, nowMs } = caller;
  const id = caller.newId();
  const later = chance.oneIn(3) ? chance.below(20_000) : undefined;
  caller.follow(
    "prices",
    { id, effect: { kind: "fuel" } },
    caller.useCases.forecourt.setPrices({
      id,
      scope: isOffice && chance.oneIn(2) ? "mesh" : `site:${site}`,
      prices: FUELS.slice(chance.below(FUELS.length)).map((fuel) => ({
        fuel,
        price: 1290 + chance.below(3),
      })),
      ...(later === undefined ? {} : { effectiveAt: (nowMs + later) * 1000 }),
    }),
  );
}

function fillTank(caller: FuelCaller): void {
  const { chance, site, useCases: { forecourt } } = caller;
  const tank = 1 + chance.below(2);
  const fuel = FUELS[tank - 1] ?? "93";
  if (chance.oneIn(3)) {
    caller.follow(
      `tank ${tank}`,
      undefined,
      forecourt.setTank({ site, tank, fuel }),
    );
    return;
  }
  const id = caller.newId();
  const volume = 1000 * (1 + chance.below(50));
  caller.follow(
    "fuel",
    { id, effect: { kind: "fuel" } },
    chance.oneIn(3)
      ? forecourt.dipTank({ id, site, tank, measuredMl: volume })
      : forecourt.receiveFuel({ id, site, tank, volumeMl: volume }),
  );
}

function listPump(caller: FuelCaller): void {
  const { chance, site, useCases: { forecourt } } = caller;
  const pump = 1 + chance.below(3);
  const name = `Isla ${chance.below(100)}`;
  const answer = chance.oneIn(3)
    ? forecourt.removePump({ site, pump })
    : chance.oneIn(2)
    ? forecourt.changePump({ site, pump, name })
    : forecourt.addPump({ site, pump, name });
  caller.follow(`pump ${pump}`, undefined, answer);
}

function orderOrClose(caller: FuelCaller): void {
  const { chance, site, nowMs, useCases: { forecourt } } = caller;
  const date = new Date(nowMs).toISOString().slice(0, 10);
  const answer = chance.oneIn(2)
    ? forecourt.closeDay({ site, date })
    : forecourt.commandPump({ site, pump: 1, command: "pause" });
  caller.follow("order or close", undefined, answer);
}
