/**
 * Arbitrary sets of commits by several logs: honest and hostile, agreeing and contradicting each other, drawn from few
 * ids, products and instants so that they meet often.
 *
 * @module
 */
import fc from "fast-check";
import {
  type Certificate,
  contentDigest,
  type Fact,
  type FactId,
  fixedFactId,
  type LogId,
  makeStamp,
  MESH_SPACE,
  parseFact,
  signStatement,
  type SpaceId,
  type Stamp,
  type Statement,
  toHex,
} from "../../crdt/mod.ts";
import {
  createForgedAuthority,
  createForgedRoot,
  createForger,
  forgeChain,
  ForgedLog,
  type Forger,
  type Wrong,
} from "./forged_log.ts";
import {
  CHARGING_KIND_FIRST,
  CHARGING_KIND_LAST,
  chargingFactOf,
} from "./mixed_charging.ts";
import {
  FLEET_KIND_FIRST,
  FLEET_KIND_LAST,
  fleetFactOf,
} from "./mixed_fleet.ts";
import { FUEL_KIND_FIRST, FUEL_KIND_LAST, fuelFactOf } from "./mixed_fuel.ts";
import {
  ACCEPTANCE,
  GRANT,
  HOLD_FIRST,
  HOLD_LAST,
  RIGHTS_KIND_FIRST,
  RIGHTS_KIND_LAST,
  type RightsDraft,
  rightsFactOf,
  STRICT_SALE,
  strictSale,
} from "./mixed_rights.ts";
import {
  SHOP_KIND_FIRST,
  SHOP_KIND_LAST,
  type ShopDraft,
  shopFactOf,
} from "./mixed_shop.ts";

const START_MS = Date.UTC(2026, 0, 1);
/** The space of each log. */
const SPACES: readonly string[] = [
  "site:CUS",
  "mesh",
  "site:CUS",
  "site:LIM",
  "site:CUS",
  "mesh",
  "mesh",
  "mesh",
  "company:1",
  "company:1",
];
/** The kind of a draft that is an authority statement. */
const STATEMENT = 100;
/** In how many parts a log's length is cut to say where it forks. */
const FORK_PARTS = 10;
/** Most different facts of a script. */
const POOL_MAX = 12;
const PRODUCTS: readonly string[] = ["1", "2"];
const IDS = Array.from({ length: 7 }, (_, i) => fixedFactId(["mixed", `${i}`]));

/** Certificates that a log may carry: for everything, for little, for a short time. */
const CERTIFICATES: readonly Partial<Certificate>[] = [
  {},
  { grants: [{ pattern: "*", verbs: ["write"] }] },
  { grants: [{ pattern: "site:LIM", verbs: ["write", "price"] }] },
  { notAfter: START_MS + 4 },
];

/** One fact, without its id's and its log's part. */
interface Draft {
  readonly kind: number;
  readonly id: number;
  readonly other: number;
  readonly product: number;
  readonly amount: number;
  readonly flag: boolean;
}

/** A commit of a script. */
interface MixedStep {
  readonly log: number;
  /** Grows from commit to commit, by 0 to 2 ticks. */
  readonly tick: number;
  /** Which of the script's facts it holds, so that several logs hold the same. */
  readonly facts: readonly number[];
  readonly wrong: Wrong | null;
  /** Which other certificate of its writer the log carries from here on. */
  readonly chain: number | null;
  /** If set, the log begins anew from an earlier commit of itself (in parts of its length), as a clone does. */
  readonly fork: number | null;
}

/** What to make. */
export interface MixedScript {
  /** The facts of all commits. */
  readonly pool: readonly Draft[];
  /** The commits. */
  readonly steps: readonly MixedStep[];
}

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary },
  );
}

/** Which kinds of facts to draw mostly. */
export interface MixedKinds {
  /** Grants, acceptances and returns in the logs of one site. */
  readonly rights?: boolean;
  /** Authority statements about logs of sales. */
  readonly statements?: boolean;
  /** Facts of fuel stations and directories. */
  readonly fuel?: boolean;
  /** Facts of fleet cards, in the logs of a company and a site. */
  readonly fleet?: boolean;
  /** Facts of charging, in the logs of a site. */
  readonly charging?: boolean;
  /** Facts of shops: terms of sales, sales of original branches, tills, closes and reports. */
  readonly shop?: boolean;
}

