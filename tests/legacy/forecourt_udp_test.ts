/**
 * The surface `forecourt-udp` over real datagrams.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { LineClient, LOOPBACKS, untilTrue } from "../support/line_client.ts";
import { priceMapOf, TestStation } from "../support/test_station.ts";

/** Sends datagrams to a station, and counts what comes back. */
class DatagramClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #address: string;
  answers = 0;

  constructor(station: TestStation, family: "udp4" | "udp6" = "udp4") {
    this.#port = station.udpPort;
    this.#address = family === "udp4" ? "127.0.0.1" : "::1";
    this.#socket = createSocket(family);
    this.#socket.on("message", () => this.answers++);
  }

  async send(data: unknown): Promise<void> {
    const bytes = data instanceof Uint8Array
      ? data
      : new TextEncoder().encode(JSON.stringify(data));
    await new Promise<void>((resolve, reject) =>
      this.#socket.send(
        bytes,
        this.#port,
        this.#address,
        (error: unknown) => error ? reject(error) : resolve(),
      )
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

const quick = (liters: number, operation = "despachando", pump = 31) => ({
  "tipo": "estado_rapido",
  "id_surtidor": pump,
  "estado_operacion": operation,
  "litros_actuales": liters,
  "monto_actual": liters * 1350,
  "tipo_combustible": "95",
  "timestamp": "2025-03-02T09:14:24.902113",
});
const state = (operation: string, liters = 0) => ({
  ...quick(liters, operation),
  "tipo": "estado",
});

Deno.test("V16, 5 [P] 1: unknown pumps and garbage make no pump and get no answer", async () => {
  await using station = await TestStation.start();
  await using client = new DatagramClient(station);
  await station.registered(31);

  await client.send(quick(1, "despachando", 77));
  await client.send(Uint8Array.of(0xff, 0x00, 0x7b));
  await client.send([1]);
  await client.send({ "tipo": "registro", "id_surtidor": 78 });
  await client.send({ "tipo": "registro_udp", "id_surtidor": 79 });
  await client.send(new Uint8Array(60_000));
  await client.send(quick(2));
  await untilTrue("seen", () => station.live(31)?.volumeMl === 2000);

  const pumps = station.forecourt.pumps({ site: station.site, limit: 10 });
  deepStrictEqual(pumps.items.map(({ pump }) => pump), [31]);
  strictEqual(station.live(77), undefined);
  strictEqual(client.answers, 0);
});

Deno.test("decision 5, 5 [P] 2 and R3: datagrams show a delivery and hold prices, and record nothing", async () => {
  await using station = await TestStation.start();
  await using client = new DatagramClient(station);
  const pump = await station.registered(31);

  await client.send(quick(4));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  await station.setPrices({ "95": 1360 });
  await client.send(quick(5, "disponible"));
  await untilTrue("idle", () => station.live(31)?.operation === "idle");
  await station.setPrices({ "95": 1370 });
  await pump.send(state("disponible"));

  // A datagram does not free a pump: what comes is the newest, once it says so on its link.
  deepStrictEqual((await pump.line())["precios"], priceMapOf({ "95": 1370 }));
  strictEqual(station.forecourt.fuelTotals(station.site).count, 0);
});

Deno.test("5 [P] 3: within a delivery an older datagram is ignored", async () => {
  await using station = await TestStation.start();
  await using client = new DatagramClient(station);
  await station.registered(31);

  await client.send(quick(6));
  await client.send(quick(4));
  await client.send({ ...quick(6), "monto_actual": 9999 });
  await untilTrue("newer", () => station.live(31)?.amount === 9999);

  strictEqual(station.live(31)?.volumeMl, 6000);
});

Deno.test("5 [P] 4: for 3 s the link's word counts more than datagrams", async () => {
  await using station = await TestStation.start();
  await using client = new DatagramClient(station);
  const pump = await station.registered(31);
  await station.registered(32);
  const { clock } = station.node;
  const mark = async (liters: number) => {
    await client.send(quick(liters, "despachando", 32));
    await untilTrue("read", () => station.live(32)?.volumeMl === liters * 1000);
  };

  await pump.send(state("pausado", 2));
  await untilTrue("paused", () => station.live(31)?.operation === "paused");
  await client.send(quick(3));
  await mark(1);
  const paused = station.live(31);
  await pump.send(state("disponible"));
  await untilTrue("idle", () => station.live(31)?.operation === "idle");
  await client.send(quick(4));
  await mark(2);
  const idle = station.live(31);
  clock.advance(3_000);
  await client.send(quick(5));
  await mark(3);

  deepStrictEqual([paused?.operation, paused?.volumeMl], ["paused", 3000]);
  deepStrictEqual([idle?.operation, idle?.volumeMl], ["idle", 0]);
  strictEqual(station.live(31)?.operation, "dispensing");
});

Deno.test("R6: a pump that comes back busy and shows itself by datagrams keeps its price", async () => {
  await using station = await TestStation.start();
  await using client = new DatagramClient(station);
  const before = await station.registered(31);
  await before.send(state("despachando", 1));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  before.close();
  await untilTrue("lost", () => station.live(31)?.links === 0);
  await station.setPrices({ "95": 1360 });
  const after = await station.pump();
  await after.send({ "tipo": "registro", "id_surtidor": 31 });
  const confirmation = await after.line();
  const { clock } = station.node;

  clock.advance(10_000);
  await client.send(quick(2));
  await untilTrue("seen", () => station.live(31)?.volumeMl === 2000);
  clock.advance(10_000);
  await station.setPrices({ "95": 1370 });
  clock.advance(20_250);

  deepStrictEqual(confirmation["precios"], priceMapOf({}));
  deepStrictEqual((await after.line())["precios"], priceMapOf({ "95": 1370 }));
});

/** A second address to send from is needed. */
const TWO_ADDRESSES = { ignore: LOOPBACKS.length < 2 };

Deno.test(
  "5 [P] 5: by default datagrams are taken from anywhere",
  TWO_ADDRESSES,
  async () => {
    await using station = await TestStation.start();
    await using other = new DatagramClient(station, "udp6");
    await station.registered(31);

    await other.send(quick(5));

    await untilTrue("seen", () => station.live(31)?.volumeMl === 5000);
  },
);

Deno.test(
  "5 [P] 5: a site can take them only from where the pump's link comes from",
  TWO_ADDRESSES,
  async () => {
    await using station = await TestStation.start({
      settings: { checkUdpAddress: true },
    });
    await using own = new DatagramClient(station);
    await using other = new DatagramClient(station, "udp6");
    await station.registered(31);
    // The other one's is received before the mark of its own socket is.
    using marker = await LineClient.connect(station.pumpsPort, "::1");
    await marker.send({ "tipo": "registro", "id_surtidor": 32 });
    await marker.line();

    await other.send(quick(5));
    await other.send(quick(1, "despachando", 32));
    await untilTrue("marked", () => station.live(32)?.volumeMl === 1000);
    const before = station.live(31)?.volumeMl;
    await own.send(quick(2));
    await untilTrue("seen", () => station.live(31)?.volumeMl === 2000);

    strictEqual(before, 0);
  },
);
