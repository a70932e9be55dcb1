/**
 * An installed central behind a bad line, and the nodes of the mesh that tell it of their sales: requests that are lost
 * on the way there or back, a central that ends between its commit and its answer, that answers nonsense, redirects, or
 * never answers.
 *
 * @module
 */
import { type Clock, createSeededRandom } from "../../../crdt/mod.ts";
import { nextNightly } from "../../../nodes/adapters/nightly.ts";
import { branchSyncDefaults } from "../../../nodes/branch_sync/branch_sync_settings.ts";
import { createPusher, type Pusher } from "../../../nodes/branch_sync/push.ts";
import type { PushConflict } from "../../../nodes/branch_sync/push_batch.ts";
import type { PushAnswer } from "../../../nodes/branch_sync/push_answer.ts";
import type { CentralPushPort } from "../../../nodes/branch_sync/push_target.ts";
import {
  createOriginalCentral,
  type OriginalAnswer,
  type OriginalCentralModel,
} from "../../support/original_central_model.ts";
import type { Chance } from "../chance.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** The central's address. */
export const CENTRAL_URL = "http://192.168.1.10:3000";
const TIMEZONE = "America/Lima";
/** After so long nobody waits for an answer. */
const DEADLINE_MS = 15_000;

type Weather = "fine" | "bad" | "gone";

const NONSENSE: readonly OriginalAnswer[] = [
  { status: 200, type: "text/html", body: "<html>" },
  { status: 200, type: "application/json", body: '{"success":false}' },
  { status: 302, type: "text/html", body: "" },
  { status: 503, type: "application/json", body: '{"success":false}' },
  { status: 200, type: "application/json", body: "7" },
];

/** The central, and who tells it. */
export class CentralLink {
  /** The central. */
  readonly model: OriginalCentralModel = createOriginalCentral();
  /** What pushers reported to people. */
  readonly conflicts: PushConflict[] = [];
  /** What tells the central at each peer that is up. */
  readonly pushers = new Map<SimulatedPeer, Pusher>();
  readonly #chance: Chance;
  /** Requests that came to the line. */
  requests = 0;
  #weather: Weather;

  /** Makes one whose line decides by a chance of its own. */
  constructor(chance: Chance) {
    this.#chance = chance;
    this.#weather = chance.pick(["fine", "bad", "bad"]);
  }

  /** The line changes. */
  turn(chance: Chance): string {
    this.#weather = chance.pick(["fine", "bad", "bad", "gone"]);
    // A person starts it again now and then.
    if (chance.oneIn(3)) this.model.restart();
    return this.#weather;
  }

  /** From now on everything arrives. */
  settle(): void {
    this.#weather = "fine";
    this.model.restart();
  }

  /**
   * Makes what tells the central beside a node of a site.
   *
   * @param peer The node's peer, which is up.
   * @param clock Its clock.
   * @param seed Its chance.
   */
  beside(peer: SimulatedPeer, clock: Clock, seed: number): Pusher | undefined {
    const { node, site } = peer;
    if (node === undefined || site === null || peer.apart) return undefined;
    const pusher = createPusher({
      replica: node.replica,
      clock,
      random: createSeededRandom(seed),
      logger: { log: () => {} },
      site,
      timezone: TIMEZONE,
      settings: {
        ...branchSyncDefaults(["branch"]),
        schedule: { at: "23:00", everyMinutes: 1 },
      },
      centrals: [{
        url: CENTRAL_URL,
        port: this.#port(
          clock,
          () => peer.node === node && !peer.disk.isHalted,
        ),
      }],
      nextRun: nextNightly,
      report: (_, conflict) => void this.conflicts.push(conflict),
      incident: () => {},
    });
    this.pushers.set(peer, pusher);
    return pusher;
  }

  #port(clock: Clock, lives: () => boolean): CentralPushPort {
    const exchange = (work: () => OriginalAnswer | null) =>
      this.#exchange(clock, { work, lives });
    return {
      post: (body) =>
        exchange(() => this.model.receive(new TextEncoder().encode(body))),
      readSale: (receipt) => exchange(() => this.model.sale(receipt)),
    };
  }

  async #exchange(
    clock: Clock,
    { work, lives }: {
      readonly work: () => OriginalAnswer | null;
      readonly lives: () => boolean;
    },
  ): Promise<PushAnswer> {
    const chance = this.#chance;
    const after = (ms: number) =>
      new Promise<void>((resolve) => void clock.timer(ms, resolve));
    const lost = { kind: "failed", reason: "sin respuesta" } as const;
    this.requests++;
    await after(chance.pick([0, 1, 3, 40]));
    const isBad = this.#weather === "bad";
    // What a dead machine was about to send is not sent.
    if (this.#weather === "gone" || !lives()) return lost;
    if (isBad && chance.oneIn(6)) return lost;
    if (isBad && chance.oneIn(5)) {
      const { status, body } = chance.pick(NONSENSE);
      return { kind: "answered", status, body };
    }
    const said = work();
    await after(said === null ? DEADLINE_MS : chance.pick([0, 1, 5, 200]));
    // It was committed, and the answer was lost.
    if (said === null || (isBad && chance.oneIn(4))) return lost;
    return { kind: "answered", status: said.status, body: said.body };
  }
}