/** Kinds of facts: often sales and voids, seldom the others; or only what moves rights. */
function kinds(
  { rights = false, statements = false, fuel = false, shop = false, ...more }:
    MixedKinds,
): fc.Arbitrary<number> {
  const { fleet, charging } = more;
  const kind = (min: number, max: number) => fc.integer({ min, max });
  if (charging === true) return kind(CHARGING_KIND_FIRST, CHARGING_KIND_LAST);
  if (fleet === true) return kind(FLEET_KIND_FIRST, FLEET_KIND_LAST);
  if (shop) {
    return fc.oneof(
      { weight: 6, arbitrary: kind(SHOP_KIND_FIRST, SHOP_KIND_LAST) },
      // Sales, voids, deliveries and counts of the same products.
      { weight: 1, arbitrary: kind(0, 6) },
    );
  }
  if (fuel) {
    return fc.oneof(
      { weight: 6, arbitrary: kind(FUEL_KIND_FIRST, FUEL_KIND_LAST) },
      { weight: 1, arbitrary: kind(10, 10) },
    );
  }
  if (statements) {
    return fc.oneof(
      { weight: 3, arbitrary: kind(0, 4) },
      { weight: 2, arbitrary: kind(STATEMENT, STATEMENT) },
      { weight: 2, arbitrary: kind(RIGHTS_KIND_FIRST, ACCEPTANCE + 1) },
    );
  }
  return rights
    ? fc.oneof(
      { weight: 2, arbitrary: kind(STRICT_SALE, STRICT_SALE) },
      { weight: 1, arbitrary: kind(3, 3) },
      { weight: 8, arbitrary: kind(GRANT, ACCEPTANCE + 1) },
      { weight: 3, arbitrary: kind(HOLD_FIRST, HOLD_LAST) },
    )
    : fc.oneof(
      { weight: 2, arbitrary: kind(0, 4) },
      { weight: 2, arbitrary: kind(0, 14) },
      { weight: 3, arbitrary: kind(RIGHTS_KIND_FIRST, RIGHTS_KIND_LAST) },
      { weight: 2, arbitrary: kind(FUEL_KIND_FIRST, FUEL_KIND_LAST) },
      { weight: 2, arbitrary: kind(SHOP_KIND_FIRST, SHOP_KIND_LAST) },
      { weight: 2, arbitrary: kind(FLEET_KIND_FIRST, FLEET_KIND_LAST) },
      { weight: 2, arbitrary: kind(CHARGING_KIND_FIRST, CHARGING_KIND_LAST) },
    );
}

/**
 * Draws scripts of up to so many commits.
 *
 * @param commits The most commits.
 * @param mostly Which kinds; all if left out.
 * @returns Scripts.
 */
export function mixedScripts(
  commits: number,
  mostly: MixedKinds = {},
): fc.Arbitrary<MixedScript> {
  const draft = fc.record({
    kind: kinds(mostly),
    id: fc.nat(IDS.length - 1),
    other: fc.nat(POOL_MAX - 1),
    product: fc.nat(PRODUCTS.length - 1),
    amount: fc.oneof(
      { weight: 20, arbitrary: fc.nat(3) },
      { weight: 1, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) },
    ),
    flag: fc.boolean(),
  });
  const step = fc.record({
    log: mostly.rights || mostly.charging
      ? fc.constantFrom(0, 2, 4)
      : mostly.fleet
      ? fc.constantFrom(0, 2, 8, 9)
      : fc.nat(SPACES.length - 1),
    tick: fc.nat(2),
    facts: fc.array(fc.nat(POOL_MAX - 1), { maxLength: 5 }),
    wrong: seldom(
      fc.constantFrom<Wrong>("garbage", "actor", "order", "overwrite"),
    ),
    chain: seldom(fc.nat(CERTIFICATES.length - 1)),
    fork: seldom(fc.nat(FORK_PARTS - 1)),
  });
  return fc.record({
    pool: fc.array(draft, { minLength: POOL_MAX / 2, maxLength: POOL_MAX }),
    steps: fc.array(step, {
      minLength: 1,
      maxLength: commits,
      size: "max",
    }),
  });
}

function saleOf(draft: Draft, site: string): Record<string, unknown> {
  const { id, product, amount, flag } = draft;
  const sum = amount > 3 ? amount : 10 * amount;
  return {
    type: "SaleRecorded",
    id: IDS[id],
    at: START_MS * 1000 + (flag ? 1 : 0),
    site,
    date: "2026-01-01",
    receipt: `${site}-20260101-00001001`,
    currency: "PEN",
    exponent: 2,
    lines: [{
      product: PRODUCTS[product],
      name: "",
      quantity: amount,
      amount: sum,
      given: "amount",
    }],
    total: sum,
  };
}

