/**
 * An installed charging point of a scenario: monitor and engine as they are, with telemetry that waits for the broker, and
 * a meter that nobody can change.
 *
 * @module
 */
import { type Clock, PanalError } from "../../../crdt/mod.ts";
import { EngineTelemetry } from "../../../nodes/charging/engine_telemetry.ts";
import type { EngineRecord } from "../../../nodes/charging/simulated_engine.ts";
import { SimulatedPoint } from "../../../nodes/charging/simulated_point.ts";
import type { MemoryKafka } from "../../support/memory_kafka.ts";
import type { Chance } from "../chance.ts";
import type { SitePort } from "./site_port.ts";

/** A driver who was let in plugs in after so long, in milliseconds. */
const PLUGS_MS = [0, 300, 2000, 9000];
/** How long a supply lasts, in milliseconds. */
const SUPPLY_MS = [500, 4000, 15_000, 40_000];
/** The price of the engine, as its monitor registers it: 0.25 per kWh. */
const PRICE = 2_500;

/** What an engine has told of one supply. */
export interface MeteredSupply {
  /** Watt-hours. */
  energy: number;
  /** Money in minor units. */
  amount: number;
  /** Whether it told the end. */
  isEnded: boolean;
}

/** What a point works with. */
export interface ModelPointParts {
  /** Its id. */
  readonly id: string;
  /** How it speaks. */
  readonly dialect: "text" | "framed";
  /** Time. */
  readonly clock: Clock;
  /** Where its engine tells. */
  readonly kafka: MemoryKafka;
  /** The ports of nodes that are up. */
  readonly ports: () => readonly SitePort[];
  /** Its chance. */
  readonly chance: Chance;
  /** Adds a line to the trace. */
  readonly note: (line: string) => void;
}

/** A point. */
export class ModelPoint {
  /** Its id. */
  readonly id: string;
  /** Its monitor and engine. */
  readonly equipment: SimulatedPoint;
  /** What its engine told, supply after supply. */
  readonly supplies: MeteredSupply[] = [];
  readonly #parts: ModelPointParts;
  readonly #telemetry: EngineTelemetry;
  #home: SitePort | undefined;
  #isQuiet = false;

  /**
   * Makes one that is not connected.
   *
   * @param parts What it works with.
   */
  constructor(parts: ModelPointParts) {
    const { id, dialect, clock, kafka, chance } = parts;
    this.#parts = parts;
    this.id = id;
    const failed = () => {};
    this.#telemetry = new EngineTelemetry({ broker: kafka, clock, failed });
    this.equipment = new SimulatedPoint({
      ...{ point: id, dialect, clock, price: PRICE },
      dial: () => this.#dial(),
      emit: (record) => this.#told(record),
      told: (event) => {
        parts.note(`${id} ${JSON.stringify(event)}`);
        if (event.kind === "authorized") this.#plugInLater();
      },
      engine: { price: PRICE },
      pauseMs: chance.pick([0, 3000]),
    });
  }

  /** Whether the engine's words have not all reached the broker. */
  get isBehind(): boolean {
    return this.#telemetry.waiting > 0;
  }

  /** It turns to another node next time. */
  move(): void {
    this.#home = undefined;
    this.equipment.disconnect();
  }

  /** It loses its power, and comes back: what its engine has not told anybody is lost. */
  async reset(): Promise<void> {
    this.equipment.stop();
    await this.equipment.start();
  }

  /** Drivers come no more. */
  quiet(): void {
    this.#isQuiet = true;
  }

  #dial() {
    const { ports, chance } = this.#parts;
    if (this.#home?.lives !== true) {
      const up = ports();
      this.#home = up.length === 0 ? undefined : chance.pick(up);
    }
    return this.#home === undefined
      ? Promise.reject(new PanalError("dial_failed", "No node is up"))
      : Promise.resolve(this.#home.dial());
  }

  #told(record: EngineRecord): void {
    const { type, "cp_id": id, kwh = 0, importe = 0 } = record;
    this.#parts.note(`${id} ${type} ${record["user_id"]} ${kwh}`);
    if (type === "SESSION_STARTED") {
      this.supplies.push({ energy: 0, amount: 0, isEnded: false });
    }
    const supply = this.supplies.at(-1);
    if (supply !== undefined) {
      supply.energy = Math.round(kwh * 1000);
      supply.amount = Math.round(importe * 100);
      supply.isEnded = type === "SUPPLY_END" || type === "AVERIADO";
    }
    this.#telemetry.send(record);
  }

  /** Most drivers come, and the engine asks who they are. */
  #plugInLater(): void {
    const { clock, chance } = this.#parts;
    if (this.#isQuiet || chance.oneIn(4)) return;
    clock.timer(chance.pick(PLUGS_MS), () => {
      if (this.#isQuiet) return;
      void this.equipment.plugIn();
      clock.timer(chance.pick(SUPPLY_MS), () => void this.equipment.unplug());
    });
  }
}
