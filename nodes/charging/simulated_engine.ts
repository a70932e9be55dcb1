/**
 * The engine of a simulated charging point: it supplies, counts, and tells, as an installed engine does.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import { CHARGING_ANSWERS } from "../../net/mod.ts";

/** What an installed engine counts by. */
export const ENGINE_DEFAULTS = {
  /** How often it counts, in milliseconds. */
  tickMs: 1_000,
  /** What flows between two counts, in watt-hours. */
  energyWh: 100,
  /** Its price per kWh, in 1/10,000 of the currency's unit. */
  price: 2_000,
} as const;

/** What an engine counts by. */
export type EngineSettings = {
  readonly [K in keyof typeof ENGINE_DEFAULTS]: number;
};

/** What an engine puts on the topic of telemetry, field by field. */
export interface EngineRecord {
  /** What happened. */
  readonly "type":
    | "SESSION_STARTED"
    | "CONSUMO"
    | "SUPPLY_END"
    | "AVERIADO"
    | "CONEXION_PERDIDA";
  /** The point. */
  readonly "cp_id": string;
  /** Who charges. */
  readonly "user_id": string;
  /** Energy since the start in kWh, to three decimals. */
  readonly "kwh"?: number;
  /** Money since the start, to two decimals. */
  readonly "importe"?: number;
}

/** What an engine works with. */
export interface EngineParts {
  /** The point. */
  readonly point: string;
  /** Time. */
  readonly clock: Clock;
  /** Asks whose session the point has: a driver, or a word that means that there is none. */
  readonly ask: () => Promise<string>;
  /** Takes what it tells. */
  readonly emit: (record: EngineRecord) => void;
  /** What it counts by. */
  readonly settings?: Partial<EngineSettings>;
}

/** What came of plugging in. */
export type PlugOutcome = "started" | "charging" | "faulty" | "no_session";

/** An engine. */
export class SimulatedEngine {
  readonly #parts: EngineParts;
  readonly #settings: EngineSettings;
  #healthy = true;
  #supply: { readonly driver: string; energyWh: number } | undefined;
  #timer: Timer | undefined;

  /**
   * Makes an engine that is well and unplugged.
   *
   * @param parts What it works with.
   */
  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#settings = { ...ENGINE_DEFAULTS, ...parts.settings };
  }

  /** Whether it is well. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** The running supply. */
  get supply():
    | { readonly driver: string; readonly energyWh: number }
    | undefined {
    return this.#supply;
  }

  /**
   * The driver plugs in.
   *
   * @param driver Who; asked for if left out.
   * @returns What came of it.
   */
  async plugIn(driver?: string): Promise<PlugOutcome> {
    if (this.#supply !== undefined) return "charging";
    if (!this.#healthy) return "faulty";
    const found = driver ?? await this.#parts.ask();
    // Installed engines take anything else for a driver, even what means an error; this one does not.
    const none: readonly string[] = ["", ...Object.values(CHARGING_ANSWERS)];
    if (none.includes(found)) return "no_session";
    if (this.#supply !== undefined) return "charging";
    this.#supply = { driver: found, energyWh: 0 };
    this.#parts.emit({
      "type": "SESSION_STARTED",
      "cp_id": this.#parts.point,
      "user_id": found,
    });
    this.#count();
    return "started";
  }

  /** The driver unplugs, or the supply is stopped. False if there was none. */
  unplug(): boolean {
    return this.#end("SUPPLY_END");
  }

  /** It breaks. False if it was broken. */
  fail(): boolean {
    if (!this.#healthy) return false;
    this.#healthy = false;
    this.#end("AVERIADO");
    return true;
  }

  /** It is repaired. False if it was well. */
  repair(): boolean {
    if (this.#healthy) return false;
    this.#healthy = true;
    return true;
  }

  /** It dies without a word. */
  kill(): void {
    this.#timer?.cancel();
    this.#supply = undefined;
  }

  #count(): void {
    const supply = this.#supply;
    if (supply === undefined) return;
    supply.energyWh += this.#settings.energyWh;
    this.#tell("CONSUMO");
    const { tickMs } = this.#settings;
    this.#timer = this.#parts.clock.timer(tickMs, () => this.#count());
  }

  #end(type: "SUPPLY_END" | "AVERIADO"): boolean {
    if (this.#supply === undefined) return false;
    this.#timer?.cancel();
    this.#tell(type);
    this.#supply = undefined;
    return true;
  }

  #tell(type: EngineRecord["type"]): void {
    const { driver = "", energyWh = 0 } = this.#supply ?? {};
    const cents = Math.round(energyWh * this.#settings.price / 100_000);
    this.#parts.emit({
      "type": type,
      "cp_id": this.#parts.point,
      "user_id": driver,
      "kwh": energyWh / 1000,
      "importe": cents / 100,
    });
  }
}