/** What a space never holds is something else there: no sales in `mesh`, no notices elsewhere. */
function kindIn(space: SpaceId, kind: number): number {
  if (space === MESH_SPACE) {
    return kind < 3 ? 11 : kind < 5 ? 10 : kind % RIGHTS_KIND_FIRST;
  }
  return kind === 11 ? 10 : kind;
}

/** Who writes the logs: two members, one of them let in by the authority, then the authority and the root. */
const AUTHOR = createForgedAuthority();
const [FIRST, SECOND, ROOT]: readonly Forger[] = [
  createForger("a"),
  {
    ...createForger("b"),
    chain: forgeChain(AUTHOR.root, createForger("b").signer, {}, {
      signer: AUTHOR.signer,
      chain: AUTHOR.authority,
    }),
  },
  createForgedRoot(),
];
const WRITERS = [
  FIRST,
  SECOND,
  FIRST,
  SECOND,
  FIRST,
  SECOND,
  AUTHOR,
  ROOT,
  FIRST,
  SECOND,
] as readonly Forger[];

/** A statement by the root or the authority, about logs as they are when it is made. */
function statementOf(
  { id, other, product, amount, flag }: Draft,
  logs: ReadonlyMap<number, ForgedLog>,
): unknown {
  const known = [...logs].filter(([, log]) => log.commits.length > 0);
  const [of, log] = known[other % Math.max(1, known.length)] ?? [];
  const head = (one: ForgedLog) => {
    const seq = Math.max(1, one.commits.length - (amount % 4));
    const { hash, signature } = one.head(seq);
    return { log: one.name, seq, hash, signature: toHex(signature) };
  };
  const writer = WRITERS[of ?? 0] ?? AUTHOR;
  const own = known.filter(([i]) => WRITERS[i] === writer);
  const by = product === 0
    ? { root: AUTHOR.root.publicKey, signer: AUTHOR.root }
    : {
      root: AUTHOR.root.publicKey,
      signer: AUTHOR.signer,
      chain: AUTHOR.authority,
    };
  const statement = log === undefined
    ? { kind: "issuer", company: "1", log: "a".repeat(32) }
    : flag && amount % 2 === 0
    ? { kind: "readmit", ...head(log), lifts: IDS }
    : flag
    ? {
      kind: "reassign",
      ...head(log),
      to: known[(other + 1) % known.length]?.[1].name ?? log.name,
      atRisk: [],
    }
    : {
      kind: "revoke",
      peer: toHex(writer.signer.publicKey),
      logs: own.slice(amount % 2).map(([, one]) => head(one)),
    };
  return signStatement(by, {
    id: IDS[id] as FactId,
    at: START_MS * 1000,
    statement: statement as Statement,
  });
}

/** The facts that a draft may stand for, by its kind; several kinds are wrong on purpose. */
function factOf(
  draft: Draft,
  { space, name }: { readonly space: SpaceId; readonly name: LogId },
  { pool, logs }: {
    readonly pool: readonly Draft[];
    readonly logs: ReadonlyMap<number, ForgedLog>;
  },
): unknown {
  if (draft.kind === STATEMENT) return statementOf(draft, logs);
  if (draft.kind >= CHARGING_KIND_FIRST && !isCompany(space)) {
    return chargingOf(draft, space, pool);
  }
  if (draft.kind >= FLEET_KIND_FIRST || isCompany(space)) {
    return fleetOf(draft, { space, name }, pool);
  }
  if (draft.kind >= SHOP_KIND_FIRST) return shopOf(draft, space, pool);
  if (draft.kind >= FUEL_KIND_FIRST) return fuelOf(draft, space, pool);
  const { product, amount, flag } = draft;
  const kind = kindIn(space, draft.kind);
  if (kind >= RIGHTS_KIND_FIRST) return rightsOf(draft, { space, name }, pool);
  const id = IDS[draft.id];
  const named = pool[draft.other % pool.length] ?? draft;
  const other = IDS[named.id];
  const site = space === MESH_SPACE ? "MASTER" : space.slice(5);
  const base = { id, at: START_MS * 1000 };
  const goods = { scope: space, product: PRODUCTS[product], over: [other] };
  const branch = space === MESH_SPACE && flag ? { site: "CUS" } : {};
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return saleOf(draft, site);
    case 3:
    case 4: {
      const sale = parseFact(saleOf(named, site));
      return {
        ...base,
        type: "SaleVoided",
        site,
        date: "2026-01-02",
        sale: other,
        content: typeof sale === "string" || amount === 3
          ? "0".repeat(16)
          : contentDigest(sale as Fact),
        reason: "",
      };
    }
    case 5:
      return {
        ...base,
        type: "StockReceived",
        site,
        date: "2026-01-01",
        lines: [{
          product: PRODUCTS[product],
          quantity: amount + (amount > 3 ? 0 : 1),
        }],
      };
    case 6:
      return {
        ...base,
        type: "StockCounted",
        site,
        date: "2026-01-01",
        product: PRODUCTS[product],
        counted: 0,
        difference: flag ? -amount : amount,
      };
    case 7:
    case 8:
      return {
        ...base,
        ...goods,
        ...branch,
        type: "ProductChanged",
        ...([
          { field: "listed", value: true },
          { field: "name", value: flag ? "honey" : "wax" },
          { field: "policy", value: flag ? "strict" : "unmetered" },
        ][Math.min(amount, 3) % 3]),
      };
    case 9:
      return { ...base, ...goods, type: "ProductRemoved" };
    case 10:
      return {
        ...base,
        ...goods,
        ...branch,
        type: "PriceChanged",
        price: amount,
        currency: "PEN",
        exponent: 2,
        effectiveAt: START_MS * 1000 + draft.other,
      };
    case 11:
      return {
        ...base,
        type: "NoticeReceived",
        date: "2026-01-01",
        branch: "b",
        product: PRODUCTS[product],
        name: null,
        price: null,
        quantity: amount,
        amount,
        currency: "PEN",
        exponent: 2,
        amountText: "1.00",
        timestamp: "t",
        source: "http",
        known: flag,
        extra: { b: 1, a: "x" },
      };
    case 12:
      if (amount > 0) return oversellOf(draft, { space, site }, named);
      return {
        ...base,
        type: "IncidentAcknowledged",
        incident: "i",
        note: flag ? "a" : "b",
      };
    case 13:
      return flag ? { ...base, type: "SomethingNew", value: 1 } : {
        ...base,
        type: "IncidentAcknowledged",
        incident: "a\u0000b",
        note: "",
      };
    default:
      // A fact of another space, or none at all.
      return flag ? saleOf(draft, site === "CUS" ? "LIM" : "CUS") : 7;
  }
}

