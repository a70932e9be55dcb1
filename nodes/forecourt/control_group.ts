/**
 * Who is connected to a station's control port, and what each hears: price changes and deliveries go to all, other
 * messages to all but their sender, and a simulated pump hears one line after each of its own. A state machine without
 * network of its own.
 *
 * @module
 */
import {
  type ControlMessage,
  encodeControlPrices,
  type ForecourtLine,
  readControlMessage,
} from "../../net/mod.ts";
import type { LineTaker } from "./line_reader.ts";
import type { PriceSet } from "./price_delivery.ts";

/** A price push, as it was read. */
export type PricePush = ControlMessage & { readonly kind: "prices" };
/** A report of a simulated pump, as it was read. */
export type SimulatedReportMessage = ControlMessage & {
  readonly kind: "simulated";
};

/** What follows from lines. */
export interface ControlPorts {
  /** The prices that hold. */
  current(): PriceSet;
  /** Makes a push durable; false if it cannot be. */
  push(push: PricePush): Promise<boolean>;
  /** A simulated pump reported. */
  report(report: SimulatedReportMessage["report"]): void;
  /** A simulated pump has left. */
  left(id: number | string): void;
  /** Input is dropped. */
  dropped(kind: string): void;
  /** The station's wall clock without zone. */
  timestamp(): string;
}

/** A connection to the control port. */
export interface ControlMember {
  /** Sends a line. */
  write(line: Uint8Array): void;
  /** Sends what waits, and closes. */
  close(): void;
}

interface Joined {
  readonly member: ControlMember;
  /** What a simulated pump calls itself, once it has. */
  simulated: number | string | undefined;
  /** The prices that this member heard last, or that held when it came. */
  heard: string;
}

/** The group of a station's control port. */
export class ControlGroup {
  readonly #ports: ControlPorts;
  readonly #members = new Set<Joined>();
  readonly #encoder = new TextEncoder();
  /** Pushes are made durable and told one after another. */
  #pushes: Promise<void> = Promise.resolve();
  #pushing = 0;
  #toldKey: string;
  #toldName: string | undefined;

  /**
   * Begins without members.
   *
   * @param ports What follows from lines.
   */
  constructor(ports: ControlPorts) {
    this.#ports = ports;
    this.#toldKey = ports.current().key;
  }

  /** How many are connected. */
  get size(): number {
    return this.#members.size;
  }

  /** Somebody connected. */
  join(member: ControlMember): LineTaker {
    const joined: Joined = {
      member,
      simulated: undefined,
      heard: this.#ports.current().key,
    };
    this.#members.add(joined);
    const end = () => {
      this.#leave(joined);
      member.close();
    };
    return {
      line: (line) => this.#line(joined, line, end),
      tooLong: () => {
        this.#ports.dropped("too_long");
        end();
      },
      closed: () => this.#leave(joined),
    };
  }

  /** Other prices hold, or the station has another name: whoever is connected is told, unless a push is about to. */
  changed(name?: string): void {
    if (this.#pushing > 0) return;
    const prices = this.#ports.current();
    const other = name !== undefined && name !== this.#toldName;
    if (!other && prices.key === this.#toldKey) return;
    this.#tellPrices(
      prices,
      this.#ports.timestamp(),
      other ? name : undefined,
    );
  }

  /** Sends a line to all but simulated pumps. */
  tell(line: string): void {
    const bytes = this.#encoder.encode(line);
    for (const { member, simulated } of this.#members) {
      if (simulated === undefined) member.write(bytes);
    }
  }

  #leave(joined: Joined): void {
    if (!this.#members.delete(joined)) return;
    if (joined.simulated !== undefined) this.#ports.left(joined.simulated);
  }

  #line(
    joined: Joined,
    line: ForecourtLine,
    end: () => void,
  ): Promise<void> | undefined {
    if (!this.#members.has(joined)) return undefined;
    if (line.kind !== "object") {
      this.#ports.dropped(line.kind);
      if (line.kind !== "malformed") end();
      return undefined;
    }
    const message = readControlMessage(line.message);
    if (message.kind === "prices") return this.#push(joined, message);
    if (message.kind === "bad_prices") this.#ports.dropped("bad_prices");
    else this.#relay(joined, line.text);
    if (message.kind === "simulated") {
      this.#simulated(joined, message.report);
    }
    this.#answer(joined);
    return undefined;
  }

  #simulated(joined: Joined, report: SimulatedReportMessage["report"]): void {
    if (joined.simulated !== undefined && joined.simulated !== report.id) {
      this.#ports.left(joined.simulated);
    }
    joined.simulated = report.id;
    this.#ports.report(report);
  }

  /** A simulated pump reads one chunk as one value: it hears the prices once, right after its own line. */
  #answer(joined: Joined): void {
    if (joined.simulated === undefined) return;
    const prices = this.#ports.current();
    if (prices.key === joined.heard) return;
    joined.heard = prices.key;
    const timestamp = this.#ports.timestamp();
    const line = encodeControlPrices({ prices: prices.prices, timestamp });
    joined.member.write(this.#encoder.encode(line));
  }

  #relay(from: Joined, text: string): void {
    const bytes = this.#encoder.encode(`${text}\n`);
    for (const to of this.#members) {
      if (to !== from && to.simulated === undefined) to.member.write(bytes);
    }
  }

  #push(from: Joined, push: PricePush): Promise<void> {
    this.#pushing++;
    const told = this.#pushes.then(async () => {
      let durable = false;
      try {
        durable = await this.#ports.push(push);
      } finally {
        this.#pushing--;
      }
      if (durable) {
        const { timestamp, name } = push;
        this.#tellPrices(this.#ports.current(), timestamp, name);
        this.#answer(from);
      } else this.changed();
    });
    this.#pushes = told.catch(() => {});
    return this.#pushes;
  }

  #tellPrices(
    prices: PriceSet,
    timestamp: string | number | null,
    name: string | undefined,
  ): void {
    this.#toldKey = prices.key;
    this.#toldName = name ?? this.#toldName;
    for (const joined of this.#members) {
      if (joined.simulated === undefined) joined.heard = prices.key;
    }
    this.tell(encodeControlPrices({ prices: prices.prices, timestamp, name }));
  }
}
