/**
 * A pump of the demo as installed ones are: a program that dials its station over TCP, applies what it is told at once, and
 * tells what it does, a line each.
 *
 * @module
 */
import {
  encodePumpSale,
  encodePumpState,
  encodeRegistration,
  FORECOURT_LINE_BYTES_MAX,
  parseForecourtLine,
  type PumpState,
  readStationMessage,
} from "../../net/mod.ts";
import { DemoFailure } from "./demo_node.ts";

const FUEL = "95";
const ANSWER_MS_MAX = 10_000;
const POLL_MS = 20;
const encoder = new TextEncoder();

/** A pump over TCP. */
export interface DemoPump {
  /** Its number. */
  readonly number: number;
  /** The price of one liter that it was told last, in the smallest unit of money. */
  readonly price: number;
  /** Begins a delivery. */
  begin(): Promise<void>;
  /** Ends the delivery: so many milliliters, at the price with which it began. */
  finish(volumeMl: number): Promise<void>;
  /** Resolves once it was told a price. */
  hears(price: number): Promise<void>;
  /** Hangs up. */
  close(): void;
}

/**
 * Dials a station and registers.
 *
 * @param number The pump's number.
 * @param port Where the station listens on 127.0.0.1.
 * @param localTime Tells the station's wall clock, `YYYY-MM-DDTHH:MM:SS.ffffff`.
 * @returns The pump, once the station has confirmed it.
 * @throws {DemoFailure} If the station does not confirm in time.
 */
export async function dialDemoPump(
  number: number,
  port: number,
  localTime: () => string,
): Promise<DemoPump> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const heard = { price: 0, confirmed: false };
  let began = { price: 0, at: "" };
  const send = async (line: string) => {
    for (let bytes = encoder.encode(line); bytes.length > 0;) {
      bytes = bytes.subarray(await socket.write(bytes));
    }
  };
  void listen(socket, (line) => {
    const parsed = parseForecourtLine(line);
    if (parsed.kind !== "object") return;
    const message = readStationMessage(parsed.message);
    if (message.kind !== "confirmed" && message.kind !== "prices") return;
    heard.confirmed ||= message.kind === "confirmed";
    const priced = message.prices?.prices.find(({ fuel }) => fuel === FUEL);
    if (priced !== undefined) heard.price = priced.price;
  });
  const until = async (isSo: () => boolean, what: string) => {
    const end = performance.now() + ANSWER_MS_MAX;
    while (!isSo()) {
      if (performance.now() > end) {
        throw new DemoFailure(`Pump ${number} was not ${what}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const state = (operation: PumpState["operation"]): string =>
    encodePumpState("state", number, {
      operation,
      volumeMl: 0,
      amount: 0,
      fuel: FUEL,
      timestamp: localTime(),
    });
  await send(encodeRegistration({
    pump: number,
    name: `Isla ${number}`,
    fuels: [FUEL],
  }));
  await until(() => heard.confirmed, "confirmed");
  return {
    number,
    get price() {
      return heard.price;
    },
    async begin() {
      began = { price: heard.price, at: localTime() };
      await send(state("dispensing"));
    },
    async finish(volumeMl) {
      await send(encodePumpSale(number, {
        fuel: FUEL,
        volumeMl,
        price: began.price,
        amount: Math.floor(volumeMl * began.price / 1000),
        payment: "efectivo",
        startedAt: began.at,
        endedAt: localTime(),
      }));
      await send(state("idle"));
    },
    hears: (price) => until(() => heard.price === price, `told ${price}`),
    close: () => socket.close(),
  };
}

async function listen(
  socket: Deno.TcpConn,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(FORECOURT_LINE_BYTES_MAX);
  let rest = "";
  try {
    for (;;) {
      const size = await socket.read(buffer);
      if (size === null) return;
      const lines = (rest + decoder.decode(buffer.subarray(0, size)))
        .split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(take);
    }
  } catch {
    // The pump hung up, or the station ended.
  }
}
