/**
 * A station's pumps over real sockets, with an authority that a test answers for and time that a test moves.
 *
 * @module
 */
import { fixedFactId, type SiteCode } from "../../crdt/mod.ts";
import { encodeFleetMessage, type TcpListener } from "../../net/mod.ts";
import { listenForCards } from "../../nodes/adapters/fleet_card.ts";
import { CardClient } from "../../nodes/adapters/fleet_card_client.ts";
import { CardDesk } from "../../nodes/fleet/card_desk.ts";
import type {
  PurchaseInput,
  PurchaseReason,
  PurchaseVerdict,
} from "../../nodes/fleet/fleet_use_cases.ts";
import { createMemoryResults, type MemoryResults } from "./memory_results.ts";
import { createVirtualClock, type VirtualClock } from "./virtual_clock.ts";

/** When a rig starts: 2026-02-03, 12:00 UTC. */
export const RIG_START_MS = Date.UTC(2026, 1, 3, 12);

/** A purchase that waits for its verdict. */
export interface AskedPurchase {
  /** What was asked. */
  readonly input: PurchaseInput;
  /** Decides it; a refusal for another reason than the limit names it. */
  decide(accepted: boolean, reason?: PurchaseReason): void;
  /** Fails, as a node does whose disk refuses. */
  fail(): void;
}

/** A station's pumps. */
export interface CardRig extends AsyncDisposable {
  /** Time. */
  readonly clock: VirtualClock;
  /** What is kept. */
  readonly results: MemoryResults;
  /** What was asked of the authority. */
  readonly asked: readonly AskedPurchase[];
  /** The pumps. */
  readonly desk: CardDesk;
  /** Their listeners. */
  readonly pumps: readonly TcpListener[];
  /** The first pump's port. */
  readonly port: number;
  /** A card of the installed kind. */
  readonly card: CardClient;
  /** Log lines. */
  readonly lines: readonly string[];
}

/**
 * Starts a station.
 *
 * @param options How many pumps it has, and an answer for every purchase at once.
 * @returns The station.
 */
export function createCardRig(
  { pumps: count = 1, decide, results = createMemoryResults() }: {
    readonly pumps?: number;
    readonly decide?: (input: PurchaseInput) => boolean;
    readonly results?: MemoryResults;
  } = {},
): CardRig {
  const clock = createVirtualClock(RIG_START_MS);
  const asked: AskedPurchase[] = [];
  const lines: string[] = [];
  const logger = {
    log: (level: string, message: string) =>
      void lines.push(`${level} ${message}`),
  };
  const desk = new CardDesk({
    authority: {
      charge(input) {
        const { promise, resolve, reject } = Promise.withResolvers<
          PurchaseVerdict
        >();
        const id = fixedFactId(["card", `${asked.length}`]);
        const settle = (
          accepted: boolean,
          reason: PurchaseReason = "limit_insufficient",
        ) =>
          resolve({
            ...{ id, accepted, repeated: false },
            reason: accepted ? null : reason,
          });
        asked.push({
          input,
          decide: settle,
          fail: () => reject(new Error("the disk is gone")),
        });
        if (decide !== undefined) settle(decide(input));
        return promise;
      },
    },
    ...{ results, clock, logger },
    site: "E05" as SiteCode,
    station: { province: 3, station: 5 },
    price: 1_606,
  });
  const pumps = Array.from(
    { length: count },
    () => listenForCards(desk, { hostname: "127.0.0.1", port: 0, logger }),
  );
  const ports = pumps.map(({ port }) => port);
  return {
    ...{ clock, results, asked, desk, pumps, lines },
    port: ports[0] ?? 0,
    card: new CardClient({ host: "127.0.0.1", ports }),
    async [Symbol.asyncDispose]() {
      for (const it of asked) it.decide(false);
      await desk.stop();
      await Promise.all(pumps.map((pump) => pump.stop()));
    },
  };
}

/**
 * The frame with which a card asks for fuel.
 *
 * @param liters Whole liters.
 * @param card The card.
 * @returns Of company 42.
 */
export function fuelFrame(liters = 10, card = 7): Uint8Array {
  return encodeFleetMessage({
    kind: "fuelRequest",
    ...{ company: 42, card, liters, cardAddress: `127.0.0.1:${40_000 + card}` },
  });
}

/**
 * The frame with which a card asks for a verdict that it did not get.
 *
 * @param card The card.
 * @returns The frame.
 */
export function queryFrame(card = 7): Uint8Array {
  return encodeFleetMessage({ kind: "pendingQuery", card });
}
