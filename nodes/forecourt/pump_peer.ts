/**
 * A native pump: drives the machine of `pump_machine.ts` by the node's clock, and keeps what it dispenses. It waits for
 * nobody: what it sells is recorded in its own log, whoever is linked.
 *
 * Events are taken in turn. The running delivery is stored at its start and at each tick, so a process that ends at any
 * instant loses one tick at most; the next start records the delivery as `failed`.
 *
 * @module
 */
import {
  type Clock,
  type FactId,
  fuelAmount,
  ok,
  type ProductId,
  type Result,
  type SiteCode,
  type Timer,
} from "../../crdt/mod.ts";
import type { Logger } from "../ports.ts";
import type { Refusal } from "../use_cases.ts";
import type {
  ForecourtEvent,
  ForecourtUseCases,
  FuelSaleView,
} from "./forecourt_use_cases.ts";
import type { PumpCommand } from "./live_pumps.ts";
import { MeterTimer } from "./meter_timer.ts";
import { PriceLook } from "./price_look.ts";
import type { PumpControl, PumpControlState } from "./pump_control.ts";
import {
  failedDelivery,
  type HeldPrices,
  newPump,
  operationOf,
  priceOf,
  type PumpEffect,
  type PumpEvent,
  type PumpState,
  type PumpStep,
  refusePump,
  stepPump,
} from "./pump_machine.ts";
import { PumpOrders } from "./pump_orders.ts";
import type { PumpStore } from "./pump_store.ts";

/** What flows in a second unless set otherwise, in milliliters: what the original pumps really do. */
export const FLOW_ML_PER_SECOND = 500;
/** Milliseconds until what the disk refused is tried again. */
const RETRY_MS = 1000;

/** What a pump tells of: a change or a question (`state`), a reading of the meter, a sale in its queue. */
export type PumpNews = "state" | "tick" | "sale";

/** What a pump is made of. */
export interface PumpPeerParts {
  /** What the node offers about fuel stations. */
  readonly forecourt: ForecourtUseCases;
  /** What it keeps beside facts. */
  readonly store: PumpStore;
  /** Time. */
  readonly clock: Clock;
  /** Draws a sale's id. */
  readonly newId: () => FactId;
  /** Log lines. */
  readonly logger: Logger;
  /** Reports what a person should look at. */
  readonly report: (
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => void;
  /** Its site. */
  readonly site: SiteCode;
  /** Its number. */
  readonly pump: number;
  /** The name under which it lists itself at the first start. */
  readonly name: string;
  /** How long it waits for the list of its peers before it lists itself, in milliseconds. */
  readonly listAfterMs: number;
  /** What flows in a second, in milliliters. */
  readonly flowMlPerSecond: number;
  /** Whether its station is linked. */
  readonly connected: () => boolean;
  /** Whether an original station is to be told of its sales. */
  readonly tellsStation: boolean;
  /** Whether it also sends fast reports. */
  readonly fastReports: boolean;
}

/** A native pump. */
export interface PumpPeer {
  /** What people and pages do with it. */
  readonly control: PumpControl;
  /** Records what a lost process left, lists the pump, takes its prices, and begins to obey. */
  open(): Promise<void>;
  /** Obeys an order that came another way than as a fact. */
  command(command: PumpCommand): Promise<void>;
  /** Tells of what the pump does. Listeners must not throw. */
  watch(listener: (news: PumpNews) => void): () => void;
  /** Ends its timers; what was dispensed so far is stored. */
  stop(): Promise<void>;
}

/**
 * Makes a pump. Nothing happens before `open`.
 *
 * @param parts What it is made of.
 * @returns The pump.
 */
export function createPumpPeer(parts: PumpPeerParts): PumpPeer {
  return new Peer(parts);
}

class Peer implements PumpPeer {
  readonly control: PumpControl = {
    state: () => this.#view(),
    start: () => this.#start(),
    finish: (input) => this.#finish(input),
    configure: (input) => this.#configure(input),
    prices: () => this.#state.held.prices,
  };
  readonly #parts: PumpPeerParts;
  readonly #listeners = new Set<(news: PumpNews) => void>();
  readonly #orders: PumpOrders;
  readonly #look: PriceLook;
  #state: PumpState;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #meter: MeterTimer;
  #retry: Timer | undefined;
  #listing: Timer | undefined;
  #unwatch = () => {};
  #stopped = false;

