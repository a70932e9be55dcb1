import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Certificate, grantsOfRole } from "../../crdt/certificate.ts";
import { makeStamp } from "../../crdt/clock.ts";
import { contentDigest, type Fact } from "../../crdt/facts.ts";
import type { SiteCode, SpaceId } from "../../crdt/ids.ts";
import {
  isAsideReason,
  isObservation,
  judgeFact,
  splitFacts,
} from "../../crdt/verdict.ts";
import { idOf, makeFact, makeSale } from "../support/facts.ts";
import {
  createForger,
  forgeChain,
  FORGED_SIGNATURES,
} from "../support/forged_log.ts";
import { CHARGING_SAMPLES } from "../support/charging_samples.ts";
import { FLEET_SAMPLES } from "../support/fleet_samples.ts";
import { SHOP_SAMPLES } from "../support/shop_samples.ts";

const FORGER = createForger("a");
const CUS = "site:CUS" as SpaceId;
const MESH = "mesh" as SpaceId;
const ENDS = 1000;
const date = "2026-01-01";
const goods = { product: "1", over: [] };
const money = { price: 1, currency: "PEN", exponent: 2, effectiveAt: 0 };

function judge(
  fact: Fact,
  space: SpaceId,
  { ms = 1, ...fields }: Partial<Certificate> & { ms?: number } = {},
) {
  const chain = forgeChain(FORGER.root, FORGER.signer, {
    notAfter: ENDS,
    ...fields,
  });
  const writer = FORGER.signer.publicKey;
  const place = { space, chain, writer, stamp: makeStamp(ms, 0) };
  const root = FORGER.root.publicKey;
  return judgeFact(fact, place, { root, signatures: FORGED_SIGNATURES });
}

const sale = makeSale("s");
const price = (scope: string, site?: string) =>
  makeFact("PriceChanged", {
    id: idOf("p"),
    scope,
    ...goods,
    ...money,
    ...(site === undefined ? {} : { site }),
  });
const named = (scope: string, site?: string) =>
  makeFact("ProductChanged", {
    id: idOf("n"),
    scope,
    ...goods,
    field: "name",
    value: "honey",
    ...(site === undefined ? {} : { site }),
  });
const removed = (scope: string) =>
  makeFact("ProductRemoved", { id: idOf("r"), scope, ...goods });

Deno.test("judgeFact() wants the verb of the fact's kind in its space", () => {
  const cases: readonly [Fact, SpaceId, string[]][] = [
    [sale, CUS, ["site:CUS write"]],
    [
      makeFact("SaleVoided", {
        id: idOf("v"),
        site: "CUS",
        date,
        sale: sale.id,
        content: contentDigest(sale),
        reason: "",
      }),
      CUS,
      ["site:CUS write"],
    ],
    [
      makeFact("StockReceived", {
        id: idOf("g"),
        site: "CUS",
        date,
        lines: [{ product: "1", quantity: 1 }],
      }),
      CUS,
      ["site:CUS write"],
    ],
    [
      makeFact("StockCounted", {
        id: idOf("c"),
        site: "MASTER",
        date,
        product: "1",
        counted: 1,
        difference: 1,
      }),
      MESH,
      ["mesh write"],
    ],
    [
      makeFact("IncidentAcknowledged", {
        id: idOf("i"),
        incident: "i",
        note: "",
      }),
      MESH,
      ["mesh write"],
    ],
    [price(CUS), CUS, ["site:CUS price"]],
    [price("mesh"), MESH, ["mesh price"]],
    [price("mesh", "CUS"), MESH, ["site:CUS price"]],
    [named(CUS), CUS, ["site:CUS write"]],
    [named("mesh"), MESH, ["mesh admin"]],
    [named("mesh", "CUS"), MESH, ["site:CUS write"]],
    [removed(CUS), CUS, ["site:CUS write"]],
    [removed("mesh"), MESH, ["mesh admin"]],
    ...[...SHOP_SAMPLES, ...CHARGING_SAMPLES].map((
      fact,
    ): [Fact, SpaceId, string[]] => [
      fact,
      CUS,
      ["site:CUS write"],
    ]),
  ];
  const verbs = ["read", "write", "price", "spend", "admin"] as const;
  for (const [fact, space, wanted] of cases) {
    const enough = ["mesh", "site:CUS", "site:LIM"].flatMap((pattern) =>
      verbs.filter((verb) =>
        judge(fact, space, { grants: [{ pattern, verbs: [verb] }] }) ===
          undefined
      ).map((verb) => `${pattern} ${verb}`)
    );
    deepStrictEqual(enough, wanted, JSON.stringify(fact));
  }
});

Deno.test("judgeFact() lets each role do what its work needs", () => {
  const scope = { sites: ["CUS" as SiteCode], companies: [] };
  const all: readonly [Fact, SpaceId][] = [
    [sale, CUS],
    [price(CUS), CUS],
    [named(CUS), CUS],
    [named("mesh", "CUS"), MESH],
    [price("mesh", "CUS"), MESH],
    [named("mesh"), MESH],
    [price("mesh"), MESH],
    [named("mesh", "LIM"), MESH],
  ];
  const may = (role: string) =>
    all.map(([fact, space]) =>
      judge(fact, space, { grants: grantsOfRole(role, scope) }) ?? "counts"
    );
  const none = "verb_missing";
  const counts = "counts";
  for (const role of ["branch", "station", "pump", "charging", "region"]) {
    deepStrictEqual(
      may(role),
      [counts, counts, counts, counts, counts, none, none, none],
      role,
    );
  }
  deepStrictEqual(may("office"), all.map(() => counts));
});

