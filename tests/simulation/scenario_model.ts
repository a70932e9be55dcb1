/**
 * The plain model of a scenario: what callers were told. It knows nothing of logs, commits or folds: an operation was
 * acknowledged, or its outcome is unknown (the peer died or its disk failed before it answered).
 *
 * @module
 */
import {
  type FactId,
  FACTS,
  idBytes,
  parseFactId,
  type PeerId,
  type ProductId,
  type SiteCode,
  siteOfSpace,
  STATUS_COUNTS,
} from "../../crdt/mod.ts";
import { factsOfCommit } from "../../nodes/commit_archive.ts";
import type { Replica } from "../../nodes/replica.ts";
import type { NodeWithParts } from "../../nodes/node.ts";

/** What an operation does, as its caller sees it. */
export type Effect =
  | {
    readonly kind: "sale";
    readonly site: SiteCode;
    readonly lines: readonly {
      readonly product: ProductId;
      readonly quantity: number;
      readonly amount: number;
    }[];
  }
  | { readonly kind: "void"; readonly site: SiteCode; readonly sale: FactId }
  | {
    readonly kind: "receipt";
    readonly site: SiteCode;
    readonly product: ProductId;
    readonly quantity: number;
  }
  | {
    readonly kind: "count";
    readonly site: SiteCode;
    readonly product: ProductId;
  }
  | { readonly kind: "price"; readonly product: ProductId }
  | { readonly kind: "notice"; readonly product: ProductId }
  | {
    readonly kind: "delivery";
    readonly site: SiteCode;
    readonly volumeMl: number;
    readonly amount: number;
  }
  | { readonly kind: "fuel" }
  | { readonly kind: "expense" }
  | { readonly kind: "fleet" }
  | {
    readonly kind: "received";
    readonly site: SiteCode;
    readonly total: number;
  }
  | { readonly kind: "cash" };

/** An operation whose fact has an id that the model knows. */
export interface ModelFact {
  /** The fact's id. */
  readonly id: FactId;
  /** What it does. */
  readonly effect: Effect;
  /** How often it was acknowledged. */
  acknowledged: number;
  /** How often it was asked for. */
  asked: number;
  /** Names of the peers on whose disk it must be. */
  readonly holders: Set<string>;
  /** Who has written it, as far as those knew that acknowledged it: a repeat is answered from another's log. */
  readonly writers: Set<PeerId>;
  /** True while every disk that had to have it was lost. */
  mayBeLost: boolean;
  /** True while it was written by a revoked member alone, beyond the stated end of its log. */
  isCut: boolean;
}

/** What callers know. */
export class Model {
  /** Operations by the id of their fact. */
  readonly facts = new Map<FactId, ModelFact>();
  /** Sites where others than the scenario's callers sell. */
  readonly unknownSites = new Set<SiteCode>();
  #revoked: PeerId | undefined;
  /** What stood below the stated ends of the revoked member's logs, among what had been asked for. */
  #vouched: ReadonlySet<FactId> = new Set();

  /** Notes that an operation was asked for. */
  ask(id: FactId, effect: Effect): ModelFact {
    const known = this.facts.get(id);
    if (known !== undefined) {
      known.asked++;
      return known;
    }
    const fact = {
      id,
      effect,
      acknowledged: 0,
      asked: 1,
      holders: new Set<string>(),
      writers: new Set<PeerId>(),
      mayBeLost: false,
      isCut: false,
    };
    this.facts.set(id, fact);
    return fact;
  }

  /**
   * Notes that a peer acknowledged an operation.
   *
   * @param fact The operation's fact.
   * @param peer The peer's name.
   * @param writers In whose logs the peer has it.
   */
  acknowledge(
    fact: ModelFact,
    peer: string,
    writers: ReadonlySet<PeerId>,
  ): void {
    fact.acknowledged++;
    fact.holders.add(peer);
    fact.mayBeLost = false;
    for (const writer of writers) fact.writers.add(writer);
    // A repeat may be the first that callers hear of what a revoked member alone has written.
    fact.isCut = this.#isCut(fact);
  }

  /**
   * Notes that a member is revoked, which happens once in a scenario. What it alone has written counts no longer, also
   * where another peer has answered a repeat of it.
   *
   * @param peer The member.
   * @param isVouchedFor Tells whether a fact stands below the stated ends of its logs.
   */
  revoke(peer: PeerId, isVouchedFor: (id: FactId) => boolean): void {
    this.#revoked = peer;
    this.#vouched = new Set([...this.facts.keys()].filter(isVouchedFor));
    for (const fact of this.facts.values()) fact.isCut = this.#isCut(fact);
  }

  #isCut({ id, writers }: ModelFact): boolean {
    return this.#revoked !== undefined && writers.size === 1 &&
      writers.has(this.#revoked) && !this.#vouched.has(id);
  }