  constructor(parts: PumpPeerParts) {
    this.#parts = parts;
    this.#orders = new PumpOrders({
      ...parts,
      obey: (command) => this.command(command),
    });
    this.#look = new PriceLook({
      ...parts,
      due: () => this.#takePricesSoon(),
    });
    this.#meter = new MeterTimer(
      parts.clock,
      () => this.#take({ kind: "tick" }),
    );
    this.#state = newPump(parts);
  }

  async open(): Promise<void> {
    this.#unwatch = this.#parts.forecourt.watch((event) => this.#heard(event));
    await this.#inTurn(() => this.#recover());
    await this.#listLater();
    await this.#takePrices();
    this.#report("state");
  }

  async command(command: PumpCommand): Promise<void> {
    await this.#take(
      command === "stop" ? { kind: "stop", at: this.#at() } : { kind: command },
    );
  }

  watch(listener: (news: PumpNews) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    this.#meter.turn(false);
    this.#look.stop();
    this.#retry?.cancel();
    this.#listing?.cancel();
    await this.#turn;
  }

  #at(): number {
    return this.#parts.clock.now() * 1000;
  }

  #view(): PumpControlState {
    const { delivery, held, fuel, fuels, name, startedAt } = this.#state;
    const price = delivery?.price ?? priceOf(held, fuel) ?? 0;
    const volumeMl = delivery?.volumeMl ?? 0;
    return {
      number: this.#parts.pump,
      name,
      operation: operationOf(this.#state),
      fuel: delivery?.fuel ?? fuel,
      fuels,
      volumeMl,
      amount: fuelAmount(volumeMl, price),
      price,
      startedAt,
      connected: this.#parts.connected(),
      fastReports: this.#parts.fastReports,
    };
  }

  #report(news: PumpNews): void {
    const { forecourt, site, pump } = this.#parts;
    const { operation, volumeMl, amount, fuel, price } = this.#view();
    forecourt.live.update(site, pump, {
      connection: "connected",
      links: 1,
      operation,
      volumeMl,
      amount,
      fuel,
      price,
    });
    for (const listener of this.#listeners) listener(news);
  }

  // Turns

  /** Does work after all that was begun before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  #take(event: PumpEvent): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#stopped) await this.#adopt(stepPump(this.#state, event));
    });
  }

  #become(state: PumpState): void {
    this.#state = state;
    this.#meter.turn(state.isFlowing && !this.#stopped);
  }

  async #adopt({ state, effects }: PumpStep): Promise<void> {
    // What people and peers are shown is stored.
    const [first, ...others] = effects;
    const saves = first?.kind === "save";
    if (saves) await this.#apply(first);
    this.#become(state);
    for (const effect of saves ? others : effects) await this.#apply(effect);
  }

  async #apply(effect: PumpEffect): Promise<void> {
    const { store, forecourt, site, pump } = this.#parts;
    switch (effect.kind) {
      case "save":
        // The fuel has flowed, whatever the disk says: the next tick stores it.
        return await this.#attempt(
          "The running delivery was not stored",
          () => store.save(effect.delivery, this.#at()),
        );
      case "record":
        // What the disk refuses is tried again: nobody waits for it here.
        return void await this.#record().catch(() => {});
      case "taken": {
        const { set, prices } = effect.held;
        if (set === null) return;
        if (forecourt.pump(site, pump)?.taken?.set === set) return;
        return await this.#attempt(
          "Taking prices was not recorded",
          () => forecourt.pricesTaken({ site, pumps: [pump], set, prices }),
        );
      }
      case "report":
        return this.#report(effect.cause);
    }
  }

  async #attempt(
    message: string,
    work: () => Promise<Result<unknown, Refusal> | void>,
  ): Promise<void> {
    const { logger, pump } = this.#parts;
    try {
      const done = await work();
      if (done?.ok !== false) return;
      logger.log("error", message, { pump, error: done.error.message });
    } catch (error) {
      logger.log("error", message, { pump, error: String(error) });
    }
  }

  // Deliveries

  #start(): Promise<Result<PumpControlState, Refusal>> {
    return this.#inTurn(async () => {
      const id = this.#parts.newId();
      const at = this.#at();
      const step = stepPump(this.#state, { kind: "start", id, at });
      const { delivery } = step.state;
      if (step.refused !== undefined || delivery === null) {
        return refusePump(step.refused ?? "pump_busy");
      }
      // Nothing flows before the delivery would survive a loss of power: a disk that refuses refuses the delivery.
      await this.#parts.store.save(delivery, at);
      await this.#adopt({
        ...step,
        effects: step.effects.filter(({ kind }) => kind !== "save"),
      });
      return ok(this.#view());
    });
  }

  #finish(
    { payment }: { readonly payment: string },
  ): Promise<Result<{ readonly sale: FuelSaleView }, Refusal>> {
    return this.#inTurn(async () => {
      const event = { kind: "finish", payment, at: this.#at() } as const;
      const step = stepPump(this.#state, event);
      if (step.refused !== undefined) return refusePump(step.refused);
      this.#become(step.state);
      return await this.#record();
    });
  }

  /** Records the delivery that has ended; if the disk refuses, again and again until it is recorded. */
  async #record(): Promise<Result<{ readonly sale: FuelSaleView }, Refusal>> {
    try {
      const done = await this.#recordOnce();
      if (!done.ok) this.#recordLater(done.error.message);
      return done;
    } catch (error) {
      this.#recordLater(String(error));
      throw error;
    }
  }

  async #recordOnce(): Promise<
    Result<{ readonly sale: FuelSaleView }, Refusal>
  > {
    const { forecourt, store, site, pump, tellsStation } = this.#parts;
    const { delivery } = this.#state;
    if (delivery === null || delivery.end === null) {
      return refusePump("pump_not_dispensing");
    }
    const { id, fuel, price, volumeMl, startedAt, end } = delivery;
    const done = await forecourt.recordFuelSale({
      ...end,
      id,
      site,
      pump: String(pump),
      fuel,
      volumeMl,
      price,
      amount: fuelAmount(volumeMl, price),
      startedAt,
      source: "peer",
    });
    const before = forecourt.fuelSale(id);
    if (!done.ok && before === undefined) return done;
    const sale = done.ok ? done.value.sale : before as FuelSaleView;
    await store.close(id, tellsStation);
    if (tellsStation) { for (const tell of this.#listeners) tell("sale"); }
    await this.#adopt(stepPump(this.#state, { kind: "recorded", id }));
    this.#mirror();
    return ok({ sale });
  }

  #recordLater(reason: string): void {
    const { clock, logger, pump } = this.#parts;
    logger.log("error", "A delivery waits to be recorded", { pump, reason });
    this.#report("state");
    this.#retry?.cancel();
    if (this.#stopped) return;
    this.#retry = clock.timer(
      RETRY_MS,
      () =>
        void this.#inTurn(async () => {
          const end = this.#state.delivery?.end ?? null;
          if (end !== null && !this.#stopped) await this.#record();
        }).catch(() => {}),
    );
  }

  async #recover(): Promise<void> {
    const saved = this.#parts.store.saved();
    if (saved === undefined) return;
    const delivery = failedDelivery(saved.delivery, saved.at);
    this.#state = {
      ...this.#state,
      delivery,
      startedAt: delivery.startedAt,
    };
    const { volumeMl, id } = delivery;
    this.#parts.report(
      "delivery_interrupted",
      "A delivery was running when the pump's program ended: it is recorded as far as it was measured",
      { pump: this.#parts.pump, sale: id, volumeMl },
    );
    await this.#record().catch(() => {});
  }

  // Directory

  /** A pump that is new to this node may be listed elsewhere: what people called it there must not be overwritten. */
  async #listLater(): Promise<void> {
    const { forecourt, site, pump, listAfterMs, clock } = this.#parts;
    await this.#readDirectory();
    if (forecourt.pump(site, pump) !== undefined) return;
    if (listAfterMs === 0) return await this.#list();
    this.#listing = clock.timer(listAfterMs, () => this.#listSoon());
  }

  #listSoon(): void {
    void this.#attempt("The pump was not listed", () => this.#list());
  }

  async #list(): Promise<void> {
    const { forecourt, site, pump, clock } = this.#parts;
    if (this.#stopped || forecourt.pump(site, pump) !== undefined) return;
    await this.#attempt(
      "The pump was not listed",
      () => forecourt.addPump({ site, pump, name: this.#state.name }),
    );
    if (forecourt.pump(site, pump) === undefined && !this.#stopped) {
      this.#listing = clock.timer(RETRY_MS, () => this.#listSoon());
    }
    await this.#readDirectory();
  }

  async #readDirectory(): Promise<void> {
    await this.#inTurn(() => Promise.resolve(this.#mirror()));
  }

  /** Takes over what people changed in the list; the fuel of a delivery is not changed under it. */
  #mirror(): void {
    const { forecourt, site, pump } = this.#parts;
    const listed = forecourt.pump(site, pump);
    if (listed === undefined) return;
    const { delivery, fuel, fuels } = this.#state;
    this.#state = {
      ...this.#state,
      name: listed.name,
      fuels: listed.fuels.length > 0 ? listed.fuels as ProductId[] : fuels,
      fuel: delivery === null ? listed.fuel as ProductId : fuel,
    };
  }

  #configure(
    input: { readonly fuel?: string; readonly name?: string },
  ): Promise<Result<PumpControlState, Refusal>> {
    return this.#inTurn(async () => {
      const { forecourt, site, pump } = this.#parts;
      const step = stepPump(this.#state, { kind: "configure", ...input });
      if (step.refused !== undefined) return refusePump(step.refused);
      const { fuel, name } = step.state;
      const done = await forecourt.changePump({ site, pump, fuel, name });
      // One that is not listed yet lists itself by the name that it has then.
      if (!done.ok && done.error.code !== "pump_unknown") return done;
      await this.#adopt(step);
      return ok(this.#view());
    });
  }

  // Prices and orders

  #heard(event: ForecourtEvent): void {
    const { site, pump } = this.#parts;
    if (this.#stopped) return;
    if (event.kind === "prices") {
      if (event.site === null || event.site === site) this.#takePricesSoon();
    } else if (event.kind === "command") {
      const { command } = event;
      if (command.site === site && command.pump === pump) {
        void this.#attempt(
          "An order was not carried out",
          () => this.#orders.take(command),
        );
      }
    } else if (event.kind === "pump") {
      if (event.site === site && event.pump === pump) {
        void this.#attempt(
          "The list of pumps was not read",
          () => this.#readDirectory(),
        );
      }
    }
  }

  #takePricesSoon(): void {
    void this.#attempt("Prices were not taken", () => this.#takePrices());
  }

  async #takePrices(): Promise<void> {
    if (this.#stopped) return;
    const held = this.#look.look();
    const newest = this.#state.waiting ?? this.#state.held;
    if (held !== undefined && !isSame(held, newest)) {
      await this.#take({ kind: "prices", held });
    }
  }
}

function isSame(a: HeldPrices, b: HeldPrices): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
