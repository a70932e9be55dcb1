/**
 * Random faults between Panal and an original company: whatever is lost, dies and is started again, each purchase is
 * booked at most once, each verdict that was given is true, and what was told to be charged is in the books.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createFactIds,
  createSeededRandom,
  type FactId,
  randomBelow,
} from "../../crdt/mod.ts";
import type { PurchaseVerdict } from "../../nodes/fleet/fleet_use_cases.ts";
import { purchaseOf } from "../support/fleet.ts";
import { TestRegion, until } from "../support/fleet_region.ts";
import {
  type ExpenseFate,
  OriginalCompany,
} from "../support/original_company.ts";

const FATES: readonly ExpenseFate[] = [
  ...["answer", "answer", "answer", "drop", "drop"] as const,
  ...["die_before", "die_after"] as const,
];
const TIMES = {
  verdictMs: 60,
  pokeMs: 40,
  probeMs: 60,
  redialMs: 20,
  handshakePauseMs: 25,
  sendMsMax: 900,
  answerMsMax: 1_000,
};

interface Asked {
  readonly id: FactId;
  /** Undefined if the node that was asked was killed before it answered. */
  readonly verdict: Promise<PurchaseVerdict | undefined>;
}

/** What the company's books say of each purchase: how often it was charged. */
function bookings(company: OriginalCompany): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { total } of company.expenses(42)) {
    counts.set(String(total), (counts.get(String(total)) ?? 0) + 1);
  }
  return counts;
}

async function run(seed: number): Promise<void> {
  const random = createSeededRandom(seed);
  const nextId = createFactIds(random);
  const pick = (limit: number) => randomBelow(random, limit);
  await using company = new OriginalCompany({ scale: 0.02 });
  company.open(42, 4_000_000_000, { 7: 4_000_000_000 });
  await company.start();
  const open = (disk?: TestRegion["disk"]) =>
    TestRegion.open({
      company: company.port,
      companyTimes: TIMES,
      provinces: [],
      ...(disk === undefined ? {} : { disk }),
    });
  let region = await open();
  const asked: Asked[] = [];
  let killed = Promise.withResolvers<undefined>();
  for (let i = 0; i < 24; i++) {
    company.fates.push(FATES[pick(FATES.length)] ?? "answer");
    const id = nextId(Date.now());
    // The amount names the purchase in the company's books.
    const verdict = region.service.company?.desk.charge(
      purchaseOf(1_000 + i, { id, source: "region" }),
    );
    ok(verdict !== undefined);
    // The disk of a killed node refuses; nobody hears of that.
    const heard = verdict.catch(() => new Promise<undefined>(() => {}));
    asked.push({ id, verdict: Promise.race([killed.promise, heard]) });
    const step = pick(10);
    if (step === 0) {
      killed.resolve(undefined);
      killed = Promise.withResolvers();
      const disk = await region.kill();
      region = await open(disk);
    } else if (step === 1) {
      company.pause();
      setTimeout(() => company.resume(), 50 + pick(200));
    } else if (step < 6) {
      await new Promise((resolve) => setTimeout(resolve, pick(60)));
    }
    if (company.isDown) await company.restart();
  }
  company.fates.length = 0;
  await Promise.all(asked.map(({ verdict }) => verdict));
  const outcome = (id: FactId) => region.service.company?.desk.outcome(id);
  await until(
    () => {
      if (company.isDown) void company.restart();
      return asked.every(({ id }) => outcome(id) !== "open");
    },
    `all outcomes of seed ${seed}`,
    15_000,
  );
  const counts = bookings(company);
  for (const [i, { id, verdict }] of asked.entries()) {
    const charged = counts.get(String(1_000 + i)) ?? 0;
    const { accepted, reason } = await verdict ?? {};
    ok(charged <= 1, `purchase ${i} of seed ${seed} was charged ${charged}x`);
    // The end of all is the truth, and nobody was told anything else before.
    strictEqual(outcome(id) === "accepted", charged === 1, `${i} of ${seed}`);
    if (accepted) strictEqual(charged, 1);
    else if (accepted === false && reason !== "outcome_unknown") {
      strictEqual(charged, 0);
    }
  }
  deepStrictEqual(company.deaf, 0);
  await region.stop();
}

for (const seed of [1, 2, 3]) {
  Deno.test({
    name:
      `exactly one booking a purchase at an original company, whatever fails: seed ${seed}`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => run(seed),
  });
}
