/**
 * What people at the tills of a simulated mesh ask for: drawers that are opened, counted and closed, sales that say how
 * they are paid, goods that come back, and closes of a day.
 *
 * @module
 */
import {
  type FactId,
  money,
  type ProductId,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import type { Chance } from "../chance.ts";
import type { Effect } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { BranchCaller } from "./branch_caller.ts";

const PRODUCTS = ["ron", "vino", "pisco"] as ProductId[];
const SITES = ["CUS", "LIM"] as SiteCode[];
const METHODS = ["cash", "card", "wallet"];
const CASHIERS = ["Ana", "Luis"];
const CURRENCY = "PEN";

/** A sale that goods may come back of. */
interface KnownSale {
  readonly id: FactId;
  readonly site: SiteCode;
  readonly product: ProductId;
  readonly quantity: number;
  readonly price: number;
}

/** What people at tills ask for. */
export class TillTrade {
  readonly #caller: BranchCaller;
  readonly #sales: KnownSale[] = [];

  /** Makes one; nothing was sold. */
  constructor(caller: BranchCaller) {
    this.#caller = caller;
  }

  /** Asks for something. */
  operate(chance: Chance, peer: SimulatedPeer, useCases: UseCases): void {
    const { site } = peer;
    const kind = chance.below(16);
    if (site === null || kind > 14) return this.#close(chance, peer, useCases);
    if (kind < 6) this.#sell(chance, { peer, useCases, site });
    else if (kind < 9) this.#takeBack(chance, { peer, useCases, site });
    else this.#drawer(chance, peer, useCases);
  }

  #sell(
    chance: Chance,
    { peer, useCases, site }: {
      readonly peer: SimulatedPeer;
      readonly useCases: UseCases;
      readonly site: SiteCode;
    },
  ): void {
    const id = this.#caller.newId();
    const product = chance.pick(PRODUCTS);
    const quantity = 1 + chance.below(4);
    const price = 200 + chance.below(500);
    const discount = chance.oneIn(3) ? 1 + chance.below(100) : 0;
    const total = quantity * price - discount;
    const part = chance.oneIn(3) ? chance.below(total) : 0;
    const [first = "", second = ""] = chance.oneIn(2)
      ? METHODS
      : METHODS.toReversed();
    const payments = [
      { method: first, amount: money(total - part, CURRENCY) },
      ...(part === 0
        ? []
        : [{ method: second, amount: money(part, CURRENCY) }]),
    ];
    if (discount === 0) {
      this.#sales.push({ id, site, product, quantity, price });
    }
    this.#caller.follow(
      peer,
      "paid sale",
      {
        id,
        effect: saleEffect(site, [
          { product, quantity, amount: quantity * price },
          { product: "" as ProductId, quantity: 0, amount: -discount },
        ]),
      },
      useCases.recordSale({
        id,
        lines: [{ product, quantity, price: money(price, CURRENCY) }],
        observation: true,
        payments,
        seller: { id: String(chance.below(2)), name: chance.pick(CASHIERS) },
        ...(discount === 0 ? {} : { discount: money(discount, CURRENCY) }),
      }),
    );
  }

  #takeBack(
    chance: Chance,
    { peer, useCases, site }: {
      readonly peer: SimulatedPeer;
      readonly useCases: UseCases;
      readonly site: SiteCode;
    },
  ): void {
    const known = this.#sales.filter((sale) => sale.site === site);
    if (known.length === 0) {
      return this.#sell(chance, { peer, useCases, site });
    }
    const { id: sale, product, quantity, price } = chance.pick(known);
    const back = 1 + chance.below(quantity);
    const id = this.#caller.newId();
    this.#caller.follow(
      peer,
      `return of ${sale.slice(-6)}`,
      {
        id,
        effect: saleEffect(site, [
          { product, quantity: -back, amount: -back * price },
        ]),
      },
      useCases.recordSale({
        id,
        lines: [{ product, quantity: -back }],
        returns: { sale, reason: "broken" },
        payments: [{ method: "cash", amount: money(-back * price, CURRENCY) }],
      }),
    );
  }

  #drawer(chance: Chance, peer: SimulatedPeer, { tills }: UseCases): void {
    const id = this.#caller.newId();
    const fact = { id, effect: { kind: "cash" } as const };
    const amount = money(100 * (1 + chance.below(50)), CURRENCY);
    const kind = chance.below(5);
    if (kind < 2) {
      this.#caller.follow(
        peer,
        "drawer opens",
        fact,
        tills.openCashSession({ id, float: amount }),
      );
    } else if (kind < 4) {
      this.#caller.follow(
        peer,
        "cash moves",
        fact,
        tills.moveCash({
          id,
          direction: chance.oneIn(2) ? "in" : "out",
          amount,
          reason: "bank",
        }),
      );
    } else {
      this.#caller.follow(
        peer,
        "drawer closes",
        fact,
        tills.closeCashSession({
          id,
          counted: [{ method: "cash", amount }],
        }),
      );
    }
  }

  #close(chance: Chance, peer: SimulatedPeer, { tills }: UseCases): void {
    const site = peer.site ?? chance.pick(SITES);
    const own = peer.site !== null && chance.oneIn(3);
    this.#caller.follow(
      peer,
      "close of sales",
      undefined,
      tills.closeSales({ site, ...(own ? { till: "own" } : {}) }),
    );
  }
}

function saleEffect(
  site: SiteCode,
  lines: Extract<Effect, { readonly kind: "sale" }>["lines"],
): Effect {
  return { kind: "sale", site, lines };
}
