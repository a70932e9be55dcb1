/**
 * What goes on in the scenario `branch-sync`: installed branches send to the mesh, and its own branches keep tills.
 *
 * @module
 */
import type { Clock } from "../../../crdt/mod.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import { Chance } from "../chance.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import type { Beside, SimulatedPeer } from "../scenario_peers.ts";
import type { SideTrade } from "../trade.ts";
import type { BranchCaller } from "./branch_caller.ts";
import { CentralLink } from "./central_link.ts";
import { OriginalBranches } from "./original_branches.ts";
import { findUntold, tellAll } from "./pushed_oracle.ts";
import { ReceivedOracle } from "./received_oracle.ts";
import { closeAll, findWrongTills } from "./till_oracle.ts";
import { TillTrade } from "./till_trade.ts";

/** One in so many operations is one of the trade in goods. */
const GOODS_ONE_IN = 2;
/** One in so many operations changes the central's line. */
const WEATHER_ONE_IN = 25;
/** One in so many is a person who has the central told. */
const PUSH_ONE_IN = 12;
/** One in so many operations is one at a till. */
const TILL_ONE_IN = 2;
/** The part of a scenario that draws for the central's line. */
const CENTRAL_PART = 1_000_004;

/** The trade of a scenario with the older software. */
export class BranchTrade implements SideTrade {
  readonly #context: ScenarioContext;
  readonly #received: ReceivedOracle;
  readonly #originals: OriginalBranches;
  readonly #central: CentralLink;
  readonly #caller: BranchCaller;
  readonly #tills: TillTrade;

  /**
   * Makes one with branches that have sold nothing.
   *
   * @param context The scenario.
   * @param caller What its callers lend.
   */
  constructor(context: ScenarioContext, caller: BranchCaller) {
    this.#context = context;
    this.#caller = caller;
    this.#tills = new TillTrade(caller);
    this.#central = new CentralLink(new Chance(context.seed, CENTRAL_PART));
    const received = this.#received = new ReceivedOracle(context);
    this.#originals = new OriginalBranches(
      context,
      caller.watch,
      (peer, message, reception) =>
        received.acknowledged(
          peer,
          message,
          reception,
          (fact) => caller.check(peer, fact),
        ),
    );
    for (const { site } of this.#originals.branches) {
      context.model.unknownSites.add(site);
    }
  }

  /**
   * Does something.
   *
   * @param chance Draws what.
   * @param peer Where, if it is done at a peer.
   * @param useCases The peer's.
   * @returns False if goods are traded instead.
   */
  operate(chance: Chance, peer: SimulatedPeer, useCases: UseCases): boolean {
    if (chance.oneIn(GOODS_ONE_IN)) return false;
    if (chance.oneIn(WEATHER_ONE_IN)) {
      this.#context.note(`the central's line is ${this.#central.turn(chance)}`);
    } else if (chance.oneIn(PUSH_ONE_IN)) this.#push(peer);
    else if (chance.oneIn(TILL_ONE_IN)) {
      this.#tills.operate(chance, peer, useCases);
    } else this.#originals.operate(chance);
    return true;
  }

  #push(peer: SimulatedPeer): void {
    const { note } = this.#context;
    const pusher = this.#central.pushers.get(peer);
    if (pusher === undefined || peer.node === undefined) return;
    this.#caller.watch(peer, "push", pusher.push(), (result) => {
      note(
        `${peer.name} push: ${
          result.ok ? result.value.message : result.error.message
        }`,
      );
    });
  }

  /** What tells the installed central beside a node. */
  beside(peer: SimulatedPeer, clock: Clock): Beside | undefined {
    return this.#central.beside(peer, clock, this.#context.seed);
  }

  /** Everything that waits for good times is done now. */
  async settle(): Promise<void> {
    const [office] = this.#context.mesh.peers;
    if (office !== undefined) await this.#originals.settle(office);
  }

  /** Waits until the installed central is told of everything, and closes all days; all peers are equal. */
  async tellAll(): Promise<string[]> {
    const [office] = this.#context.mesh.peers;
    if (office !== undefined) await closeAll(this.#context, office);
    return await tellAll(this.#context, this.#central);
  }

  /** What is wrong once all peers are equal. */
  findWrong(office: SimulatedPeer): string[] {
    return [
      ...this.#received.findWrong(office, this.#originals),
      ...findUntold(this.#context, this.#central, office),
      ...findWrongTills(this.#context, office),
    ];
  }
}