Deno.test("judgeFact() lets a company's own peers make its rights, and nobody who only spends them", () => {
  const scope = { sites: ["CUS" as SiteCode], companies: ["99"] };
  const issued = (bound: string) =>
    makeFact("RightsIssued", { id: idOf("i"), bound, amount: 1 });
  const may = (role: string) => {
    const grants = grantsOfRole(role, scope);
    return [
      judge(issued("account:99"), "company:99" as SpaceId, { grants }),
      judge(issued("tank:CUS/1"), CUS, { grants }),
    ];
  };
  const none = "verb_missing";
  for (const role of ["station", "pump", "region"]) {
    deepStrictEqual(may(role), [none, undefined], role);
  }
  deepStrictEqual(may("branch"), [none, undefined]);
  deepStrictEqual(may("company"), [undefined, none]);
  deepStrictEqual(may("office"), [undefined, undefined]);
});

Deno.test("judgeFact() compares the commit's stamp with the certificate's end", () => {
  strictEqual(judge(sale, CUS, { ms: ENDS - 1 }), undefined);
  strictEqual(judge(sale, CUS, { ms: ENDS }), "certificate_expired");
  // A clock that began in 1970 is no reason: the certificate had not ended.
  strictEqual(judge(sale, CUS, { ms: 0, notBefore: 500 }), undefined);
});

Deno.test("judgeFact() finds no verb in what is no chain", () => {
  const place = {
    space: CUS,
    writer: FORGER.signer.publicKey,
    chain: new Uint8Array([1]),
    stamp: makeStamp(1, 0),
  };
  const context = {
    root: FORGER.root.publicKey,
    signatures: FORGED_SIGNATURES,
  };
  strictEqual(judgeFact(sale, place, context), "verb_missing");
});

Deno.test("judgeFact() sets a statement aside that does not verify, whatever the verbs", () => {
  const stated = makeFact("AuthorityStated", {
    id: idOf("stated"),
    statement: { kind: "issuer", company: "42", log: "a".repeat(32) },
    chain: "",
    signature: "0".repeat(128),
  });
  strictEqual(judge(stated, MESH), "statement_invalid");
});

Deno.test("splitFacts() takes all facts of a document with one id when one does not count", () => {
  const facts = [
    { fact: sale, doc: "a" },
    { fact: makeSale("s", { quantity: 2 }), doc: "a" },
    { fact: makeSale("s", { quantity: 3 }), doc: "b" },
    { fact: makeSale("t"), doc: "a" },
  ];
  const { counting, aside } = splitFacts(
    facts,
    (fact) =>
      fact.type === "SaleRecorded" && fact.total === 20
        ? "verb_missing"
        : undefined,
  );
  deepStrictEqual(counting, [facts[2], facts[3]]);
  const item = {
    reason: "verb_missing",
    doc: "a",
    id: sale.id,
    type: "SaleRecorded",
  };
  deepStrictEqual(aside, [item, item]);
});

Deno.test("judgeFact() lets stations spend and confirm, and only who may price make cards and settle", () => {
  const company = "company:42" as SpaceId;
  const wanted: Readonly<Record<string, string>> = {
    CardRegistered: "price",
    ExpenseDecided: "spend",
    VerdictConfirmed: "write",
    FloorCovered: "price",
    CardResultKept: "write",
    FleetSettled: "price",
  };
  for (const fact of FLEET_SAMPLES) {
    const space = fact.type === "CardResultKept" ? CUS : company;
    const enough = (["read", "write", "price", "spend", "admin"] as const)
      .filter((verb) =>
        judge(fact, space, { grants: [{ pattern: space, verbs: [verb] }] }) ===
          undefined
      );
    deepStrictEqual(enough, [wanted[fact.type]], fact.type);
  }
});

Deno.test("isObservation() tells what had happened from what is decided", () => {
  deepStrictEqual(
    [sale, makeSale("o", { observation: true }), price(CUS)].map(isObservation),
    [false, true, false],
  );
  // What was dispensed on a hold has happened; any other purchase is decided.
  deepStrictEqual(FLEET_SAMPLES.filter(isObservation), [FLEET_SAMPLES[1]]);
  // What an original branch sold and has on its shelves is told, nothing else of a shop.
  const told = SHOP_SAMPLES.filter(isObservation);
  deepStrictEqual(
    told.map((fact) => fact.type === "SaleRecorded" ? "sale" : fact.type),
    ["sale", "StockReported"],
  );
  deepStrictEqual(told[0], SHOP_SAMPLES[1]);
  // What equipment did has happened; who may charge and what a point shall do is decided.
  const decided = CHARGING_SAMPLES.filter((fact) => !isObservation(fact));
  deepStrictEqual([...new Set(decided.map(({ type }) => type))], [
    "PointCommanded",
    "ChargeRequested",
    "ChargeRefused",
    "ChargeAuthorized",
    "ChargeFreed",
    "PointCredential",
    "PointCredentialRevoked",
  ]);
});

Deno.test("isAsideReason() knows the reasons of judging alone", () => {
  const reasons = ["verb_missing", "beyond_cut", "malformed", "id_used_before"];
  deepStrictEqual(reasons.map(isAsideReason), [true, true, false, false]);
});