  /**
   * Notes that a peer's disk was lost.
   *
   * @param peer Its name.
   * @param isElsewhere Tells whether another disk has a fact.
   */
  forget(peer: string, isElsewhere: (id: FactId) => boolean): void {
    for (const fact of this.facts.values()) {
      fact.holders.delete(peer);
      // Who had it from the lost disk may lose it in turn.
      if (fact.holders.size === 0 && !isElsewhere(fact.id)) {
        fact.mayBeLost = true;
      }
    }
  }

  /** How many operations were acknowledged. */
  get acknowledged(): number {
    let count = 0;
    for (const fact of this.facts.values()) count += fact.acknowledged;
    return count;
  }

  /**
   * Checks a peer that reads every space against what callers were told.
   *
   * @param node The peer.
   * @param name Its name in messages.
   * @returns What is wrong.
   */
  check(node: NodeWithParts, name: string): string[] {
    const found: string[] = [];
    const here = new Set<FactId>();
    for (const fact of this.facts.values()) {
      const { id, effect, acknowledged, mayBeLost, isCut } = fact;
      const copies = node.replica.reader.scan(FACTS, { prefix: [idBytes(id)] });
      const counting = copies.filter((row) => row["status"] === STATUS_COUNTS);
      if (counting.length > 0) here.add(id);
      if (counting.length > timesMax(effect)) {
        found.push(
          `${name}: ${effect.kind} ${id} counts ${counting.length} times`,
        );
      }
      if (acknowledged > 0 && counting.length === 0 && !mayBeLost && !isCut) {
        found.push(
          `${name}: acknowledged ${effect.kind} ${id} is lost (${copies.length} copies)`,
        );
      }
    }
    found.push(...this.#checkTotals(node, name, here));
    found.push(...this.#checkDeliveries(node, name, here));
    // A peer that took saved branches over has no bodies to sum: its views are compared with the others'.
    const isWhole = [...node.replica.register.all()].every(({ firstBody }) =>
      firstBody === 1
    );
    if (isWhole) {
      found.push(...checkStock(node, name), ...checkTanks(node, name));
    }
    return found;
  }

  /** Sums of deliveries by site against what callers told of. */
  #checkDeliveries(
    { useCases, replica }: NodeWithParts,
    name: string,
    here: ReadonlySet<FactId>,
  ): string[] {
    const sums = new Map<SiteCode, [number, number, number]>();
    for (const { id, effect } of this.facts.values()) {
      if (effect.kind !== "delivery" || !here.has(id)) continue;
      const [count, volume, amount] = sums.get(effect.site) ?? [0, 0, 0];
      sums.set(effect.site, [
        count + 1,
        volume + effect.volumeMl,
        amount + effect.amount,
      ]);
    }
    return sitesOf(replica).filter((site) => !this.unknownSites.has(site))
      .flatMap((site) => {
        const { count, volumeMl, amount } = useCases.forecourt.fuelTotals(site);
        const should = sums.get(site) ?? [0, 0, 0];
        return String([count, volumeMl, amount]) === String(should) ? [] : [
          `${name}: deliveries of ${site} are ${[
            count,
            volumeMl,
            amount,
          ]}, not ${should}`,
        ];
      });
  }

  /** Totals by site against the sums of what callers sold. */
  #checkTotals(
    { useCases, replica }: NodeWithParts,
    name: string,
    here: ReadonlySet<FactId>,
  ): string[] {
    const voided = new Set(
      [...this.facts.values()].flatMap(({ id, effect }) =>
        effect.kind === "void" && here.has(id) ? [effect.sale] : []
      ),
    );
    const sums = new Map<
      SiteCode,
      [count: number, units: number, sum: number]
    >();
    for (const { id, effect } of this.facts.values()) {
      if (effect.kind !== "sale" || !here.has(id) || voided.has(id)) continue;
      const [count, units, amount] = sums.get(effect.site) ?? [0, 0, 0];
      sums.set(effect.site, [
        count + 1,
        units + effect.lines.reduce((sum, { quantity }) => sum + quantity, 0),
        amount + effect.lines.reduce((sum, line) => sum + line.amount, 0),
      ]);
    }
    const sites = sitesOf(replica).filter((site) =>
      !this.unknownSites.has(site)
    );
    return sites.flatMap((site) => {
      const { count, units, amounts } = useCases.totals({ site });
      const is = [count, units, amounts[0]?.units ?? 0];
      const should = sums.get(site) ?? [0, 0, 0];
      return String(is) === String(should)
        ? []
        : [`${name}: totals of ${site} are ${is}, not ${should}`];
    });
  }
}

/** How often a fact may count: a purchase may be refused at one node, for the record, and charged at another. */
export function timesMax({ kind }: Effect): number {
  return kind === "expense" ? 2 : 1;
}

/** The sites of which a replica has something. */
function sitesOf({ register }: Replica): SiteCode[] {
  return register.spaces().map(siteOfSpace).filter((site) =>
    site !== undefined
  );
}

