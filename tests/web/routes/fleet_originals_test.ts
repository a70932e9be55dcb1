import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createForwardBook } from "../../../nodes/fleet/forward_book.ts";
import {
  createRegionBook,
  OWED_DECIDED,
} from "../../../nodes/fleet/region_book.ts";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { createFactIds } from "../../../crdt/random.ts";
import { ars } from "../fleet_api.ts";
import { refuses, withApi } from "../native_api.ts";

const nextId = createFactIds(createSeededRandom(5));
const AT_MS = Date.UTC(2026, 1, 3, 12);
const EXPENSE = { company: 99, card: 7, total: 250, date: "2026-02-03" };
const TOLD = {
  ...{ at: "2026-02-03T12:00:00.000000Z", company: "99", card: "7" },
  ...{ amount: ars(250), date: "2026-02-03", station: "5" },
  pumpAddress: "127.0.0.1:13052",
};

Deno.test("C-42: GET /v1/forwarded-purchases lists what became of purchases that original programs decide", () =>
  withApi(async (api) => {
    const book = createForwardBook(api.node.replica, "company");
    const ids = [AT_MS, AT_MS + 1, AT_MS + 2].map(nextId);
    for (const [i, purchase] of ids.entries()) {
      await book.add({
        purchase,
        state: i === 1 ? "unknown" : "accepted",
        atMs: AT_MS,
        address: TOLD.pumpAddress,
        station: "5",
        expense: EXPENSE,
      });
    }
    const all = "/v1/forwarded-purchases?target=company";
    const first = await api.get(`${all}&limit=2`);
    deepStrictEqual(first.body.items[0], {
      ...TOLD,
      ...{ purchase: ids[0], target: "company", state: "accepted" },
    });
    const second = await api.get(`${all}&limit=2&cursor=${first.body.next}`);
    deepStrictEqual(
      [...first.body.items, ...second.body.items]
        .map((it: { purchase: string }) => it.purchase),
      ids,
    );
    strictEqual(second.body.next, null);
    const unknown = await api.get(`${all}&state=unknown`);
    deepStrictEqual(
      unknown.body.items.map((it: { purchase: string }) => it.purchase),
      [ids[1]],
    );
    const other = await api.get("/v1/forwarded-purchases?target=regional");
    deepStrictEqual(other.body.items, []);
    refuses(await api.get("/v1/forwarded-purchases"), 422, "request_invalid");
  }));

Deno.test("C-42: GET /v1/owed-verdicts lists what original stations have not got", () =>
  withApi(async (api) => {
    const purchase = nextId(AT_MS);
    await createRegionBook(api.node.replica).put({
      purchase,
      state: OWED_DECIDED,
      accepted: true,
      receivedMs: AT_MS,
      told: {
        kind: "expense",
        pumpAddress: TOLD.pumpAddress,
        station: "5",
        expense: EXPENSE,
      },
    });
    const { body } = await api.get("/v1/owed-verdicts");
    deepStrictEqual(body, {
      items: [{ ...TOLD, purchase, state: "accepted" }],
      ...{ total: 1, next: null },
    });
  }));
