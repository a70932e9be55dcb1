/**
 * What goes on in the scenario `fleet`: a company gives cards limits, the cards buy at stations that read nothing of the
 * company, by the rights that these hold or get over a region, and administrators follow it in a feed.
 *
 * @module
 */
import {
  confirmationId,
  expenseId,
  type FactId,
  resultId,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { ResultLease } from "../../../nodes/fleet/fleet_use_cases.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import type { BranchCaller } from "../branch_sync/branch_caller.ts";
import type { Chance } from "../chance.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import type { ModelFact } from "../scenario_model.ts";
import { COMPANY, type SimulatedPeer, STRANGER } from "../scenario_peers.ts";
import type { SideTrade } from "../trade.ts";
import { CARDS, FleetBook, type KnownPurchase } from "./fleet_book.ts";
import { FeedReader } from "./feed_reader.ts";
import { addFleetPeers, openCompany } from "./fleet_peers.ts";
import { findWrongBooks } from "./fleet_oracle.ts";
import { settleMonths } from "./settled_months.ts";

/** How long an amount is held, in milliseconds. */
const HOLD_MS = [2000, 60_000, 600_000];
/** How long a card waits for a kept verdict, in milliseconds. */
const WAITS_MS = [0, 200, 2000];

type Fleet = UseCases["fleet"];

/** One who acts at a peer. */
interface Turn {
  readonly chance: Chance;
  readonly peer: SimulatedPeer;
  readonly fleet: Fleet;
}

/** The trade of a scenario with fleet cards. */
export class FleetTrade implements SideTrade {
  readonly #context: ScenarioContext;
  readonly #caller: BranchCaller;
  readonly #book = new FleetBook();
  readonly #feed: FeedReader;

  /**
   * Makes one in which nothing was bought.
   *
   * @param context The scenario.
   * @param caller What its callers lend.
   */
  constructor(context: ScenarioContext, caller: BranchCaller) {
    this.#context = context;
    this.#caller = caller;
    this.#feed = new FeedReader(context, caller);
  }

  addPeers(chance: Chance): void {
    addFleetPeers(this.#context.mesh, chance);
  }

  async open(chance: Chance): Promise<void> {
    const opening = await openCompany(this.#context, chance);
    this.#book.offered += opening;
    this.#book.deposited += opening;
  }

  operate(chance: Chance, peer: SimulatedPeer, useCases: UseCases): boolean {
    const turn = { chance, peer, fleet: useCases.fleet };
    if (peer.role === "company") this.#manage(turn);
    else if (peer.role === "station") this.#serve(turn);
    else if (chance.oneIn(4)) this.#confirm(turn);
    // An office may do what a company's administrator does, where nobody said who makes its rights.
    else if (peer.role === "office" && chance.oneIn(3)) this.#manage(turn);
    else this.#buy(turn);
    return true;
  }

  async tellAll(): Promise<string[]> {
    return await settleMonths(this.#context, this.#caller.newId);
  }

  findWrong(office: SimulatedPeer): string[] {
    return [
      ...findWrongBooks(this.#context, this.#book, office),
      ...this.#feed.findWrong(),
    ];
  }

  // Cards

  #serve(turn: Turn): void {
    const kind = turn.chance.below(12);
    if (kind < 7) this.#buy(turn);
    else if (kind < 8) this.#hold(turn);
    else if (kind < 10) this.#endHold(turn);
    else if (kind < 11) this.#keep(turn);
    else this.#deliver(turn);
  }

  #buy(turn: Turn): void {
    const { chance } = turn;
    const known = this.#book.purchases.filter(({ held }) => !held);
    const isRepeat = known.length > 0 && chance.oneIn(4);
    // A card that got no answer asks again soon, mostly.
    const recent = chance.oneIn(2) ? known.slice(-3) : known;
    this.#charge(turn, isRepeat ? chance.pick(recent) : this.#open(turn));
  }

  #open({ chance, peer }: Turn, held = false): KnownPurchase {
    const routed = chance.oneIn(6);
    return this.#book.open({
      id: this.#caller.newId(),
      company: chance.oneIn(40) ? STRANGER : COMPANY,
      card: chance.pick(CARDS),
      amount: chance.oneIn(20) ? 0 : 1 + chance.below(chance.pick([20, 200])),
      date: new Date(this.#context.mesh.clock.now()).toISOString()
        .slice(0, 10),
      place: { site: peer.site, province: 3, station: 5, pump: 0 },
      source: peer.role === "station" ? "card" : "region",
      ...(routed
        ? {
          route: { pumpAddress: "10.0.0.1:1", station: "5", regional: "r-3" },
          keepRefusal: true,
        }
        : {}),
    }, held);
  }

  #charge({ peer, fleet }: Turn, known: KnownPurchase): void {
    known.asked++;
    const { id } = known.input;
    const fact = expenseId(id);
    this.#caller.follow(
      peer,
      `charge ${id.slice(-6)}`,
      { id: fact, effect: { kind: "expense" } },
      fleet.charge(known.input).then((verdict) => {
        if (!isAlive(peer, fleet)) return ended();
        known.answered++;
        if (verdict.id !== id) {
          this.#context.violations.push(
            `${peer.name} answers ${id} with ${verdict.id}`,
          );
        }
        if (!verdict.accepted) return refused(verdict.reason);
        known.accepted++;
        return { ok: true };
      }),
    );
  }

  // Amounts that are not known yet

  #hold(turn: Turn): void {
    const { chance, peer, fleet } = turn;
    const known = this.#open(turn, true);
    const expiresInMs = chance.pick(HOLD_MS);
    this.#caller.watch(
      peer,
      `hold ${known.input.id.slice(-6)}`,
      fleet.hold({ ...known.input, expiresInMs }),
      ({ accepted, reason }) => {
        this.#context.note(`${peer.name} hold: ${reason ?? "ok"}`);
        if (accepted) known.heldBy = peer;
      },
    );
  }

  #endHold(turn: Turn): void {
    const { chance, peer, fleet } = turn;
    const held = this.#book.purchases.filter(({ heldBy }) =>
      heldBy?.peer === peer.peer
    );
    if (held.length === 0) return this.#hold(turn);
    const known = chance.pick(held);
    const { id, amount: most } = known.input;
    if (chance.oneIn(4)) {
      return this.#caller.watch(
        peer,
        `release ${id.slice(-6)}`,
        fleet.release({ id }),
        (result) => {
          this.#context.note(
            `${peer.name} release: ${result.ok ? "ok" : result.error.code}`,
          );
        },
      );
    }
    const [before] = known.amounts;
    const fuller = chance.oneIn(8) ? 7 : 0;
    const amount = chance.oneIn(2) && before !== undefined
      ? before
      : 1 + chance.below(most + fuller);
    this.#capture(turn, known, amount);
  }

  #capture({ peer, fleet }: Turn, known: KnownPurchase, amount: number): void {
    known.asked++;
    known.amounts.add(amount);
    const { id } = known.input;
    this.#caller.follow(
      peer,
      `capture ${id.slice(-6)}`,
      { id: expenseId(id), effect: { kind: "expense" } },
      fleet.capture({ id, amount }).then((result) => {
        if (!isAlive(peer, fleet)) return ended();
        known.answered++;
        if (!result.ok) return result;
        if (!result.value.accepted) return refused(result.value.reason);
        known.accepted++;
        return result;
      }),
    );
  }

  // Verdicts that did not reach their card

  #keep(turn: Turn): void {
    const { chance, peer, fleet } = turn;
    const { site } = peer;
    const { copied } = this.#context.suspects;
    const known = this.#book.purchases.filter(({ input, answered, keptBy }) =>
      input.place.site === site && answered > 0 &&
      (keptBy === undefined || (keptBy === peer.name && !copied.has(peer.peer)))
    );
    if (known.length === 0 || site === null) return this.#buy(turn);
    const one = chance.pick(known);
    const { id: purchase, company, card } = one.input;
    one.keptBy = peer.name;
    this.#book.keep(purchase, site);
    this.#followFact(
      peer,
      `keep ${purchase.slice(-6)}`,
      resultId(purchase),
      fleet.keepResult({
        purchase,
        company,
        card,
        success: one.accepted > 0,
      }).then(done),
    );
  }

  #deliver({ chance, peer, fleet }: Turn): void {
    const { site } = peer;
    if (site === null) return;
    const card = chance.pick(CARDS);
    const waitMs = chance.pick(WAITS_MS);
    const arrives = !chance.oneIn(3);
    this.#caller.watch(
      peer,
      `take for ${card}`,
      fleet.takeResult({ card, waitMs }),
      (lease) => {
        if (lease !== undefined) this.#hand(peer, lease, { site, arrives });
      },
    );
  }

  /** The card gets the verdict, or is gone again. */
  #hand(
    peer: SimulatedPeer,
    lease: ResultLease,
    { site, arrives }: { readonly site: SiteCode; readonly arrives: boolean },
  ): void {
    const { note, violations, suspects, mesh } = this.#context;
    const { purchase } = lease;
    const known = this.#book.results.get(purchase);
    note(`${peer.name} gives ${purchase.slice(-6)}: ${arrives}`);
    if (known === undefined || known.site !== site) {
      violations.push(`${peer.name} gives ${purchase}, which nobody kept`);
      return;
    }
    if (arrives) known.received++;
    const ofSite = mesh.peers.filter((one) => one.site === site);
    const isSure = ofSite.every((one) => !suspects.cloned.has(one.peer));
    if (known.received > 1 && isSure) {
      violations.push(`${peer.name} gives ${purchase} a second time`);
    }
    this.#caller.watch(
      peer,
      `${arrives ? "delivered" : "not delivered"} ${purchase.slice(-6)}`,
      arrives ? lease.delivered() : lease.failed(),
      () => {},
    );
  }

  // Who keeps the accounts

  #confirm(turn: Turn): void {
    const { chance, peer, fleet } = turn;
    // The next transaction may have left the store closed already.
    if (peer.node?.replica.problem !== undefined) return;
    const { items } = fleet.unconfirmed({ limit: 5 });
    if (items.length === 0) return this.#buy(turn);
    const { id } = chance.pick(items).expense;
    this.#followFact(
      peer,
      `confirm ${id.slice(-6)}`,
      confirmationId(id),
      fleet.confirm(id).then(done),
    );
  }

  #manage(turn: Turn): void {
    const { chance, peer, fleet } = turn;
    const kind = chance.below(16);
    const company = COMPANY;
    const id = this.#caller.newId();
    const change = { id, company };
    const card = chance.pick(CARDS.slice(0, -1));
    const limit = chance.below(chance.pick([50, 400, 1500]));
    const amount = 1 + chance.below(chance.pick([100, 1000]));
    if (kind < 3) this.#deposit(turn, id, amount);
    else if (kind < 5) {
      const answer = fleet.registerCard({ ...change, card, limit });
      this.#followFact(peer, `card ${card}`, id, answer);
    } else if (kind < 8) {
      const answer = fleet.setLimit({ ...change, card, limit });
      this.#followFact(peer, `limit of ${card}: ${limit}`, id, answer);
    } else if (kind < 9) {
      const answer = fleet.setFloor({ ...change, amount: limit });
      this.#followFact(peer, `floor ${limit}`, id, answer);
    } else if (kind < 10) {
      const month = new Date(this.#context.mesh.clock.now()).toISOString()
        .slice(0, 7);
      const answer = fleet.settle({ ...change, month });
      this.#followFact(peer, `settle ${month}`, id, answer);
    } else if (kind < 14) this.#feed.read(chance, peer, fleet);
    else this.#buy(turn);
  }

  #deposit({ peer, fleet }: Turn, id: FactId, amount: number): void {
    this.#book.offered += amount;
    this.#followFact(
      peer,
      `deposit ${amount}`,
      id,
      fleet.deposit({ id, company: COMPANY, amount }).then((result) => {
        if (result.ok && isAlive(peer, fleet)) this.#book.deposited += amount;
        return result;
      }),
    );
  }

  #followFact(
    peer: SimulatedPeer,
    text: string,
    id: ModelFact["id"],
    answer: Parameters<BranchCaller["follow"]>[3],
  ): void {
    const fact = { id, effect: { kind: "fleet" as const } };
    this.#caller.follow(peer, text, fact, answer);
  }
}

/** Whether the process that was asked lives: what a dead one says nobody hears. */
function isAlive({ node }: SimulatedPeer, fleet: Fleet): boolean {
  return node?.useCases.fleet === fleet;
}

function done(): { readonly ok: true } {
  return { ok: true };
}

function refused(code: string | null) {
  return { ok: false, error: { code } };
}

function ended() {
  return refused("process_ended");
}
