import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { FEED_READERS_MAX } from "../../../web/feed_streams.ts";
import { ars, AT, pay, withCompany } from "../fleet_api.ts";
import { type NativeApi, refuses, withApi } from "../native_api.ts";
import { withPeople } from "../people_api.ts";

const EVENTS = `${AT}/feed/events`;

interface Item {
  readonly number: number;
  readonly kind: string;
  readonly amount: unknown;
}

/** Reads a stream of events piece by piece. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  text = "";
  done = false;

  constructor(response: Response) {
    strictEqual(response.status, 200);
    strictEqual(response.headers.get("content-type"), "text/event-stream");
    this.#reader = response.body?.getReader() ?? never();
  }

  async read(): Promise<void> {
    const { done, value } = await this.#reader.read();
    this.done = done;
    this.text += new TextDecoder().decode(value);
  }

  get items(): Item[] {
    return [...this.text.matchAll(/^data: (.*)$/gm)]
      .map(([, data = ""]) => JSON.parse(data));
  }

  get ids(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  }

  /** Reads on until there are so many items. */
  async until(count: number): Promise<void> {
    while (!this.done && this.items.length < count) await this.read();
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function never(): never {
  throw new TypeError("the answer has no body");
}

async function open(
  api: Pick<NativeApi, "request">,
  query = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<Stream> {
  return new Stream(await api.request(`${EVENTS}${query}`, { headers }));
}

async function feed(api: NativeApi, query = "") {
  return (await api.get(`${AT}/feed${query}`)).body as {
    items: Item[];
    after: number;
    acknowledged: number | null;
  };
}

Deno.test("GET /v1/companies/{company}/feed gives what happened, by number", () =>
  withApi(async (api) => {
    refuses(await api.get(`${AT}/feed`), 404, "company_unknown");
    await withCompany(api);
    await pay(api, 100);
    const all = await feed(api);

    deepStrictEqual(
      all.items.map(({ kind, amount }) => [kind, amount]),
      [["deposit", ars(10_000)], ["card", ars(5000)], ["expense", ars(100)]],
    );
    const numbers = all.items.map(({ number }) => number);
    deepStrictEqual(numbers, numbers.toSorted((a, b) => a - b));
    strictEqual(all.after, numbers.at(-1));
    const first = await feed(api, "?limit=1");
    deepStrictEqual(
      [first.items, (await feed(api, `?after=${first.after}`)).items],
      [all.items.slice(0, 1), all.items.slice(1)],
    );
    deepStrictEqual(await feed(api, `?after=${all.after}`), {
      items: [],
      after: all.after,
      acknowledged: null,
    });
    refuses(await api.get(`${AT}/feed?after=-1`), 422, "request_invalid");
  }));

Deno.test("GET /v1/companies/{company}/feed gives the latest first below a number", () =>
  withApi(async (api) => {
    await withCompany(api);
    await pay(api, 100);
    const { items } = await feed(api);
    const [deposit, card, expense] = items;
    const back = `?before=${Number.MAX_SAFE_INTEGER}`;

    const latest = await feed(api, `${back}&limit=2`);
    deepStrictEqual(
      [latest.items, latest.after],
      [[expense, card], expense?.number],
    );
    const earlier = await feed(api, `?before=${card?.number}`);
    deepStrictEqual([earlier.items, earlier.after], [
      [deposit],
      deposit?.number,
    ]);
    const between = await feed(api, `${back}&after=${deposit?.number}`);
    deepStrictEqual(between.items, [expense, card]);
    await api.post(`${AT}/feed/acknowledgements`, {
      subscriber: "ana",
      number: expense?.number,
    });
    const read = await feed(api, `${back}&subscriber=ana`);
    deepStrictEqual(
      [read.items.length, read.acknowledged],
      [3, expense?.number],
    );
  }));

Deno.test("POST /v1/companies/{company}/feed/acknowledgements moves a subscriber, never back", () =>
  withApi(async (api) => {
    await withCompany(api);
    const [first, second] = (await feed(api)).items;
    const acknowledge = (number: number | undefined, subscriber = "office") =>
      api.post(`${AT}/feed/acknowledgements`, { subscriber, number });

    deepStrictEqual(
      (await acknowledge(second?.number)).body,
      { number: second?.number },
    );
    deepStrictEqual(
      (await acknowledge(first?.number)).body,
      { number: second?.number },
    );
    refuses(await acknowledge(9e15), 422, "invalid_argument");
    refuses(await acknowledge(-1), 422, "request_invalid");
    refuses(await acknowledge(1, ""), 422, "request_invalid");
    await pay(api, 100);
    const rest = await feed(api, "?subscriber=office");
    deepStrictEqual(
      [rest.items.map(({ kind }) => kind), rest.acknowledged],
      [["expense"], second?.number],
    );
    const other = await feed(api, "?subscriber=other");
    deepStrictEqual([other.items.length, other.acknowledged], [3, 0]);
  }));

Deno.test("GET /v1/companies/{company}/feed/events sends what came while a subscriber was away, then what comes", () =>
  withApi(async (api) => {
    await withCompany(api);
    const first = await open(api, "?subscriber=office");
    await first.until(2);
    await first.cancel();
    await pay(api, 100);
    await pay(api, 200);

    const last = String(first.ids.at(-1));
    const again = await open(api, "?subscriber=office", {
      "last-event-id": last,
    });
    await again.until(2);
    await pay(api, 300);
    api.clock.advance(20);
    await again.until(3);

    deepStrictEqual(
      again.items.map(({ kind, amount }) => [kind, amount]),
      [100, 200, 300].map((amount) => ["expense", ars(amount)]),
    );
    deepStrictEqual(again.ids, again.items.map(({ number }) => number));
    await again.cancel();
    // What was never acknowledged comes once more; Last-Event-ID acknowledged the rest.
    const third = await open(api, "?subscriber=office");
    await third.until(3);
    deepStrictEqual(third.items, again.items);
    await third.cancel();
  }));

Deno.test("GET /v1/companies/{company}/feed/events without a subscriber goes on after Last-Event-ID and confirms nothing", () =>
  withApi(async (api) => {
    await withCompany(api);
    const { items, after } = await feed(api);
    const number = String(items[0]?.number);
    const stream = await open(api, "", { "last-event-id": number });
    await stream.until(1);
    deepStrictEqual(stream.items, items.slice(1));
    await stream.cancel();
    const later = await open(api, `?after=${after}`);
    await later.read();
    await pay(api, 100);
    api.clock.advance(20);
    await later.until(1);
    deepStrictEqual(later.items.map(({ kind }) => kind), ["expense"]);
    await later.cancel();
  }));

Deno.test("GET /v1/companies/{company}/feed/events takes another node's Last-Event-ID for none", () =>
  withApi(async (api) => {
    await withCompany(api);
    const { after } = await feed(api);
    for (const id of [after - 1000, after + 1, "999999999", "x", "-1", "1e3"]) {
      const stream = await open(api, "?subscriber=office", {
        "last-event-id": String(id),
      });
      await stream.until(2);
      strictEqual(stream.items.length, 2, String(id));
      await stream.cancel();
    }
  }));

Deno.test("GET /v1/companies/{company}/feed/events sends a comment every 15 seconds", () =>
  withApi(async (api) => {
    await withCompany(api);
    const stream = await open(api);
    await stream.until(2);
    const waiting = stream.read();
    await new Promise((resolve) => setTimeout(resolve, 0));
    api.clock.advance(15_000);
    await waiting;
    strictEqual(stream.text.split(": keep-alive\n\n").length, 2);
    await stream.cancel();
  }));

Deno.test("GET /v1/companies/{company}/feed/events cuts off who takes nothing for a minute", () =>
  withApi(async (api) => {
    await withCompany(api);
    const stream = await open(api);
    await stream.read();
    for (let tick = 0; tick < 4; tick++) api.clock.advance(15_000);

    await rejects(stream.read(), { name: "AbortError" });
    // Its place is free, and nothing is lost.
    const again = await open(api);
    await again.until(2);
    strictEqual(again.items.length, 2);
    await again.cancel();
  }));

Deno.test("GET /v1/companies/{company}/feed/events takes so many readers and no more", () =>
  withApi(async (api) => {
    await withCompany(api);
    const streams = await Promise.all(
      Array.from({ length: FEED_READERS_MAX }, () => open(api)),
    );
    refuses(await api.get(EVENTS), 503, "overloaded");
    await streams[0]?.cancel();
    const last = await open(api);
    for (const stream of [...streams.slice(1), last]) await stream.cancel();
  }));

Deno.test("GET /v1/companies/{company}/feed/events ends when the node stops", async () => {
  const ending = new AbortController();
  await withApi(async (api) => {
    await withCompany(api);
    const stream = await open(api);
    await stream.until(2);
    const waiting = stream.read();
    ending.abort();
    await waiting;
    strictEqual(stream.done, true);
    refuses(await api.get(EVENTS), 503, "node_stopping");
  }, { app: { signal: ending.signal } });
});

Deno.test("GET /v1/companies/{company}/feed/events ends when its user was changed", () =>
  withPeople(async (api) => {
    const admin = await api.as("admin");
    const made = await api.post(`${AT}/deposits`, { amount: "1" }, {
      headers: admin,
    });
    strictEqual(made.status, 201);
    const stream = await open(api, "", await api.as("supervisor"));
    await stream.until(1);
    await api.patch(`/v1/users/${api.idOf("supervisor")}`, { active: false }, {
      headers: admin,
    });
    const waiting = stream.read();
    await new Promise((resolve) => setTimeout(resolve, 0));
    api.clock.advance(15_000);
    await waiting;
    while (!stream.done) await stream.read();
    const refused = await api.request(EVENTS, {
      headers: await api.as("cashier"),
    });
    strictEqual(refused.status, 403);
    await refused.body?.cancel();
  }));