/** Each tank's level against the sum over the facts that count, read again from all logs. */
function checkTanks(
  { useCases, replica }: NodeWithParts,
  name: string,
): string[] {
  const levels = new Map<string, number>();
  const add = ({ site, tank }: Record<string, unknown>, change: unknown) => {
    const key = `${site}/${tank}`;
    levels.set(key, (levels.get(key) ?? 0) + Number(change));
  };
  for (const fact of countingFacts(replica)) {
    const { type, tank, volumeMl } = fact;
    if (type === "FuelReceived") add(fact, volumeMl);
    else if (type === "TankDipped") add(fact, fact["differenceMl"]);
    else if (type === "FuelSold" && tank !== undefined) {
      add(fact, -Number(volumeMl));
    }
  }
  return useCases.forecourt.tanks({ limit: 1000 }).items.flatMap((tank) => {
    const should = levels.get(`${tank.site}/${tank.tank}`) ?? 0;
    return tank.levelMl === should ? [] : [
      `${name}: tank ${tank.tank} of ${tank.site} holds ${tank.levelMl} ml, not ${should}`,
    ];
  });
}

interface StockRow {
  received: number;
  sold: number;
  voided: number;
  counted: number;
}

/** The facts that count, read again from all commits. */
export function countingFacts(
  { register, archive, reader }: Replica,
): Record<string, unknown>[] {
  const all: Record<string, unknown>[] = [];
  for (const { number, seq: last, firstBody } of register.all()) {
    for (let seq = firstBody; seq <= last; seq++) {
      const encoded = archive.commit(number, seq);
      for (const value of encoded === undefined ? [] : factsOfCommit(encoded)) {
        const fact = parseFactId((value as { id?: unknown } | null)?.id);
        if (fact === undefined) continue;
        const row = reader.get(FACTS, [idBytes(fact), number]);
        if (row?.["seq"] === seq && row["status"] === STATUS_COUNTS) {
          all.push(value as Record<string, unknown>);
        }
      }
    }
  }
  return all;
}

/**
 * Checks that no more was sold of a product that is sold by right alone than was counted at first and delivered.
 *
 * @param node A peer that reads every space.
 * @param product The product, of which no sale was an observation.
 * @returns What is wrong.
 */
export function findOversold(
  { replica }: NodeWithParts,
  product: ProductId,
): string[] {
  const all = countingFacts(replica);
  const voids = new Set(all.map(({ sale }) => sale));
  let [there, sold] = [0, 0];
  for (const fact of all) {
    if (fact["type"] === "StockCounted" && fact["product"] === product) {
      there += Number(fact["difference"]);
    }
    const lines = (fact["lines"] ?? []) as {
      product: string;
      quantity: number;
    }[];
    for (const line of lines.filter((one) => one.product === product)) {
      if (fact["type"] === "StockReceived") there += line.quantity;
      else if (!voids.has(fact["id"])) sold += line.quantity;
    }
  }
  return sold <= there
    ? []
    : [`${sold} of ${product} were sold, and only ${there} were there`];
}

/** Stock of every site against the sum over the facts that count, read again from all logs. */
function checkStock(
  { useCases, replica }: NodeWithParts,
  name: string,
): string[] {
  const rows = new Map<string, StockRow>();
  const row = (site: unknown, product: unknown): StockRow => {
    const key = `${site}/${product}`;
    const known = rows.get(key);
    if (known !== undefined) return known;
    const fresh = {
      received: 0,
      sold: 0,
      voided: 0,
      counted: 0,
      reported: 0,
    };
    rows.set(key, fresh);
    return fresh;
  };
  const all = countingFacts(replica);
  const voids = new Set(
    all.filter(({ type }) => type === "SaleVoided").map(({ sale }) => sale),
  );
  type Line = { product: string; quantity: number };
  for (const fact of all) {
    const { type, site, id } = fact;
    const lines = (fact["lines"] ?? []) as Line[];
    if (type === "SaleRecorded") {
      // What an original branch sold is in its reports.
      if (fact["legacy"] !== undefined) continue;
      for (const { product, quantity } of lines) {
        row(site, product).sold += quantity;
        if (voids.has(id)) row(site, product).voided += quantity;
      }
    } else if (type === "StockReceived") {
      for (const { product, quantity } of lines) {
        row(site, product).received += quantity;
      }
    } else if (type === "StockCounted") {
      row(site, fact["product"]).counted += Number(fact["difference"]);
    }
  }
  const found: string[] = [];
  for (const [key, should] of rows) {
    const [site = "", product = ""] = key.split("/");
    // The master stock is put together from all sites' rows; only the sites' own rows are sums of their facts.
    if (site === "MASTER") continue;
    const is = useCases.stockOf(site as SiteCode, product as ProductId);
    for (const part of ["received", "sold", "voided", "counted"] as const) {
      if ((is?.[part] ?? 0) !== should[part]) {
        found.push(
          `${name}: ${part} of ${product} at ${site} is ${is?.[part]}, not ${
            should[part]
          }`,
        );
      }
    }
  }
  return found;
}
