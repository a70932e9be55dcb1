import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fromHex } from "../../../crdt/mod.ts";
import { COMMITS } from "../../../nodes/tables.ts";
import { refuses, withApi, withProduct } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("GET /v1/facts/{id} shows a fact with its place", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const { body: sale } = await api.post("/v1/sales", {
      id: ID,
      lines: [{ product: "honey", quantity: 1 }],
    });

    const { status, body } = await api.get(`/v1/facts/${ID}`);

    strictEqual(status, 200);
    strictEqual(body.items.length, 1);
    const [fact] = body.items;
    deepStrictEqual(
      [fact.id, fact.type, fact.space, fact.log, fact.seq, fact.status],
      [ID, "SaleRecorded", "site:CUS", sale.log, sale.seq, "counts"],
    );
    strictEqual(fact.fact.receipt, sale.receipt);
  }));

Deno.test("GET /v1/facts filters by space, log and kind, page by page", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const sales = [];
    for (let i = 0; i < 3; i++) {
      const { body } = await api.post("/v1/sales", {
        lines: [{ product: "honey", quantity: 1 }],
      });
      sales.push(body);
    }
    const path = `/v1/facts?type=SaleRecorded&space=site:CUS&log=${
      sales[0].log
    }&limit=2`;

    const first = await api.get(path);
    const second = await api.get(
      `${path}&cursor=${encodeURIComponent(first.body.next)}`,
    );

    deepStrictEqual(
      [...first.body.items, ...second.body.items].map((it) => it.id),
      sales.map((it) => it.id),
    );
    strictEqual(second.body.next, null);
    deepStrictEqual(
      (await api.get("/v1/facts?type=Unheard")).body.items,
      [],
    );
  }));

Deno.test("GET /v1/facts?order=desc shows the newest of all logs first, page by page, and finds a text", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      api.clock.advance(1000);
      await api.post("/v1/products", {
        scope: "mesh",
        product: `wax-${i}`,
        name: `Cera ${i}`,
      });
      const { body } = await api.post("/v1/sales", {
        lines: [{ product: "honey", quantity: 1 }],
        note: `Nota ${i}`,
      });
      ids.push(body.id);
    }
    const all: { id: string; type: string; writtenAt: string }[] = [];
    let cursor = "";
    do {
      const { body } = await api.get(
        `/v1/facts?order=desc&limit=3${cursor && `&cursor=${cursor}`}`,
      );
      all.push(...body.items);
      cursor = body.next ?? "";
    } while (cursor !== "");

    const sold = all.filter(({ type }) => type === "SaleRecorded");
    deepStrictEqual(sold.map(({ id }) => id), ids.toReversed());
    const written = all.map(({ writtenAt }) => writtenAt);
    deepStrictEqual(written, written.toSorted().toReversed());
    strictEqual(new Set(all.map(({ id }) => id)).size, all.length);
    const oldest = await api.get("/v1/facts?limit=1000");
    strictEqual(oldest.body.items.length, all.length);
    const found = await api.get("/v1/facts?order=desc&text=nota%203");
    deepStrictEqual(
      found.body.items.map((it: { id: string }) => it.id),
      [ids[3]],
    );
  }));

Deno.test("GET /v1/facts/{id}/proof checks the commit anew and says when it does not hold", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const lines = [{ product: "honey", quantity: 1 }];
    await api.post("/v1/sales", { lines });
    await api.post("/v1/sales", { id: ID, lines });
    await api.post("/v1/sales", { lines });
    const checks = async () => {
      const { body } = await api.get(`/v1/facts/${ID}/proof`);
      const { chain, link, signature, certificate, hash } = body.items[0];
      return { checks: [chain, link, signature, certificate], hash, body };
    };
    const { checks: first, hash, body } = await checks();

    deepStrictEqual(first, ["holds", "holds", "holds", "holds"]);
    const [proof] = body.items;
    strictEqual(proof.writer, api.node.useCases.node.peer);
    strictEqual(proof.writerSite, "CUS");
    const { replica } = api.node;
    const { log, seq } = proof.fact;
    const entry = replica.register.byName(log);
    ok(entry !== undefined);
    const next = replica.archive.commit(entry.number, seq + 1);
    strictEqual(next?.commit.prev, hash);
    // Somebody changes the commit's stored bytes: the stamp of the same length.
    const row = replica.reader.get(COMMITS, [entry.number, seq]);
    const changed = new Uint8Array(row?.["body"] as Uint8Array);
    const commit = replica.archive.commit(entry.number, seq);
    const stamp = fromHex(commit?.commit.stamp ?? "");
    const at = Buffer.from(changed).indexOf(stamp);
    changed[at + 7] = (changed[at + 7] ?? 0) ^ 1;
    replica.transact((writer) =>
      writer.put(COMMITS, { log: entry.number, seq, body: changed })
    );
    const broken = await checks();
    strictEqual(broken.hash === hash, false);
    strictEqual(broken.checks.includes("broken"), true);
  }));

Deno.test("GET /v1/facts refuses unknown ids and filters that are none", () =>
  withApi(async (api) => {
    refuses(await api.get(`/v1/facts/${ID}`), 404, "not_found");
    refuses(await api.get("/v1/facts/x"), 404, "not_found");
    refuses(await api.get(`/v1/facts/${ID}/proof`), 404, "not_found");
    for (const query of ["space=moon", "log=1", "type=a%20b", "limit=-1"]) {
      refuses(await api.get(`/v1/facts?${query}`), 422, "request_invalid");
    }
  }));
