/**
 * What callers ask peers for. Nobody waits for an answer; what an answer says goes to the model and to the checks.
 *
 * @module
 */
import {
  createFactIds,
  type FactId,
  type Money,
  money,
  type ProductId,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import type { AnytimeCheck } from "./anytime/anytime_check.ts";
import type { BranchCaller } from "./branch_sync/branch_caller.ts";
import { BranchTrade } from "./branch_sync/branch_trade.ts";
import type { Chance } from "./chance.ts";
import { ChargingTrade } from "./charging/charging_trade.ts";
import { FleetTrade } from "./fleet/fleet_trade.ts";
import { askForFuel, type KnownDelivery } from "./fuel_operations.ts";
import {
  running,
  type ScenarioContext,
  writersOf,
} from "./scenario_context.ts";
import type { Effect, ModelFact } from "./scenario_model.ts";
import type { SimulatedPeer } from "./scenario_peers.ts";
import type { SideTrade } from "./trade.ts";

/** The products that everybody sells from the start. */
export const PRODUCTS: readonly ProductId[] = [
  "ron",
  "vino",
  "pisco",
] as ProductId[];
/** The product that is sold by right alone, and where. */
export const STRICT = "oro" as ProductId;
/** The site that sells it. */
export const STRICT_SITE = "CUS" as SiteCode;
/** The sites that sell. */
export const SITES: readonly SiteCode[] = ["CUS", "LIM"] as SiteCode[];

/** A rush has so many operations at least. */
const RUSH_MIN = 80;

interface SaleInput {
  readonly id: FactId;
  readonly observation?: boolean;
  readonly lines: readonly {
    readonly product: ProductId;
    readonly quantity: number;
    readonly price: Money;
  }[];
}

/** An operation that has no answer yet. */
export interface OpenOperation {
  /** What was asked for. */
  readonly text: string;
  /** Whom. */
  readonly peer: SimulatedPeer;
  /** The process that was asked; its end ends the operation. */
  readonly node: NodeWithParts;
}

/** What a scenario's callers trade in. */
export type Trade = "goods" | "fuel" | "branch" | "fleet" | "charging";

/** The callers of a scenario. */
export class Callers {
  /** Operations asked for. */
  asked = 0;
  /** Operations without an answer. */
  readonly open = new Set<OpenOperation>();
  readonly #context: ScenarioContext;
  readonly #checks: readonly AnytimeCheck[];
  readonly #newId: (nowMs: number) => FactId;
  readonly #trade: Trade;
  /** A trade of its own; undefined where goods or fuel are traded alone. */
  readonly side: SideTrade | undefined;
  readonly #deliveries: KnownDelivery[] = [];
  /** Sales that some caller knows of, for voids and repeats. */
  readonly #sales: { id: FactId; site: SiteCode; input: SaleInput }[] = [];
  #chance: Chance;

  /**
   * Makes callers who have not asked for anything.
   *
   * @param context The scenario.
   * @param chance Draws ids.
   * @param options What looks at each answer, and what is traded.
   */
  constructor(
    context: ScenarioContext,
    chance: Chance,
    { checks, trade = "goods" }: {
      readonly checks: readonly AnytimeCheck[];
      readonly trade?: Trade;
    },
  ) {
    this.#trade = trade;
    this.#context = context;
    this.#chance = chance;
    this.#checks = checks;
    this.#newId = createFactIds(chance.random);
    this.side = this.#sideTrade();
  }

  #sideTrade(): SideTrade | undefined {
    const caller: BranchCaller = {
      newId: () => this.#newId(this.#now),
      watch: (...args) => this.watch(...args),
      follow: (...args) => this.#follow(...args),
      check: (peer, fact) => this.#check(peer, fact),
    };
    if (this.#trade === "fleet") return new FleetTrade(this.#context, caller);
    if (this.#trade === "charging") {
      return new ChargingTrade(this.#context, caller);
    }
    return this.#trade === "branch"
      ? new BranchTrade(this.#context, caller)
      : undefined;
  }

  /** Asks one peer for many things at once: they wait for the disk together. */
  rush(chance: Chance): void {
    const up = running(this.#context);
    if (up.length === 0) return;
    const peer = chance.pick(up);
    for (let i = RUSH_MIN + chance.below(RUSH_MIN); i > 0; i--) {
      this.operate(chance, peer);
    }
  }

  /** Asks one peer for something. */
  operate(chance: Chance, whom?: SimulatedPeer): void {
    const up = running(this.#context);
    if (up.length === 0) return;
    this.#chance = chance;
    const peer = whom ?? chance.pick(up);
    const useCases = peer.node?.useCases;
    if (useCases === undefined) return;
    this.asked++;
    if (this.#trade === "fuel") return this.#askForFuel(peer, useCases);
    if (this.side?.operate(chance, peer, useCases) === true) return;
    const kind = chance.below(24);
    if (kind < 12) this.#sell(peer, useCases);
    else if (kind < 14) this.#repeatSale(peer, useCases);
    else if (kind < 16) this.#voidSale(peer, useCases);
    else if (kind < 18) this.#receive(peer, useCases);
    else if (kind < 19) this.#count(peer, useCases);
    else if (kind < 21) this.#price(peer, useCases);
    else if (kind < 23) this.#product(peer, useCases);
    else this.#notice(peer, useCases);
  }

  #askForFuel(peer: SimulatedPeer, useCases: UseCases): void {
    askForFuel({
      chance: this.#chance,
      site: this.#siteFor(peer),
      isOffice: peer.site === null,
      useCases,
      known: this.#deliveries,
      nowMs: this.#now,
      newId: () => this.#newId(this.#now),
      follow: (text, fact, answer) => this.#follow(peer, text, fact, answer),
    });
  }

  get #now(): number {
    return this.#context.mesh.clock.now();
  }

  #follow(
    peer: SimulatedPeer,
    text: string,
    fact: { readonly id: FactId; readonly effect: Effect } | undefined,
    answer: Promise<
      {
        readonly ok: boolean;
        readonly error?: unknown;
        readonly value?: unknown;
      }
    >,
    made?: Effect,
  ): void {
    const { model, note } = this.#context;
    if (peer.node === undefined) return;
    let noted = fact && model.ask(fact.id, fact.effect);
    this.watch(peer, `${text} ${fact?.id ?? ""}`, answer, (result) => {
      if (result.ok && made !== undefined) {
        noted = model.ask((result.value as { fact: FactId }).fact, made);
      }
      if (result.ok && noted !== undefined) {
        model.acknowledge(noted, peer.name, writersOf(peer, noted.id));
        this.#check(peer, noted);
      }
      note(
        `${peer.name} ${text} ${fact?.id.slice(-6) ?? ""}: ${
          result.ok ? "ok" : (result.error as { code: string }).code
        }`,
      );
    });
  }

  #check(peer: SimulatedPeer, fact: ModelFact): void {
    for (const { acknowledged } of this.#checks) {
      this.#context.violations.push(
        ...acknowledged?.(this.#context, peer, fact) ?? [],
      );
    }
  }

  /**
   * Watches an answer of a peer until it is there, or the process that was asked has ended.
   *
   * @param peer Who was asked.
   * @param text For what.
   * @param answer The answer.
   * @param heard Called with it if the process lives.
   */
  watch<T>(
    peer: SimulatedPeer,
    text: string,
    answer: Promise<T>,
    heard: (answer: T) => void,
  ): void {
    const { note, violations } = this.#context;
    const { node } = peer;
    if (node === undefined) return;
    const open = { text, peer, node };
    this.open.add(open);
    note(`${peer.name} ${text}`);
    answer.then((result) => {
      this.open.delete(open);
      // What a dead process says nobody hears.
      if (peer.node === node) heard(result);
    }, (error) => {
      this.open.delete(open);
      note(`${peer.name} ${text}: ${String(error)}`);
    }).catch((error) => {
      violations.push(`${peer.name} ${text}: a check failed: ${String(error)}`);
    });
  }

  #sell(peer: SimulatedPeer, useCases: UseCases): void {
    if (peer.site === null) return this.#receive(peer, useCases);
    const chance = this.#chance;
    if (peer.site === STRICT_SITE && chance.oneIn(3)) {
      return this.#sellStrict(peer, useCases);
    }
    const lines = Array.from({ length: 1 + chance.below(2) }, () => ({
      product: chance.pick(PRODUCTS),
      quantity: 1 + chance.below(5),
      price: money(1_00 + chance.below(900), "PEN"),
    }));
    const input: SaleInput = {
      id: this.#newId(this.#now),
      lines,
      ...(chance.oneIn(3) ? {} : { observation: true }),
    };
    this.#sales.push({ id: input.id, site: peer.site, input });
    this.#recordSale(peer, useCases, { site: peer.site, input });
  }

  /** Never an observation: what is sold by right alone must never be more than there was. */
  #sellStrict(peer: SimulatedPeer, useCases: UseCases): void {
    const quantity = 1 + this.#chance.below(4);
    const price = money(50_00, "PEN");
    const id = this.#newId(this.#now);
    const input = { id, lines: [{ product: STRICT, quantity, price }] };
    this.#sales.push({ id, site: STRICT_SITE, input });
    this.#recordSale(peer, useCases, { site: STRICT_SITE, input });
  }

  #recordSale(
    peer: SimulatedPeer,
    useCases: UseCases,
    { site, input }: { site: SiteCode; input: SaleInput },
  ): void {
    this.#follow(peer, "sale", {
      id: input.id,
      effect: {
        kind: "sale",
        site,
        lines: input.lines.map(({ product, quantity, price }) => ({
          product,
          quantity,
          amount: price.units * quantity,
        })),
      },
    }, useCases.recordSale(input));
  }

  /** A caller that got no answer asks again, here or at another peer of the site. */
  #repeatSale(peer: SimulatedPeer, useCases: UseCases): void {
    const known = this.#sales.filter(({ site }) => site === peer.site);
    if (known.length === 0) return this.#sell(peer, useCases);
    this.#recordSale(peer, useCases, this.#chance.pick(known));
  }

  #voidSale(peer: SimulatedPeer, useCases: UseCases): void {
    const known = this.#sales.filter(({ site }) =>
      peer.site === null || site === peer.site
    );
    if (known.length === 0) return this.#sell(peer, useCases);
    const { id: sale, site } = this.#chance.pick(known);
    const id = this.#newId(this.#now);
    this.#follow(
      peer,
      `void of ${sale.slice(-6)}`,
      { id, effect: { kind: "void", site, sale } },
      useCases.voidSale({ id, sale, reason: "changed their mind" }),
    );
  }

  #siteFor(peer: SimulatedPeer): SiteCode {
    return peer.site ?? this.#chance.pick(SITES);
  }

  #receive(peer: SimulatedPeer, useCases: UseCases): void {
    const site = this.#siteFor(peer);
    const product = site === STRICT_SITE && this.#chance.oneIn(4)
      ? STRICT
      : this.#chance.pick(PRODUCTS);
    const id = this.#newId(this.#now);
    const quantity = 1 + this.#chance.below(50);
    const effect: Effect = { kind: "receipt", site, product, quantity };
    const answer = useCases.receiveStock({
      id,
      site,
      lines: [{ product, quantity }],
    });
    // What makes rights gets an id that names its log.
    if (product === STRICT) {
      this.#follow(peer, "receipt", undefined, answer, effect);
    } else this.#follow(peer, "receipt", { id, effect }, answer);
  }

  #count(peer: SimulatedPeer, useCases: UseCases): void {
    const site = this.#siteFor(peer);
    const product = this.#chance.pick(PRODUCTS);
    const id = this.#newId(this.#now);
    const counted = this.#chance.below(40);
    this.#follow(
      peer,
      "count",
      { id, effect: { kind: "count", site, product } },
      useCases.countStock({ id, site, product, counted }),
    );
  }

  #price(peer: SimulatedPeer, useCases: UseCases): void {
    const chance = this.#chance;
    const product = chance.pick(PRODUCTS);
    const id = this.#newId(this.#now);
    const later = chance.oneIn(3) ? chance.below(20_000) : undefined;
    this.#follow(
      peer,
      "price",
      { id, effect: { kind: "price", product } },
      useCases.setPrice({
        id,
        scope: peer.site === null ? "mesh" : `site:${peer.site}`,
        product,
        price: money(1_00 + chance.below(2000), "PEN"),
        ...(later === undefined
          ? {}
          : { effectiveAt: (this.#now + later) * 1000 }),
      }),
    );
  }

  #product(peer: SimulatedPeer, useCases: UseCases): void {
    const chance = this.#chance;
    const scope = peer.site === null
      ? "mesh" as const
      : `site:${peer.site}` as const;
    const product = chance.oneIn(3)
      ? `p${chance.below(4)}` as ProductId
      : chance.pick(PRODUCTS);
    const name = `${product} ${chance.below(100)}`;
    switch (chance.below(4)) {
      case 0:
        return this.#follow(
          peer,
          `name of ${product}`,
          undefined,
          useCases.changeProduct({ scope, product, name }),
        );
      case 1:
        return this.#follow(
          peer,
          `removal of ${product}`,
          undefined,
          useCases.removeProduct({ scope, product }),
        );
      default:
        return this.#follow(
          peer,
          `product ${product}`,
          undefined,
          useCases.createProduct({
            scope,
            product,
            name,
            price: money(1_00 + chance.below(2000), "PEN"),
            stock: chance.below(30),
          }),
        );
    }
  }

  #notice(peer: SimulatedPeer, useCases: UseCases): void {
    if (peer.site !== null) return this.#sell(peer, useCases);
    const chance = this.#chance;
    const product = chance.pick([...PRODUCTS, "p0" as ProductId]);
    const quantity = 1 + chance.below(4);
    this.#follow(
      peer,
      `notice of ${product}`,
      undefined,
      useCases.receiveNotice({
        branch: "OLD-1",
        product,
        quantity,
        amount: money(100 * quantity, "PEN"),
        amountText: String(quantity),
        timestamp: "2026-11-22T10:00:00",
        saleId: `old-${chance.below(6)}`,
        source: "http",
      }),
    );
  }
}
