import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type ProductId, saleIdOfKey } from "../../crdt/mod.ts";
import {
  type SocketIoServer,
  type SocketIoServerOptions,
  startSocketIoServer,
} from "../../nodes/adapters/socket_io_server.ts";
import {
  type BridgeEvent,
  createForecourtBridge,
} from "../../web/surfaces/forecourt_bridge.ts";
import { allowsOrigin, PAGE_POLICY } from "../../web/surfaces/fastapi_cors.ts";
import {
  accepted,
  createFuelStation,
  linkPump,
  setStationPrices,
  STATION_SITE,
  tellSale,
} from "../support/fuel_station.ts";
import { untilTrue } from "../support/line_client.ts";
import { Inbox, withPage } from "../support/page_client.ts";
import type { TestNode } from "../support/test_node.ts";
import { createTestMesh } from "../support/test_mesh.ts";
import { createVirtualClock } from "../support/virtual_clock.ts";

interface Station extends TestNode {
  readonly server: SocketIoServer;
}

type Json = Record<string, unknown>;

const PRICES = {
  "precio_93": 1305,
  "precio_95": 1372,
  "precio_97": 1431,
  "precio_diesel": 1098,
};
const SHOWN_PRICES = {
  "gasolina93": 1305,
  "gasolina95": 1372,
  "gasolina97": 1431,
  "diesel": 1098,
};

/** Runs a test on the bridge of a real station with prices and a pump, over a real listener. */
async function withStation(
  test: (station: Station) => Promise<void>,
  options: Partial<SocketIoServerOptions> = {},
): Promise<void> {
  const node = await createFuelStation();
  await setStationPrices(node, [1305, 1372, 1431, 1098]);
  const { forecourt } = node.useCases;
  await accepted(forecourt.nameStation({ name: "Ruta 68 km 41" }));
  await accepted(forecourt.addPump({ pump: 12, name: "Isla 3 poniente" }));
  const server = await startSocketIoServer({
    hostname: "127.0.0.1",
    port: 0,
    source: createForecourtBridge(node.useCases, node.clock),
    allowsOrigin: (origin) => allowsOrigin(PAGE_POLICY, origin),
    ...options,
  });
  try {
    await test({ ...node, server });
  } finally {
    await server.stop();
    await node.stop();
  }
}

const SNAPSHOT = [
  ["estadoSurtidores", [{
    "id": 12,
    "nombre": "Isla 3 poniente",
    "estado": "Desconectado",
    "precios": SHOWN_PRICES,
  }]],
  ["actualizacionPrecios", PRICES],
  ["actualizacionNombre", "Ruta 68 km 41"],
];

for (
  const transports of [
    ["websocket"],
    ["polling"],
    ["polling", "websocket"],
  ] as const
) {
  Deno.test(`a page of the real client gets the snapshot with real prices by ${transports.join(" and ")} (V19, 9.6.2, decision 47)`, () =>
    withStation((station) =>
      withPage(station.server, transports, async (page) => {
        const { events } = page;
        deepStrictEqual(await events.take(3), SNAPSHOT);
        // A page that may do both begins with polling and then changes.
        while (await page.transports.next() !== transports.at(-1));
        await tellSale(station);
        const [name] = await events.next();
        strictEqual(name, "nuevaTransaccion");
      })
    ));
}

/** A bare WebSocket, frame by frame. */
async function withFrames(
  { server }: Station,
  test: (
    frames: Inbox<string>,
    send: (frame: string) => void,
  ) => Promise<void>,
): Promise<void> {
  const url = server.url.replace("http", "ws");
  const socket = new WebSocket(`${url}/socket.io/?EIO=4&transport=websocket`);
  const frames = new Inbox<string>();
  socket.onmessage = ({ data }) => frames.put(String(data));
  const closed = Promise.withResolvers<void>();
  socket.onclose = () => closed.resolve();
  try {
    await test(frames, (frame) => socket.send(frame));
  } finally {
    socket.close();
    await closed.promise;
  }
}

