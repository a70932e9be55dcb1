/**
 * A station towards the pumps that dial it: registration, reports, deliveries, prices and commands. It joins the state
 * machines of links, activity and price delivery to the node's use-cases; sockets are somebody else's.
 *
 * @module
 */
import {
  type Clock,
  localTimeText,
  type Random,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  encodeConfirmation,
  encodePumpPrices,
  encodeRefusal,
  type ForecourtLine,
  parseForecourtLine,
  type PumpMessage,
  type PumpRefusal,
  readPumpMessage,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type { AlertBoard } from "./alert_board.ts";
import { CommandRelay } from "./command_relay.ts";
import { createDropCounts, type DropCounts } from "./drop_counts.ts";
import { DeliveredBatch } from "./delivered_batch.ts";
import type {
  ForecourtEvent,
  ForecourtUseCases,
} from "./forecourt_use_cases.ts";
import { FuelSaleIntake } from "./fuel_sale_intake.ts";
import {
  deliveryTold,
  linkReport,
  type PumpActivity,
  type PumpReport,
  quickReport,
  stopSent,
} from "./pump_activity.ts";
import { PumpBoard } from "./pump_board.ts";
import type { PumpChannel, PumpLink } from "./pump_channel.ts";
import { type LinkSettings, PumpLinks } from "./pump_links.ts";
import {
  type DeliveredStore,
  type DeliverySettings,
  PriceDelivery,
  type PriceSet,
} from "./price_delivery.ts";
import {
  createPriceSchedule,
  currentPrices,
  type PriceSchedule,
} from "./price_sets.ts";
import { PumpRoll } from "./pump_roll.ts";
import { createStationAlerts, type StationAlerts } from "./station_alerts.ts";

/** How often time is looked at, unless set otherwise, in milliseconds. */
export const STATION_TICK_MS = 250;

/** Settings of a station towards its pumps. */
export interface StationSettings {
  /** True lists a pump that registers and is not listed; false refuses it. */
  readonly autoRegister: boolean;
  /** Times and policy of price delivery. */
  readonly delivery: DeliverySettings;
  /** Times of links. */
  readonly links: LinkSettings;
  /** True takes datagrams only from the address of the pump's own connection. */
  readonly checkUdpAddress: boolean;
  /** How often time is looked at, in milliseconds. */
  readonly tickMs: number;
}

/** What a station works with. */
export interface StationParts {
  /** The station. */
  readonly site: SiteCode;
  /** Its IANA time zone. */
  readonly timezone: string;
  /** The node's use-cases. */
  readonly forecourt: ForecourtUseCases;
  /** Keeps what must outlast a restart. */
  readonly store: DeliveredStore;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** Incidents. */
  readonly alerts: AlertBoard;
  /** Settings. */
  readonly settings: StationSettings;
}

interface OpenLink {
  readonly id: number;
  readonly channel: PumpChannel;
  /** Prices that wait until nothing else does. */
  waiting: PriceSet | undefined;
}

type Registration = PumpMessage & { readonly kind: "registration" };

/** A station towards its pumps. */
export class PumpStation {
  readonly #parts: StationParts;
  readonly #links: PumpLinks;
  readonly #delivery: PriceDelivery;
  readonly #sales: FuelSaleIntake;
  readonly #delivered: DeliveredBatch;
  readonly #commands: CommandRelay;
  readonly #told: StationAlerts;
  readonly #roll: PumpRoll;
  readonly #board: PumpBoard;
  readonly #schedule: PriceSchedule;
  readonly #open = new Map<number, OpenLink>();
  readonly #drops: DropCounts;
  readonly #encoder = new TextEncoder();
  #priceLine: { prices: PriceSet; at: number; bytes: Uint8Array } | undefined;
  #lastLink = 0;
  #unwatch: (() => void) | undefined;
  #timer: { cancel(): void } | undefined;
  #stopped = false;

  /**
   * Puts a station together; nothing runs before `start`.
   *
   * @param parts What it works with.
   */
  constructor(parts: StationParts) {
    this.#parts = parts;
    const { forecourt, site, clock, settings, store } = parts;
    this.#sales = new FuelSaleIntake(parts);
    this.#delivered = new DeliveredBatch(parts);
    this.#told = createStationAlerts(parts);
    this.#roll = new PumpRoll(parts);
    this.#board = new PumpBoard({
      site,
      live: forecourt.live,
      fuelOf: (pump) => this.#roll.fuelOf(pump),
      pricesOf: (pump) => this.#delivery.sent(pump)?.prices ?? [],
    });
    this.#drops = createDropCounts(
      "Input of pumps was dropped",
      parts.logger,
      () => clock.monotonic(),
    );
    this.#schedule = createPriceSchedule(forecourt, site, clock);
    this.#links = new PumpLinks(settings.links, {
      expire: (link) => this.#end(link, false),
      connection: (pump, state) =>
        void forecourt.live.update(site, pump, state),
      alert: (alert, pump) => this.#told.link(pump, alert),
    });
    this.#delivery = new PriceDelivery(settings.delivery, {
      send: (link, prices) => this.#sendPrices(link, prices),
      taken: (pump, prices) => this.#delivered.taken(pump, prices),
      changed: (pump) => this.#delivered.changed(pump),
    }, { current: currentPrices(forecourt, site), saved: store.load() });
    this.#commands = new CommandRelay(parts, {
      links: (pump) => [...this.#links.of(pump)],
      write: (link, line) => this.#write(link, line),
      stopping: (pump) => this.#stopping(pump),
    });
  }

  /** Begins to watch prices, commands and time. */
  start(): void {
    const { forecourt } = this.#parts;
    this.#unwatch = forecourt.watch((event) =>
      this.#guard(() => this.#heard(event))
    );
    this.#roll.start();
    this.#refreshPrices();
    this.#commands.start();
    this.#arm();
  }

  /** Closes what is open, and waits until what was told is on the disk. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    this.#unwatch?.();
    for (const { channel } of [...this.#open.values()]) channel.close();
    await this.#sales.stop();
    await this.#delivered.stop();
    this.#drops.tell();
  }

  /** A pump has dialed. */
  open(channel: PumpChannel): PumpLink {
    const id = ++this.#lastLink;
    this.#open.set(id, { id, channel, waiting: undefined });
    this.#links.open(id, channel.address, this.#now());
    return {
      line: (line) => this.#line(id, line),
      tooLong: () => {
        this.#drops.add("too_long");
        this.#end(id, true);
      },
      drained: () => this.#drained(id),
      closed: (failed) => this.#gone(id, failed),
    };
  }

  /** A datagram came: it is worth a look at the pump that it names, and no more. */
  datagram(bytes: Uint8Array, address: string): void {
    const line = parseForecourtLine(bytes);
    if (line.kind !== "object") return this.#drops.add("datagram_unreadable");
    const message = readPumpMessage(line.message);
    const { pump } = message;
    if (message.kind === "udp_address") return;
    if (message.kind !== "quick_state") {
      return this.#drops.add("datagram_other");
    }
    if (pump === undefined || !this.#roll.has(pump)) {
      return this.#drops.add("datagram_unknown_pump");
    }
    const { checkUdpAddress } = this.#parts.settings;
    if (checkUdpAddress && !this.#links.isAt(pump, address)) {
      return this.#drops.add("datagram_other_address");
    }
    this.#quick(pump, message.state);
  }

  #state(pump: number, state: PumpReport): undefined {
    const now = this.#now();
    const told = linkReport(this.#board.get(pump), state, now);
    const { activity, vanished, byStop } = told;
    if (vanished !== undefined) this.#told.vanished(pump, vanished, byStop);
    this.#board.show(pump, activity);
    if (state.operation === undefined) return;
    this.#delivery.state(pump, { busy: busyOf(activity), quick: false }, now);
  }

  #quick(pump: number, state: PumpReport): undefined {
    const now = this.#now();
    const after = quickReport(this.#board.get(pump), state, now);
    if (after === undefined) return;
    this.#board.show(pump, after);
    this.#delivery.state(pump, { busy: busyOf(after), quick: true }, now);
  }

  #now(): number {
    return this.#parts.clock.monotonic();
  }

  #timestamp(): string {
    const { clock, timezone } = this.#parts;
    return localTimeText(clock.now() * 1000, timezone);
  }

  #arm(): void {
    const { clock, settings } = this.#parts;
    this.#timer = clock.timer(settings.tickMs, () => {
      this.#guard(() => this.#tick());
      if (!this.#stopped) this.#arm();
    });
  }

  /** What fails here has no caller that could be told: it must not take the node with it. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.logger.log("error", "The pumps could not be seen to", {
        error: String(error),
      });
    }
  }

  #tick(): void {
    const now = this.#now();
    if (this.#schedule.isDue) this.#refreshPrices();
    this.#links.tick(now);
    this.#delivery.tick(now);
    this.#commands.tick();
    this.#delivered.flushTaken();
    this.#drops.tick();
  }

  #heard(event: ForecourtEvent): void {
    const { site } = this.#parts;
    if (event.kind === "prices") {
      if (event.site === null || event.site === site) this.#refreshPrices();
    } else if (event.kind === "command") {
      this.#commands.ordered(event.command);
    } else if (event.kind === "pump" && event.site === site) {
      this.#changed(event.pump);
    }
  }

  /** A pump was listed, changed, or taken off the list. */
  #changed(pump: number): void {
    if (this.#roll.changed(pump) || this.#links.has(pump)) return;
    this.#board.forget(pump);
    this.#delivery.forget(pump);
  }

  #refreshPrices(): void {
    const { forecourt, site } = this.#parts;
    this.#schedule.plan();
    const prices = currentPrices(forecourt, site);
    const { key, set } = this.#delivery.current;
    if (prices.key !== key || prices.set !== set) {
      this.#delivery.setCurrent(prices);
    }
  }

  #line(id: number, line: ForecourtLine): Promise<void> | undefined {
    if (!this.#open.has(id)) return undefined;
    const now = this.#now();
    this.#links.line(id, now);
    this.#delivery.line(id);
    const pump = this.#links.pumpOf(id);
    if (line.kind !== "object") {
      this.#drops.add(line.kind);
      if (pump === undefined) this.#refuse(id, "no_registration");
      return undefined;
    }
    const message = readPumpMessage(line.message);
    if (pump === undefined) {
      if (message.kind === "registration") return this.#register(id, message);
      this.#refuse(id, "no_registration");
      return undefined;
    }
    if (message.pump !== undefined && message.pump !== pump) {
      this.#told.mismatch(pump, message.pump);
    }
    return this.#message(id, { pump, message, text: line.text, now });
  }

  #message(
    id: number,
    told: {
      readonly pump: number;
      readonly message: PumpMessage;
      readonly text: string;
      readonly now: number;
    },
  ): Promise<void> | undefined {
    const { pump, message, text, now } = told;
    switch (message.kind) {
      case "state":
        return this.#state(pump, message.state);
      case "quick_state":
        return this.#quick(pump, message.state);
      case "sale": {
        const wait = this.#sales.take({
          pump,
          message: message.message,
          text,
          fuel: this.#board.fuel(pump),
          keepText: message.pump !== pump,
        });
        this.#board.show(pump, deliveryTold(this.#board.get(pump), now));
        this.#delivery.freed(pump);
        return wait === undefined ? undefined : this.#held(id, wait);
      }
      case "alarm":
        return this.#told.alarm(pump, message);
      case "other":
      case "registration":
        return this.#drops.add("ignored");
      default:
        return undefined;
    }
  }

  /** Waits without counting the pump's silence: it is the node that does not read. */
  async #held(id: number, wait: Promise<void>): Promise<void> {
    this.#links.hold(id, true, this.#now());
    await wait;
    this.#links.hold(id, false, this.#now());
  }

  #refuse(id: number, refusal: PumpRefusal): void {
    this.#drops.add("registration_refused");
    this.#write(id, encodeRefusal(refusal));
    this.#end(id, true);
  }

  async #register(id: number, message: Registration): Promise<void> {
    const { pump } = message;
    if (pump === undefined) return this.#refuse(id, "no_number");
    this.#links.hold(id, true, this.#now());
    const refusal = await this.#list(pump, message);
    if (this.#stopped || !this.#open.has(id)) return;
    this.#links.hold(id, false, this.#now());
    if (refusal !== undefined) return this.#refuse(id, refusal);
    this.#confirm(id, pump);
  }

  /** Lists a pump that is not listed. Returns why it is not, if it is not. */
  async #list(
    pump: number,
    message: Registration,
  ): Promise<PumpRefusal | undefined> {
    if (this.#roll.has(pump)) return undefined;
    return this.#parts.settings.autoRegister
      ? await this.#roll.add(pump, message)
      : "not_registered";
  }

  #confirm(id: number, pump: number): void {
    const { forecourt, site, logger } = this.#parts;
    const now = this.#now();
    this.#links.register(id, pump, now);
    const prices = this.#delivery.register(pump, id, now);
    const line = encodeConfirmation(pump, prices.prices);
    this.#writePrices(id, prices, this.#encoder.encode(line));
    this.#board.show(pump, this.#board.get(pump));
    this.#commands.registered(pump);
    forecourt.pumpConnected({ site, pump }).then((noted) => {
      if (noted.ok) return;
      logger.log("warn", "A registration was not noted", {
        pump,
        code: noted.error.code,
      });
    }, (error) =>
      logger.log("warn", "A registration was not noted", {
        pump,
        error: String(error),
      }));
  }

  #sendPrices(id: number, prices: PriceSet): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    if (open.channel.pendingBytes > 0) open.waiting = prices;
    else this.#writePrices(id, prices, this.#pricesBytes(prices));
  }

  #drained(id: number): void {
    const open = this.#open.get(id);
    const prices = open?.waiting;
    if (open === undefined || prices === undefined) return;
    open.waiting = undefined;
    if (!this.#delivery.isDue(id)) return;
    this.#writePrices(id, prices, this.#pricesBytes(prices));
  }

  #writePrices(id: number, prices: PriceSet, bytes: Uint8Array): void {
    const channel = this.#open.get(id)?.channel;
    const pump = this.#links.pumpOf(id);
    if (channel === undefined || pump === undefined) return;
    const taken = channel.write(
      bytes,
      () => this.#delivery.flushed(id, prices, this.#now()),
    );
    if (!taken) return;
    this.#delivery.wrote(id, prices);
    this.#board.show(pump, this.#board.get(pump));
  }

  /** A change goes to all pumps within moments: one line serves them all. */
  #pricesBytes(prices: PriceSet): Uint8Array {
    const now = this.#now();
    const known = this.#priceLine;
    if (known?.prices === prices && now - known.at < 1000) return known.bytes;
    const line = encodePumpPrices(prices.prices, this.#timestamp());
    const bytes = this.#encoder.encode(line);
    this.#priceLine = { prices, at: now, bytes };
    return bytes;
  }

  #write(id: number, line: string): void {
    this.#open.get(id)?.channel.write(this.#encoder.encode(line));
  }

  #stopping(pump: number): void {
    this.#board.keep(pump, stopSent(this.#board.get(pump)));
  }

  /** Ends a link at once; what its socket says later is of no more interest. */
  #end(id: number, failed: boolean): void {
    const open = this.#open.get(id);
    this.#gone(id, failed);
    open?.channel.close();
  }

  #gone(id: number, failed: boolean): void {
    if (!this.#open.delete(id)) return;
    this.#delivery.closed(id);
    this.#links.close(id, failed, this.#now());
  }
}

function busyOf({ operation }: PumpActivity) {
  return operation === "idle" ? "free" : operation;
}
