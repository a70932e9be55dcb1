import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createApp } from "../../../web/app.ts";
import {
  createChargingMesh,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";
import {
  ask,
  AT_POINT,
  charged,
  supply,
  withChargingApi,
} from "../charging_api.ts";
import { refuses } from "../native_api.ts";
import { settleOn } from "../../support/virtual_clock.ts";

const TOLD = "/v1/charging-drivers/417/notifications";
const EVENTS = `${TOLD}/events`;

interface Told {
  readonly type: string;
  readonly energyWh: number | null;
}

/** Asks a façade. */
type Ask = (path: string, init?: RequestInit) => Response | Promise<Response>;

/** A driver's program that reads a stream piece by piece, and knows its last event's id as a browser does. */
class Program {
  readonly #ask: Ask;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  lastId = "";
  readonly told: Told[] = [];

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async open(query = "", ask: Ask = this.#ask): Promise<void> {
    const headers: Record<string, string> = this.lastId === ""
      ? {}
      : { "last-event-id": this.lastId };
    const response = await ask(`${EVENTS}${query}`, { headers });
    strictEqual(response.status, 200);
    strictEqual(response.headers.get("content-type"), "text/event-stream");
    this.#reader = response.body?.getReader();
  }

  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  /** Reads on until it was told of so much. */
  async until(count: number, move: () => Promise<void>): Promise<void> {
    while (this.told.length < count) {
      const reading = this.#reader?.read();
      await move();
      const piece = await reading;
      ok(piece !== undefined && !piece.done, `only ${this.types}`);
      for (
        const block of new TextDecoder().decode(piece.value).split("\n\n")
      ) this.#take(block);
    }
  }

  #take(block: string): void {
    const field = (name: string) =>
      new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
    this.lastId = field("id") ?? this.lastId;
    const data = field("data");
    if (data === undefined) return;
    const told: Told = JSON.parse(data);
    strictEqual(field("event"), told.type);
    this.told.push(told);
  }

  async leave(): Promise<void> {
    await this.#reader?.cancel();
  }
}

Deno.test("GET /v1/charging-drivers lists who has a session or asked for one", () =>
  withChargingApi(async (api) => {
    deepStrictEqual((await api.get("/v1/charging-drivers")).body.items, []);
    await ask(api, "417");
    await ask(api, "5");
    const { items } = (await api.get("/v1/charging-drivers")).body;
    deepStrictEqual(
      items.map((one: Record<string, unknown>) => [
        ...[one["driver"], one["point"], one["status"]],
      ]),
      [["417", "MAD-01", "authorized"], ["5", null, null]],
    );
    refuses(
      await api.get("/v1/charging-drivers?cursor=x"),
      422,
      "request_invalid",
    );
  }));

Deno.test("GET /v1/charging-drivers/{id}/notifications pages what a driver was told, newest first", () =>
  withChargingApi(async (api) => {
    await charged(api);
    await ask(api, "5");
    await ask(api, "417");
    const { items, next } = (await api.get(`${TOLD}?limit=2`)).body;
    const rest = (await api.get(`${TOLD}?limit=2&cursor=${next}`)).body.items;

    deepStrictEqual([...items, ...rest].map(({ type }) => type), [
      ...["AUTH_DENIED", "TICKET", "AUTH_OK"],
    ]);
    deepStrictEqual(
      [items[0].reason, items[1].energyWh, items[1].amount.amount],
      ["CP ya en uso por otro driver", 1234, "0.25"],
    );
    refuses(
      await api.get("/v1/charging-drivers/NO_SESSION/notifications"),
      404,
      "not_found",
    );
  }));

Deno.test("GET …/notifications/events tells of each word once, and of running totals as they run", () =>
  withChargingApi(async (api) => {
    const program = new Program(api.request);
    const move = () => api.clock.run(30);
    await program.open();
    await ask(api, "417");
    await program.until(1, move);
    await supply(api, "meter", 100);
    await supply(api, "meter", 200);
    await program.until(2, move);
    await supply(api, "ended", 300);
    await program.until(3, move);

    deepStrictEqual(
      program.told.map(({ type, energyWh }) => [type, energyWh]),
      [["AUTH_OK", null], ["CONSUMO_UPDATE", 200], ["TICKET", 300]],
    );
    await program.leave();
  }));

Deno.test("GET …/notifications/events loses nothing while its reader is away", () =>
  withChargingApi(async (api) => {
    const program = new Program(api.request);
    const move = () => api.clock.run(30);
    await program.open();
    // It leaves before anything was said: the beginning of the stream has an id.
    const silent = program.until(1, () => Promise.resolve());
    await api.clock.run(30);
    await ask(api, "417");
    await api.clock.run(30);
    await silent;
    await program.leave();
    await supply(api, "meter", 100);
    await supply(api, "ended", 300);
    await ask(api, "417");
    await program.open();
    await program.until(3, move);
    await program.leave();
    await program.open();
    await api.post(`${AT_POINT}/commands`, { command: "end" });
    await program.until(4, move);

    deepStrictEqual(program.types, [
      ...["AUTH_OK", "TICKET", "AUTH_OK", "SUPPLY_ERROR"],
    ]);
    await program.leave();
    const anew = new Program(api.request);
    await anew.open("?from=beginning");
    await anew.until(4, move);
    deepStrictEqual(anew.types, program.types);
    await anew.leave();
  }));

Deno.test("GET …/notifications/events refuses what no node gave as Last-Event-ID", () =>
  withChargingApi(async (api) => {
    refuses(
      await api.get(EVENTS, { headers: { "last-event-id": "17" } }),
      422,
      "request_invalid",
    );
  }));

Deno.test("a driver's program goes on at another node of the site where it was", async () => {
  const mesh = await createChargingMesh(7);
  const [a, b] = ["a", "b"].map((name) => mesh.node(name));
  ok(a !== undefined && b !== undefined);
  const requests = [a, b].map(({ useCases }) =>
    createApp(useCases, { clock: mesh.clock, requireSignIn: false }).request
  );
  const [atA, atB] = requests;
  ok(atA !== undefined && atB !== undefined);
  const move = () => mesh.run(50);
  const point = new PlayedPoint("MAD-01");
  await settleOn(mesh.clock, point.connect(a.useCases.charging));
  await mesh.run(500);
  const site = new PlayedSite(a.useCases.charging);
  const program = new Program(atA);
  await program.open("?from=beginning");
  const asked = site.request("417", "MAD-01");
  await mesh.run(500);
  ok((await asked).session !== null);
  await program.until(1, move);
  await program.leave();

  const ended = { driver: "417", energy: 500 };
  await settleOn(mesh.clock, site.supply("ended", "MAD-01", ended));
  await mesh.run(1000);
  await program.open("", atB);
  await program.until(2, move);
  deepStrictEqual(program.types, ["AUTH_OK", "TICKET"]);
  await program.leave();
  await mesh.stop();
});