Deno.test("a bare WebSocket is opened, joined, told the snapshot and pinged as 9.2 says (V19)", () =>
  withStation((station) =>
    withFrames(station, async (frames, send) => {
      const open = await frames.next();
      strictEqual(open[0], "0");
      const { sid, ...rest } = JSON.parse(open.slice(1));
      deepStrictEqual([typeof sid, rest], ["string", {
        upgrades: [],
        pingInterval: 150,
        pingTimeout: 20_000,
        maxPayload: 1_000_000,
      }]);
      send("40");
      match(await frames.next(), /^40\{"sid":"[^"]+"\}$/);
      const told = await frames.take(3);
      deepStrictEqual(
        told.map((frame) => JSON.parse(frame.replace(/^42/, ""))),
        SNAPSHOT,
      );
      strictEqual(await frames.next(), "2");
      send("3");
      strictEqual(await frames.next(), "2");
    }), { pingIntervalMs: 150 }));

Deno.test("a bare long-polling dialogue is opened with the original's parameters, joined and told the snapshot (V19, 9.2)", () =>
  withStation(async ({ server }) => {
    const base = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const origin = "http://localhost:3001";
    const opened = await fetch(base, { headers: { origin } });
    strictEqual(opened.headers.get("access-control-allow-origin"), origin);
    const open = await opened.text();
    const { sid, ...rest } = JSON.parse(open.slice(1));
    deepStrictEqual([open[0], rest], ["0", {
      upgrades: ["websocket"],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 1_000_000,
    }]);
    const joined = await fetch(`${base}&sid=${sid}`, {
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body: "40",
    });
    strictEqual(await joined.text(), "ok");
    const packets: string[] = [];
    while (packets.length < 4) {
      const polled = await (await fetch(`${base}&sid=${sid}`)).text();
      packets.push(...polled.split("\x1e"));
    }
    const [join = "", ...told] = packets;
    match(join, /^40\{"sid":"[^"]+"\}$/);
    deepStrictEqual(
      told.map((packet) => JSON.parse(packet.replace(/^42/, ""))),
      SNAPSHOT,
    );
    const left = await fetch(`${base}&sid=${sid}`, {
      method: "POST",
      body: "1",
    });
    strictEqual(await left.text(), "ok");
  }));

Deno.test("an EIO=3 request is refused in the original's words, and no other path is served (9.2)", () =>
  withStation(async ({ server }) => {
    const old = await fetch(
      `${server.url}/socket.io/?EIO=3&transport=polling`,
    );
    strictEqual(old.status, 400);
    strictEqual(
      await old.text(),
      '{"code":5,"message":"Unsupported protocol version"}',
    );
    const foreign = await fetch(
      `${server.url}/socket.io/?EIO=4&transport=polling`,
      { headers: { origin: "https://example.org" } },
    );
    await foreign.body?.cancel();
    strictEqual(foreign.headers.get("access-control-allow-origin"), null);
    const other = await fetch(`${server.url}/estado`);
    await other.body?.cancel();
    strictEqual(other.status, 404);
  }));

Deno.test("nuevaTransaccion comes once per sale and page, in commit order, with the keys of 4.3(b) (9.6.4)", () =>
  withStation((station) =>
    withPage(
      station.server,
      ["websocket"],
      (first) =>
        withPage(station.server, ["polling"], async (second) => {
          await first.events.take(3);
          await second.events.take(3);
          const sales: string[] = [];
          for (let i = 0; i < 20; i++) {
            const sale = {
              key: `sale ${i}`,
              payment: `${i}`,
              // Ends that run backwards do not change the order of commits.
              at: Date.UTC(2026, 10, 22, 14, 59 - i) * 1000,
            };
            await tellSale(station, sale);
            // A resent message is the same sale.
            if (i % 3 === 0) await tellSale(station, sale);
            sales.push(`${i}`);
          }
          for (const { events } of [first, second]) {
            const told = await events.take(20);
            deepStrictEqual(
              told.map(([name]) => name),
              sales.map(() => "nuevaTransaccion"),
            );
            deepStrictEqual(
              told.map(([, sale]) => (sale as Json)["metodo_pago"]),
              sales,
            );
          }
          // What comes after shows that nothing was left behind it.
          await tellSale(station, { payment: "end" });
          for (const { events } of [first, second]) {
            const [, sale] = await events.next();
            const keys = sale as Json;
            match(String(keys["_id"]), /^[0-9a-f]{24}$/);
            deepStrictEqual(
              [
                "surtidor_id",
                "nombre_surtidor",
                "tipo_combustible",
                "litros",
                "precio_por_litro",
                "monto_total",
                "metodo_pago",
                "estado",
              ].map((key) => keys[key]),
              [
                "12",
                "Isla 3 poniente",
                "97",
                8,
                1415,
                11_320,
                "end",
                "completada",
              ],
            );
            match(String(keys["fecha"]), /^2026-11-22T12:00:00/);
            strictEqual(events.size, 0);
          }
        }),
    )
  ));

Deno.test("prices and the name are told as they change, an apostrophe included (9.3, V14)", () =>
  withStation((station) =>
    withPage(station.server, ["websocket"], async ({ events }) => {
      await events.take(3);
      await setStationPrices(station, [1, 2, 3, 4]);
      deepStrictEqual(await events.next(), ["actualizacionPrecios", {
        "precio_93": 1,
        "precio_95": 2,
        "precio_97": 3,
        "precio_diesel": 4,
      }]);
      await accepted(
        station.useCases.forecourt.nameStation({ name: "O'Higgins" }),
      );
      const [[prices], name] = await events.take(2) as [
        [string, unknown],
        unknown,
      ];
      deepStrictEqual(
        [prices, name],
        ["actualizacionPrecios", ["actualizacionNombre", "O'Higgins"]],
      );
    })
  ));

Deno.test("prices that were set for later are told when they begin to hold", () =>
  withStation((station) =>
    withPage(station.server, ["websocket"], async ({ events }) => {
      await events.take(3);
      const { clock, useCases: { forecourt } } = station;
      await accepted(forecourt.setPrices({
        scope: `site:${STATION_SITE}`,
        prices: [{ fuel: "95" as ProductId, price: 1400 }],
        effectiveAt: (clock.now() + 7_200_500) * 1000,
      }));
      deepStrictEqual(await events.next(), ["actualizacionPrecios", PRICES]);
      clock.advance(7_200_000);
      clock.advance(1_000);
      const told: unknown[] = [];
      while (told.length === 0) {
        const [name, argument] = await events.next();
        if (name === "actualizacionPrecios") told.push(argument);
      }
      deepStrictEqual(told, [{ ...PRICES, "precio_95": 1400 }]);
    })
  ));

/** The states in the lists of pumps among some events. */
function shownStates(events: readonly BridgeEvent[]): unknown[] {
  return events.filter(({ name }) => name === "estadoSurtidores")
    .map(({ argument }) => (argument() as Json[]).map((it) => it["estado"]));
}

Deno.test("createForecourtBridge() shows what real pumps do in the page's words, and the prices they have (9.6.3, decision 48)", async () => {
  const station = await createFuelStation();
  const { forecourt } = station.useCases;
  await setStationPrices(station, [1305, 1372, 1431, 1098]);
  for (const name of ["Isla 1", "Isla 2"]) {
    await accepted(forecourt.addPump({ name }));
  }
  const set = forecourt.prices(STATION_SITE).set;
  ok(set !== null);
  await accepted(forecourt.pricesTaken({
    pumps: [1],
    set,
    prices: [{ fuel: "93" as ProductId, price: 1111 }],
  }));
  const bridge = createForecourtBridge(station.useCases, station.clock);
  const shown = () => {
    const [pumps] = bridge.snapshot();
    return (pumps?.argument() as Json[]).map((it) => [it["id"], it["estado"]]);
  };

  deepStrictEqual(shown(), [[1, "Desconectado"], [2, "Desconectado"]]);
  linkPump(station, 1);
  deepStrictEqual(shown(), [[1, "Parado"], [2, "Desconectado"]]);
  forecourt.live.update(STATION_SITE, 1, { operation: "dispensing" });
  deepStrictEqual(shown()[0], [1, "Cargando combustible"]);
  forecourt.live.update(STATION_SITE, 1, { operation: "paused" });
  deepStrictEqual(shown()[0], [1, "Pausado"]);
  const [pumps] = bridge.snapshot();
  const [first, second] = pumps?.argument() as Json[];
  strictEqual((first?.["precios"] as Json)["gasolina93"], 1111);
  deepStrictEqual(second?.["precios"], SHOWN_PRICES);
  await station.stop();
});

Deno.test("createForecourtBridge() tells at most four lists of pumps a second, the last state included (9.6.5)", async () => {
  const station = await createFuelStation();
  const { useCases: { forecourt } } = station;
  const clock = createVirtualClock(station.clock.now());
  await accepted(forecourt.addPump({ name: "Isla 1" }));
  const events: BridgeEvent[] = [];
  const bridge = createForecourtBridge(station.useCases, clock);
  const times: number[] = [];
  const end = bridge.watch((event) => {
    events.push(event);
    times.push(clock.monotonic());
  });

  // Three seconds with a change every ten milliseconds.
  for (let ms = 0; ms < 3_000; ms += 10) {
    linkPump(station, 1);
    forecourt.live.update(STATION_SITE, 1, { volumeMl: ms });
    clock.advance(10);
  }
  ok(times.length >= 12, `${times}`);
  for (const [i, time] of times.entries()) {
    ok(time - (times[i - 4] ?? -Infinity) >= 1_000, `${times}`);
  }
  forecourt.live.update(STATION_SITE, 1, { operation: "paused" });
  clock.advance(250);
  deepStrictEqual(shownStates(events).at(-1), ["Pausado"]);
  const count = events.length;
  clock.advance(10_000);
  strictEqual(events.length, count);
  end();
  linkPump(station, 1);
  clock.advance(1_000);
  strictEqual(events.length, count);
  strictEqual(clock.waiting, 0);
  await station.stop();
});

Deno.test("createForecourtBridge() tells a sale once that two nodes of the station recorded apart (9.6.4)", async () => {
  const mesh = createTestMesh({ seed: 12 });
  await mesh.add("one", { site: "LIM" });
  await mesh.add("two", { site: "LIM" });
  const forecourtOf = (name: string) => mesh.node(name).useCases.forecourt;
  const told: unknown[] = [];
  createForecourtBridge(mesh.node("one").useCases, mesh.clock)
    .watch(({ name, argument }) =>
      name === "nuevaTransaccion" && told.push((argument() as Json)["_id"])
    );
  const events: string[] = [];
  forecourtOf("one").watch((event) =>
    event.kind === "sale" && events.push(event.sale.log)
  );
  // The other node was first, so its copy is the one that counts once both meet.
  for (const name of ["two", "one"]) {
    await mesh.run(1_000);
    await mesh.settle(accepted(
      forecourtOf(name).recordFuelSale({
        id: saleIdOfKey("the same line"),
        pump: "12",
        fuel: "97",
        volumeMl: 8000,
        price: 1415,
        amount: 11_320,
        payment: "tarjeta",
        at: Date.UTC(2026, 10, 22, 14) * 1000,
        source: "pump",
      }),
    ));
  }
  const peer = mesh.peers.get("two")?.peer;
  mesh.node("one").replicator?.want(`/memory/${peer}`);
  await mesh.run(60_000);

  strictEqual(new Set(events).size, 2);
  strictEqual(told.length, 1);
  await mesh.stop();
});

Deno.test("createForecourtBridge() shows simulated pumps beside the listed ones (4.7, 9.3)", async () => {
  const station = await createFuelStation();
  const { clock, useCases: { forecourt } } = station;
  await accepted(forecourt.addPump({ name: "Isla 1" }));
  const events: BridgeEvent[] = [];
  createForecourtBridge(station.useCases, clock)
    .watch((event) => events.push(event));
  forecourt.simulated.report({
    site: STATION_SITE,
    id: 7,
    name: "Simulado",
    state: "Cargando combustible",
    prices: [{ fuel: "diesel" as ProductId, price: 999 }],
  });
  clock.advance(0);

  const [list] = events;
  strictEqual(list?.name, "estadoSurtidores");
  const [, simulated] = list?.argument() as Json[];
  deepStrictEqual(
    [simulated?.["id"], simulated?.["nombre"], simulated?.["estado"]],
    [7, "Simulado", "Cargando combustible"],
  );
  strictEqual((simulated?.["precios"] as Json)["diesel"], 999);
  await station.stop();
});

Deno.test("startSocketIoServer() refuses a page too many and takes one again when another has left", () =>
  withStation(
    (station) =>
      withPage(station.server, ["websocket"], async (first) => {
        await first.events.take(3);
        await withPage(station.server, ["polling"], async (second) => {
          await second.events.take(3);
          const third = await fetch(
            `${station.server.url}/socket.io/?EIO=4&transport=polling`,
          );
          strictEqual(third.status, 403);
          match(await third.text(), /Too many pages/);
        });
        await untilTrue("pages", () => station.server.pages() < 2);
        await withPage(station.server, ["websocket"], async (third) => {
          await third.events.take(3);
        });
      }),
    { pagesMax: 2 },
  ));

Deno.test("startSocketIoServer() cuts off a page that does not read, and keeps only the newest list of pumps for it", () =>
  withStation(async (station) => {
    const { server, clock, useCases: { forecourt } } = station;
    const base = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const read = async (url: string, init: RequestInit = {}) =>
      await (await fetch(url, init)).text();
    const open = async () => {
      const { sid } = JSON.parse((await read(base)).slice(1));
      await read(`${base}&sid=${sid}`, { method: "POST", body: "40" });
      return `${base}&sid=${sid}`;
    };
    const slow = await open();
    await untilTrue("pages", () => server.pages() > 0);
    for (let i = 0; i < 100; i++) {
      forecourt.live.update(STATION_SITE, 12, {
        connection: "connected",
        operation: i === 99 ? "paused" : "idle",
      });
      clock.advance(250);
    }
    // One hundred changes wait as one.
    const packets: string[] = [];
    const states: unknown[] = [];
    while (states.at(-1) !== "Pausado") {
      const more = (await read(slow)).split("\x1e");
      packets.push(...more);
      for (const packet of more) {
        if (!packet.startsWith("42")) continue;
        const [name, argument] = JSON.parse(packet.slice(2)) as [
          string,
          Json[],
        ];
        if (name === "estadoSurtidores") states.push(argument[0]?.["estado"]);
      }
    }
    ok(packets.length <= 6, `${packets.length}`);

    for (let i = 0; i < 12; i++) await tellSale(station);
    await untilTrue("pages", () => server.pages() === 0);
    const cut = await read(slow);
    match(cut, /"code":1/);
  }, { queueMax: 10 }));

const UPGRADE = [
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
].join("\r\n") + "\r\n\r\n";
/** A masked text frame that joins the default namespace. */
const JOIN = new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]);

