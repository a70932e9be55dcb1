/**
 * The port that installed monitors dial: the first byte of a connection tells its dialect (section 11.7), and all
 * connections share one timer.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import { CHARGING_CONTROL, type TcpReader } from "../../net/mod.ts";
import { createDropCounts, type DropCounts } from "../forecourt/drop_counts.ts";
import type { Logger } from "../ports.ts";
import type { ChargingUseCases } from "./charging_use_cases.ts";
import { serveFrames } from "./framed_monitor.ts";
import type { MonitorParts } from "./monitor_link.ts";
import { POINT_TIMES, type PointTimes } from "./point_times.ts";
import { type MonitorWire, serveText } from "./text_monitor.ts";
import { TimingWheel } from "./timing_wheel.ts";

/** What a port works with. */
export interface PointPortParts {
  /** The node's use-cases. */
  readonly charging: Pick<ChargingUseCases, "connectPoint" | "sessionAt">;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** How long things take; those of the protocol if left out. */
  readonly times?: Partial<PointTimes>;
  /** Writes into the audit list; left out where nobody reads it. */
  readonly audit?: MonitorParts["audit"];
}

/** Takes the bytes of a connection. */
type MonitorReader = Required<Pick<TcpReader, "chunk" | "ended" | "closed">>;

/** The port. */
export class PointPort {
  readonly #parts: MonitorParts;
  readonly #wheel: TimingWheel;
  readonly #drops: DropCounts;

  /**
   * Makes a port without connections.
   *
   * @param parts What it works with.
   */
  constructor({ charging, clock, logger, times, audit }: PointPortParts) {
    const wheel = new TimingWheel(clock);
    const now = () => clock.monotonic();
    this.#wheel = wheel;
    this.#drops = createDropCounts(
      "Input of charging points was dropped",
      logger,
      now,
    );
    this.#parts = {
      ...{ charging, logger, now, audit, drops: this.#drops },
      times: { ...POINT_TIMES, ...times },
      after: (delayMs, callback) => wheel.after(delayMs, callback),
    };
  }

  /**
   * A program has connected.
   *
   * @param wire The way to it.
   * @returns What takes its bytes.
   */
  open(wire: MonitorWire): MonitorReader {
    const { times, after } = this.#parts;
    let reader: MonitorReader | undefined;
    const silence = after(times.handshakeMs, () => {
      if (reader === undefined) wire.close();
    });
    return {
      chunk: (bytes) => {
        const [first] = bytes;
        if (first === undefined) return;
        if (reader === undefined) {
          silence.cancel();
          this.#drops.tick();
          reader = this.#choose(first, wire);
          if (reader === undefined) return wire.close();
        }
        return reader.chunk(bytes);
      },
      ended: () => reader?.ended(),
      closed(why) {
        silence.cancel();
        reader?.closed(why);
      },
    };
  }

  /** Calls nobody back any more; close the connections first. */
  stop(): void {
    this.#wheel.stop();
    this.#drops.tell();
  }

  #choose(first: number, wire: MonitorWire): MonitorReader | undefined {
    if (first === CHARGING_CONTROL.ENQ) return serveFrames(wire, this.#parts);
    const isLetter = /^[A-Za-z]$/.test(String.fromCharCode(first));
    if (isLetter) return serveText(wire, this.#parts);
    return this.#drops.add("first_byte");
  }
}
