import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type Answer,
  type NativeApi,
  withApi,
  withProduct,
} from "../native_api.ts";

interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** Reads a stream of events piece by piece. */
class EventStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  text = "";
  done = false;

  constructor(response: Response) {
    ok(response.body);
    this.#reader = response.body.getReader();
  }

  /** Takes the next piece. */
  async read(): Promise<void> {
    const { done, value } = await this.#reader.read();
    this.done = done;
    this.text += new TextDecoder().decode(value);
  }

  /** Takes pieces until the stream ends. */
  async readAll(): Promise<void> {
    while (!this.done) await this.read();
  }

  /** The events so far. */
  get events(): ServerEvent[] {
    return this.text.split("\n\n").slice(0, -1).flatMap((block) => {
      const field = (name: string) =>
        new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const event = field("event");
      return event === undefined
        ? []
        : [{ event, id: field("id"), data: field("data") ?? "" }];
    });
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function open(api: NativeApi): Promise<EventStream> {
  const response = await api.request("/v1/events");
  strictEqual(response.status, 200);
  strictEqual(response.headers.get("content-type"), "text/event-stream");
  return new EventStream(response);
}

function sell(api: NativeApi, products: readonly string[]): Promise<Answer> {
  return api.post("/v1/sales", {
    lines: products.map((product) => ({ product, quantity: 1 })),
  });
}

Deno.test("GET /v1/events tells of changes in their order", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const stream = await open(api);
    await stream.read();
    match(stream.text, /^retry: \d+\n: connected\n\n/);

    await sell(api, ["honey"]);
    const wanted = ["sales", "stock"];
    const views = () =>
      stream.events.map((it) => JSON.parse(it.data)).filter((it) =>
        wanted.includes(it.view)
      );
    while (new Set(views().map((it) => it.view)).size < wanted.length) {
      await stream.read();
    }

    const { events } = stream;
    ok(events.every((it) => it.event === "change"));
    const sequences = events.map((it) => Number(it.id));
    deepStrictEqual(sequences, sequences.toSorted((a, b) => a - b));
    strictEqual(new Set(sequences).size, sequences.length);
    deepStrictEqual(
      events.map((it) => JSON.parse(it.data).sequence),
      sequences,
    );
    const stock = views().find((it) => it.view === "stock");
    ok(stock.key.includes("CUS") && stock.key.includes("honey"));
    await stream.cancel();
  }));

Deno.test("GET /v1/events sends a comment every 15 seconds", () =>
  withApi(async (api) => {
    const stream = await open(api);
    await stream.read();

    api.clock.advance(14_999);
    api.clock.advance(1);
    await stream.read();
    api.clock.advance(15_000);
    await stream.read();

    strictEqual(stream.text.split(": keep-alive\n\n").length, 3);
    await stream.cancel();
  }));

Deno.test("GET /v1/events cuts off a client that does not read", () =>
  withApi(async (api) => {
    const products = Array.from({ length: 500 }, (_, i) => `p${i}`);
    for (const product of products) await withProduct(api, product);
    const slow = await open(api);
    const quick = await open(api);
    await quick.read();

    let reading = true;
    const reader = (async () => {
      while (reading) await quick.read();
    })();
    for (let i = 0; i < 12; i++) {
      strictEqual((await sell(api, products)).status, 201);
    }
    await slow.readAll();

    deepStrictEqual(slow.events.at(-1), {
      event: "overrun",
      id: undefined,
      data: "{}",
    });
    ok(!quick.events.some((it) => it.event === "overrun"));
    ok(quick.events.length > 4096);
    reading = false;
    await sell(api, ["p0"]);
    await reader;
    await quick.cancel();
  }));

Deno.test("GET /v1/events drops a client that does not even take its last event", () =>
  withApi(async (api) => {
    const products = Array.from({ length: 500 }, (_, i) => `p${i}`);
    for (const product of products) await withProduct(api, product);
    const slow = await open(api);
    for (let i = 0; i < 12; i++) await sell(api, products);

    api.clock.advance(10_000);

    const error = await slow.readAll().then(() => undefined, (it) => it);
    ok(error instanceof DOMException);
  }));

Deno.test("GET /v1/events takes 256 clients and no more until one leaves", () =>
  withApi(async (api) => {
    const streams: EventStream[] = [];
    for (let i = 0; i < 256; i++) streams.push(await open(api));

    const refused = await api.get("/v1/events");
    await streams.pop()?.cancel();
    streams.push(await open(api));

    strictEqual(refused.status, 503);
    strictEqual(refused.body.code, "overloaded");
    ok(Number(refused.headers.get("retry-after")) > 0);
    for (const stream of streams) await stream.cancel();
  }));

Deno.test("GET /v1/events ends all streams when the node stops", async () => {
  const stop = new AbortController();
  await withApi(async (api) => {
    const stream = await open(api);
    await stream.read();

    stop.abort();
    await stream.readAll();

    ok(stream.done);
    const late = await api.get("/v1/events");
    strictEqual(late.status, 503);
    strictEqual(late.body.code, "node_stopping");
  }, { app: { signal: stop.signal } });
});

Deno.test("HEAD /v1/events opens no stream", () =>
  withApi(async (api) => {
    for (let i = 0; i < 300; i++) {
      const { status, body } = await api.request("/v1/events", {
        method: "HEAD",
      });
      strictEqual(status, 200);
      strictEqual(body, null);
    }
    await (await open(api)).cancel();
  }));

Deno.test("GET /v1/events ends within 15 seconds for a user who was disabled, and for nobody once there are users", () =>
  withApi(async (api) => {
    const { people } = api.useCases;
    const streamOf = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await api.request("/v1/events", { headers });
      strictEqual(response.status, 200);
      const stream = new EventStream(response);
      await stream.read();
      return stream;
    };
    const nobody = await streamOf();
    const made = [];
    for (const name of ["ana", "eva"]) {
      const user = await people.createUser({
        name,
        fullName: name,
        role: "admin",
        password: "correct horse battery",
      });
      ok(user.ok);
      made.push(user.value);
    }
    const [ana, eva] = made;
    ok(ana !== undefined && eva !== undefined);
    const bearer = async (user: typeof ana) =>
      `Bearer ${(await people.issueToken(user)).token}`;
    const stays = await streamOf(await bearer(ana));
    const ends = await streamOf(await bearer(eva));
    ok((await people.changeUser({ id: eva.id, active: false })).ok);

    api.clock.advance(15_000);
    await nobody.readAll();
    await ends.readAll();
    await stays.read();

    ok(nobody.done && ends.done && !stays.done);
    ok(stays.text.endsWith(": keep-alive\n\n"));
    await stays.cancel();
  }));