/** A bare connection on which bytes were sent; whoever reads the beginning of the answer reads no more. */
async function connectBare(
  port: number,
  ...sent: readonly (string | Uint8Array)[]
): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const encoder = new TextEncoder();
  for (const it of sent) {
    const bytes = typeof it === "string" ? encoder.encode(it) : it;
    await socket.write(bytes).catch(() => 0);
  }
  return socket;
}

Deno.test("startSocketIoServer() cuts off a WebSocket page that does not read, and goes on for the others", async () => {
  let tell: (event: BridgeEvent) => void = () => {};
  const server = await startSocketIoServer({
    hostname: "127.0.0.1",
    port: 0,
    source: {
      snapshot: () => [],
      watch: (listener) => {
        tell = listener;
        return () => {};
      },
    },
    allowsOrigin: () => false,
    queueMax: 100,
  });
  using socket = await connectBare(server.port, UPGRADE);
  await socket.read(new Uint8Array(512));
  await socket.write(JOIN);
  await untilTrue("pages", () => server.pages() > 0);
  const event = {
    name: "nuevaTransaccion",
    argument: () => "x".repeat(10_000),
    latest: false,
  };
  let count = 0;
  while (server.pages() > 0 && count < 100_000) {
    tell(event);
    count++;
    if (count % 50 === 0) await new Promise(setImmediate);
  }
  ok(count < 100_000);
  await withPage(server, ["websocket"], async ({ events }) => {
    await untilTrue("pages", () => server.pages() > 0);
    tell({ name: "prueba", argument: () => 1, latest: true });
    deepStrictEqual(await events.next(), ["prueba", 1]);
  });
  await server.stop();
});

