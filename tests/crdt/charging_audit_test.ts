import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  audited,
  CHARGING_AUDIT,
  type Fact,
  type Fold,
} from "../../crdt/mod.ts";
import { CHARGING_SAMPLES } from "../support/charging_samples.ts";
import { placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const NOTHING: Fold<Fact> = { add: () => {}, remove: () => {} };
const base = { id: "", at: 1, site: "CUS", point: "SEV-07" };

/** What the list says of a fact: action, source and text. */
function said(type: string, fields: Record<string, unknown>) {
  const rows = new MemoryRows();
  const fact = { ...base, type, ...fields } as unknown as Fact;
  audited(NOTHING).add(rows, placeFact(fact));
  const [row] = rows.scan(CHARGING_AUDIT);
  return row === undefined ? null : [row["action"], row["source"], row["text"]];
}

Deno.test("the audit list has the original words for what equipment reports and answers (9.5)", () => {
  const health = { connector: 0, aspect: "health" };
  deepStrictEqual(said("PointReported", { ...health, value: "faulted" }), [
    "CP_AVERIA_REPORTADA",
    null,
    "",
  ]);
  strictEqual(
    said("PointReported", { ...health, value: "ok" })?.[0],
    "CP_RECUPERACION_REPORTADA",
  );
  strictEqual(
    said("PointReported", { aspect: "connection", value: "closed" }),
    null,
  );
  strictEqual(
    said("PointCommandEnded", { outcome: "confirmed" })?.[0],
    "COMANDO_CONFIRMADO",
  );
  strictEqual(
    said("PointCommandEnded", { outcome: "refused" })?.[0],
    "COMANDO_RECHAZADO",
  );
  strictEqual(said("PointCommandEnded", { outcome: "silent" }), null);
  strictEqual(said("PointConnected", { dialect: "unverified" }), null);
});

Deno.test("the audit list tells who stopped a point, and leaves out what its own facts tell", () => {
  const by = { id: "7", name: "Ana" };
  deepStrictEqual(
    said("PointCommanded", { command: "stop", cause: "operator", by }),
    ["OPERADOR_ORDEN_PARAR", "Ana", ""],
  );
  strictEqual(
    said("PointCommanded", { command: "resume", cause: "weather" })?.[0],
    "CLIMA_ORDEN_REANUDAR",
  );
  const api = { id: "charging-api", name: "charging-api" };
  for (
    const order of [
      { command: "stop", cause: "operator", by: api },
      { command: "stop", cause: "revoked" },
      { command: "Reset" },
    ]
  ) strictEqual(said("PointCommanded", order), null);
});

Deno.test("the audit list tells of sessions: who was let charge, who was not, and how supplies ended", () => {
  strictEqual(
    said("ChargeAuthorized", { driver: "417" })?.[0],
    "DRIVER_AUTORIZACION_OK",
  );
  const refused = { driver: "417", words: "AVERIADO" };
  deepStrictEqual(
    said("ChargeRefused", { ...refused, refusal: "point_unready" }),
    ["DRIVER_AUTORIZACION_FALLIDA", "417", "AVERIADO"],
  );
  // State refusals only.
  strictEqual(
    said("ChargeRefused", { ...refused, refusal: "driver_busy" }),
    null,
  );
  const ended = (outcome: string, driver: string | null) =>
    said("ChargeEnded", { outcome, driver, energy: 300 })?.[0];
  strictEqual(ended("completed", "417"), "SUMINISTRO_FINALIZADO");
  strictEqual(ended("completed", "INVITADO"), "SUMINISTRO_MANUAL_FINALIZADO");
  strictEqual(ended("completed", "WEB_TESTER"), "SUMINISTRO_MANUAL_FINALIZADO");
  strictEqual(ended("completed", null), "SUMINISTRO_MANUAL_FINALIZADO");
  strictEqual(ended("fault", "417"), "INCIDENCIA_AVERIA_ENGINE");
  strictEqual(ended("disconnected", "417"), "INCIDENCIA_DESCONEXION_MONITOR");
  strictEqual(ended("cancelled", "417"), "DRIVER_DESCONEXION");
});

Deno.test("audited() takes out what it put in, and does what the fold does", () => {
  const rows = new MemoryRows();
  const done: string[] = [];
  const both = audited<Fact>({
    add: (_, { fact }) => void done.push(`+${fact.type}`),
    remove: (_, { fact }) => void done.push(`-${fact.type}`),
  });
  const placed = CHARGING_SAMPLES.map((fact, i) =>
    placeFact(fact, { seq: i + 1 })
  );
  for (const one of placed) both.add(rows, one);
  strictEqual(rows.count(CHARGING_AUDIT) > 5, true);
  for (const one of placed) both.remove(rows, one);
  strictEqual(rows.count(CHARGING_AUDIT), 0);
  strictEqual(done.length, 2 * placed.length);
});