function isCompany(space: SpaceId): boolean {
  return space.startsWith("company:");
}

/** In a company's space every draft is of fleet cards. */
function fleetOf(
  draft: Draft,
  { space, name }: { readonly space: SpaceId; readonly name: LogId },
  pool: readonly Draft[],
): unknown {
  const named = pool[draft.other % pool.length] ?? draft;
  const kinds = 1 + FLEET_KIND_LAST - FLEET_KIND_FIRST;
  return fleetFactOf({
    ...draft,
    kind: draft.kind >= FLEET_KIND_FIRST && draft.kind <= FLEET_KIND_LAST
      ? draft.kind
      : FLEET_KIND_FIRST + draft.kind % kinds,
    id: IDS[draft.id] as FactId,
    other: IDS[named.id] as FactId,
    card: PRODUCTS[draft.product] ?? "",
    at: START_MS * 1000,
    log: name,
  }, space);
}

function fuelOf(draft: Draft, space: SpaceId, pool: readonly Draft[]): unknown {
  const named = pool[draft.other % pool.length] ?? draft;
  return fuelFactOf({
    ...draft,
    id: IDS[draft.id] as FactId,
    other: IDS[named.id] as FactId,
    at: START_MS * 1000,
  }, space);
}

function chargingOf(
  draft: Draft,
  space: SpaceId,
  pool: readonly Draft[],
): unknown {
  const named = pool[draft.other % pool.length] ?? draft;
  return chargingFactOf({
    ...draft,
    id: IDS[draft.id] as FactId,
    other: IDS[named.id] as FactId,
    driver: PRODUCTS[draft.product] ?? "",
    at: START_MS * 1000,
  }, space);
}

function shopOf(draft: Draft, space: SpaceId, pool: readonly Draft[]): unknown {
  const named = pool[draft.other % pool.length] ?? draft;
  const base = (one: Draft, other: Draft): ShopDraft => ({
    ...one,
    id: IDS[one.id] as FactId,
    other: IDS[other.id] as FactId,
    product: PRODUCTS[one.product] ?? "",
    at: START_MS * 1000,
  });
  const next = pool[named.other % pool.length] ?? named;
  return shopFactOf(base(draft, named), base(named, next), space);
}