Deno.test("startSocketIoServer() outlives what is no protocol, and what pages send changes nothing", () =>
  withStation(async (station) => {
    const { server } = station;
    const base = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const frame = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      return new Uint8Array([0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes]);
    };
    const bare = await Promise.all([
      connectBare(server.port, "\x00\x01\x02"),
      connectBare(
        server.port,
        "GET / HTTP/1.1\r\nHost: x\r\nX: ".padEnd(90_000),
      ),
      connectBare(server.port, UPGRADE, new Uint8Array(64).fill(0xff)),
      connectBare(server.port, UPGRADE, frame("40/otra,")),
      connectBare(server.port, UPGRADE, frame("4{{{")),
      connectBare(server.port, UPGRADE, frame("40"), frame('42["pausar",1]')),
      connectBare(server.port, UPGRADE, frame("40"), frame("451-[")),
    ]);
    const statuses: number[] = [];
    const opened = await (await fetch(base)).text();
    const { sid } = JSON.parse(opened.slice(1));
    for (
      const [url, init] of [
        [`${server.url}/socket.io/`, {}],
        [`${server.url}/socket.io/?EIO=4&transport=paloma`, {}],
        [`${base}&sid=nadie`, {}],
        [base, { method: "POST", body: "40" }],
        [`${base}&sid=${sid}`, { method: "POST", body: "x".repeat(1_000_001) }],
      ] as const
    ) {
      const answer = await fetch(url, init).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer !== undefined) statuses.push(answer.status);
    }
    ok(statuses.every((it) => it >= 400 && it < 500), `${statuses}`);
    await withPage(server, ["websocket"], async ({ events }) => {
      deepStrictEqual(await events.take(3), SNAPSHOT);
    });
    for (const socket of bare) socket.close();
  }));

Deno.test("startSocketIoServer() hangs up on a connection beyond four for each page", () =>
  withStation(async ({ server }) => {
    const bare: Deno.TcpConn[] = [];
    for (let i = 0; i < 5; i++) bare.push(await connectBare(server.port));
    strictEqual(await bare.at(-1)?.read(new Uint8Array(1)), null);
    bare.shift()?.close();
    const answered = async () => {
      using socket = await connectBare(
        server.port,
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      );
      return await socket.read(new Uint8Array(64)).catch(() => null) !== null;
    };
    await untilTrue("an answer", answered);
    for (const socket of bare) socket.close();
  }, { pagesMax: 1 }));
