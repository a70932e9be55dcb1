/**
 * An installed charger of a scenario that speaks OCPP: it charges on while no node answers, and tells later, and once more
 * whatever got no answer, any node that it reaches then.
 *
 * @module
 */
import type { Clock } from "../../../crdt/mod.ts";
import {
  type ChargerWireEvents,
  SimulatedCharger,
} from "../../../nodes/charging/simulated_charger.ts";
import type { Chance } from "../chance.ts";
import type { SitePort } from "./site_port.ts";

/** How fast it charges, in watts: 100 Wh a second. */
const POWER_W = 360_000;
/** How often it tells what its meter shows, in milliseconds. */
const METER_MS = 3_000;
/** How long a driver takes who was announced, in milliseconds. */
const PLUG_MS = 500;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** What a charger works with. */
export interface ModelChargerParts {
  /** Its id. */
  readonly id: string;
  /** Time. */
  readonly clock: Clock;
  /** The ports of nodes that are up. */
  readonly ports: () => readonly SitePort[];
  /** Its chance. */
  readonly chance: Chance;
  /** Adds a line to the trace. */
  readonly note: (line: string) => void;
}

/** A charger with one connector. */
export class ModelCharger {
  /** Its id. */
  readonly id: string;
  /** The charger. */
  readonly charger: SimulatedCharger;
  readonly #parts: ModelChargerParts;
  #meterStart: number | undefined;
  #meterStop = 0;
  #home: SitePort | undefined;

  /**
   * Makes one that is switched off.
   *
   * @param parts What it works with.
   */
  constructor(parts: ModelChargerParts) {
    const { id, clock, note } = parts;
    this.#parts = parts;
    this.id = id;
    this.charger = new SimulatedCharger({
      clock,
      open: (events) => void this.#open(events),
      ...{ powerW: POWER_W, meterMs: METER_MS, plugMs: PLUG_MS },
      told: ({ kind, text }) => note(`${id} ${kind} ${text}`),
    });
  }

  /** What its meter counted, in watt-hours, as far as it has told: it counts during transactions alone. */
  get energy(): number {
    return Math.max(0, this.#meterStop - (this.#meterStart ?? 0));
  }

  /** Whether it has something that nobody has answered yet. */
  get isBehind(): boolean {
    return this.charger.waiting > 0 || !this.charger.isAccepted;
  }

  /** It turns to another node next time. */
  move(): void {
    this.#home = undefined;
    this.charger.disconnect();
  }

  #open(events: ChargerWireEvents): void {
    const { ports, chance, clock, id } = this.#parts;
    if (this.#home?.lives !== true) {
      const up = ports();
      this.#home = up.length === 0 ? undefined : chance.pick(up);
    }
    const end = this.#home?.dialAsCharger(id);
    if (end === undefined) {
      return void clock.defer(() => events.closed("no node is up"));
    }
    end.start({
      chunk: (bytes) => events.text(DECODER.decode(bytes)),
      ended: () => end.close(),
      closed: () => events.closed("the connection was lost"),
    });
    clock.defer(() =>
      events.opened({
        send: (text) => {
          this.#note(text);
          return end.write(ENCODER.encode(text));
        },
        close: () => end.close(),
      })
    );
  }

  /** Notes what its meter showed at the beginning of the first transaction, and at the end of the last. */
  #note(text: string): void {
    const [, , action, payload] = JSON.parse(text) as unknown[];
    const { meterStart, meterStop } = (payload ?? {}) as {
      readonly meterStart?: number;
      readonly meterStop?: number;
    };
    this.#meterStart ??= meterStart;
    this.#meterStop = Math.max(this.#meterStop, meterStop ?? 0);
    const meter = meterStart ?? meterStop;
    if (meter !== undefined) {
      this.#parts.note(`${this.id} ${action} at ${meter}`);
    }
  }
}