/** An acknowledgement of one of the pool's sales, or an offer; several are wrong on purpose. */
function oversellOf(
  { id, product, amount, flag }: Draft,
  { space, site }: { readonly space: SpaceId; readonly site: string },
  named: Draft,
): unknown {
  const base = { id: IDS[id], at: START_MS * 1000, product: PRODUCTS[product] };
  if (space === MESH_SPACE) {
    const [near, far] = flag ? ["CUS", "LIM"] : ["LIM", "AQP"];
    const from = amount > 1 ? near : far;
    if (amount % 2 === 1) {
      const { product, ...common } = base;
      const lines = [{ product, quantity: amount }];
      const what = { ...common, lines, note: "" };
      return flag ? { ...what, type: "GoodsSent", from, to: "AQP" } : {
        ...what,
        type: "GoodsArrived",
        transfer: IDS[named.id],
        site: from,
      };
    }
    return { ...base, type: "StockOffered", site: from, quantity: amount };
  }
  const sale = parseFact(saleOf(named, site));
  return {
    ...base,
    type: "OversellAcknowledged",
    site,
    sale: IDS[named.id],
    content: typeof sale === "string" ? "0".repeat(16) : contentDigest(sale),
    quantity: amount,
    settled: amount * (flag ? 1 : 4),
    remedy: flag ? "refund" : amount > 1 ? "transfer" : "backorder",
    ...(flag || amount === 1 ? {} : { from: "AQP" }),
    note: "",
  };
}

/** The log of each number, so that facts can name logs that are not there yet. */
function nameOf(log: number): LogId {
  const forger = WRITERS[log % WRITERS.length] as Forger;
  return new ForgedLog(forger, SPACES[log] as SpaceId, log).name;
}

/** The logs of `site:CUS`, which give each other rights. */
const PEERS: readonly LogId[] = [0, 2, 4].map(nameOf);

/** A fact about rights. Acceptances look for a grant of the pool, returns for a strict sale. */
function rightsOf(
  draft: Draft,
  { space, name }: { readonly space: SpaceId; readonly name: LogId },
  pool: readonly Draft[],
): unknown {
  const site = space.slice(5);
  const base = (one: Draft): RightsDraft => ({
    ...one,
    id: IDS[one.id] as RightsDraft["id"],
    product: PRODUCTS[one.product] ?? "",
    at: START_MS * 1000,
    site,
    log: name,
    peers: PEERS,
  });
  const named = pool[draft.other % pool.length] ?? draft;
  const stated = pool.find(({ kind }) => kind === STATEMENT);
  if (draft.kind === ACCEPTANCE && stated !== undefined && draft.amount > 1) {
    const fact = rightsFactOf(base(draft), base(draft), {}) as object;
    return { ...fact, grant: IDS[stated.id] };
  }
  const grant = draft.kind === ACCEPTANCE
    ? pool.find(({ kind }) => kind === GRANT)
    : named;
  const sale = pool.find(({ kind }) => kind === STRICT_SALE) ?? named;
  // One till does not know of some of the policies yet: its copies of the same sales take no rights.
  const knows = (one: Draft) => name !== PEERS[2] || one.amount !== 2;
  const strict = (one: Draft) =>
    knows(one) ? strictSale(saleOf(one, site)) : saleOf(one, site);
  if (draft.kind === STRICT_SALE) return strict(draft);
  return rightsFactOf(base(draft), base(grant ?? named), strict(sale));
}

/** What a script makes. */
export interface MixedCommits {
  /** Who verifies: the root. */
  readonly forger: Forger;
  /** Every log and every continuation, each from its first commit on. */
  readonly chains: readonly ForgedLog[];
}

/**
 * Makes the commits of a script.
 *
 * @param script The script.
 * @returns Chains; those of one log share their first commits.
 */
export function makeMixed({ pool, steps }: MixedScript): MixedCommits {
  const open = new Map<number, ForgedLog>();
  const chains: ForgedLog[] = [];
  let tick = 0;
  for (const step of steps) {
    const space = SPACES[step.log % SPACES.length] as SpaceId;
    let log = open.get(step.log);
    const forger = WRITERS[step.log % WRITERS.length] as Forger;
    if (log === undefined) {
      log = new ForgedLog(forger, space, step.log);
      chains.push(log);
    } else if (step.fork !== null) {
      log = log.fork(
        Math.floor(step.fork / FORK_PARTS * log.commits.length),
      );
      chains.push(log);
    }
    open.set(step.log, log);
    tick += step.tick;
    const { name } = log;
    const stamp: Stamp = makeStamp(START_MS + (tick >> 1), tick & 1);
    log.add({
      stamp,
      facts: step.facts.map((i) => pool[i % pool.length] as Draft)
        .map((draft) => factOf(draft, { space, name }, { pool, logs: open })),
      ...(step.wrong === null ? {} : { wrong: step.wrong }),
      chain: step.chain === null
        ? undefined
        : forgeChain(forger.root, forger.signer, CERTIFICATES[step.chain]),
      renews: step.tick === 2,
    });
  }
  return { forger: FIRST as Forger, chains };
}
