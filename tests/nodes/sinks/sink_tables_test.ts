import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type FactId, idBytes } from "../../../crdt/mod.ts";
import {
  digestRow,
  factJson,
  SINK_FACTS,
  SINK_TABLES,
  sinkKey,
  sinkRow,
} from "../../../nodes/sinks/sink_tables.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a" as FactId;
const tableOf = (name: string) => {
  const table = SINK_TABLES.find((one) => one.name === name);
  ok(table !== undefined, name);
  return table;
};
const nameLog = (number: number) => `log-${number}`;

Deno.test("SINK_TABLES has the views that are asked for, each once, and none that holds secrets", () => {
  const names = SINK_TABLES.map(({ name }) => name);
  strictEqual(new Set(names).size, names.length);
  for (
    const name of ["facts", "sales", "stock", "fuel_sales", "charge_sessions"]
      .concat(["fleet_expenses", "tender_totals", "charging_audit", "vector"])
  ) ok(names.includes(name), name);
  ok(!names.includes("point_credentials"));
});

Deno.test("sinkRow() names logs, writes ids as text, and hides passwords", () => {
  const fuel = tableOf("pump_commands");
  const row = {
    ...{ site: "CUS", at: 7, id: idBytes(ID), log: 3, pump: 1 },
    ...{ command: "stop", reason: null, expires_at: 9 },
  };
  deepStrictEqual(sinkRow(fuel, row, nameLog), [
    ...["CUS", 7, ID, "log-3", 1, "stop", null, 9],
  ]);
  deepStrictEqual(
    sinkKey(fuel, ["CUS", 7, idBytes(ID), 3], nameLog),
    ["CUS", 7, ID, "log-3"],
  );
  const user = {
    ...{ space: "mesh", subject: "user/1", field: "password" },
    ...{ value: '"$argon2id$x"', at: 1, first_at: 1, contested: 0 },
  };
  ok(
    !JSON.stringify(sinkRow(tableOf("directory"), user, nameLog))
      .includes("argon2id"),
  );
});

Deno.test("factJson() hides keys, and replaces what PostgreSQL cannot hold", () => {
  const fact = { type: "PointCredential", key: "c2VjcmV0", point: "a" };
  ok(!factJson(fact).includes("c2VjcmV0"));
  strictEqual(
    factJson({ note: "a\0b", "k\0": ["\ud800", 'c:\\u0000"'] }),
    JSON.stringify({ note: "a\ufffdb", "k\ufffd": ["\ufffd", 'c:\\u0000"'] }),
  );
});

Deno.test("digestRow() is the same however a database orders the names of a body", () => {
  const row = (body: string) => [
    ...[ID, "log-1", 1, "0", 1_795_000_000_000_000, "SaleRecorded"],
    ...["site:CUS", "CUS", "counts", body],
  ];
  const digest = digestRow(SINK_FACTS, row('{"b":[1,{"d":2,"c":3}],"a":null}'));
  deepStrictEqual(
    digest,
    digestRow(SINK_FACTS, row('{"a": null, "b": [1, {"c": 3, "d": 2}]}')),
  );
  strictEqual(digest.group, "CUS 2026-11-18");
  ok(digest.hash !== digestRow(SINK_FACTS, row('{"a":0}')).hash);
});
