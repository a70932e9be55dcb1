/**
 * Links of regional offices to the company's port, whoever opened them: expenses in, verdicts out.
 *
 * @module
 */
import { type FactId, TEXT_LENGTH_MAX } from "../../crdt/mod.ts";
import {
  confirmationKey,
  encodeFleetHandshake,
  encodeFleetMessage,
  type FleetExpense,
  type FrameLink,
  type FrameLinkEnd,
  type FrameLinkReader,
  parseFleetMessage,
  type PumpExpense,
} from "../../net/mod.ts";
import { cardOf, companyOf, pumpOfAddress } from "../fleet/fleet_places.ts";
import type {
  ExpenseView,
  FleetUseCases,
  PurchaseInput,
  UnconfirmedView,
} from "../fleet/fleet_use_cases.ts";
import type { RegionalLink, VerdictOutbox } from "../fleet/verdict_outbox.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";

/** Most purchases of one link that are decided at once; then nothing more is read from it. */
export const LINK_PURCHASES_MAX = 256;
/** Bytes that may wait behind a handshake, before the office listens. */
const HELD_BYTES_MAX = 256 * 1024;

/** What links work with. */
export interface RegionalLinksParts {
  /** The node's use-cases. */
  readonly fleet: Pick<FleetUseCases, "charge" | "expense">;
  /** Where verdicts go. */
  readonly outbox: VerdictOutbox;
  /** Draws the id of a purchase: each frame is one (C-22). */
  readonly newId: () => FactId;
  /** Counts what is ignored. */
  readonly drops: DropCounts;
  /** Is told of failures. */
  readonly failed: (error: unknown) => void;
}

/** Links of regional offices. */
export interface RegionalLinks {
  /**
   * Takes a link over.
   *
   * @param link The connection, behind its handshake.
   * @param regional The office's id.
   * @param pauseMs How long it must not be sent anything.
   * @returns What is told of its frames.
   */
  take(
    link: FrameLink,
    regional: string,
    pauseMs: number,
  ): Omit<FrameLinkReader, "handshake"> & {
    /** The pause is over. */
    ready(): void;
  };
  /** Resolves once no purchase is being decided. */
  settled(): Promise<void>;
}

/**
 * The original's key of a verdict.
 *
 * @param verdict The verdict.
 * @returns The text under which the original keeps it.
 */
export function verdictKey({ expense, route }: UnconfirmedView): string {
  return confirmationKey(route.pumpAddress, expenseOf(expense));
}

function expenseOf(
  { company, card, amount, date }: ExpenseView,
): FleetExpense {
  return {
    company: Number(company),
    card: Number(card),
    total: amount,
    date,
  };
}

/**
 * Makes the links of a port.
 *
 * @param parts What they work with.
 * @returns The links.
 */
export function createRegionalLinks(parts: RegionalLinksParts): RegionalLinks {
  const working = new Set<Promise<void>>();
  return {
    take(link, regional, pauseMs) {
      const office = new Office(link, regional, { ...parts, working });
      if (pauseMs === 0) office.ready();
      return office;
    },
    async settled() {
      await Promise.all(working);
    },
  };
}

/** Whether a fact can hold a text. */
function isStorable(text: string): boolean {
  return text.length <= TEXT_LENGTH_MAX && text.isWellFormed() &&
    !text.includes("\u0000");
}

class Office implements RegionalLink {
  readonly regional: string;
  readonly #link: FrameLink;
  readonly #parts: RegionalLinksParts & {
    readonly working: Set<Promise<void>>;
  };
  /** What waits until the office listens; undefined once it does. */
  #held: Uint8Array[] | undefined = [];
  #heldBytes = 0;
  #deciding = 0;
  #room: (() => void) | undefined;
  #isOver = false;

  constructor(
    link: FrameLink,
    regional: string,
    parts: RegionalLinksParts & { readonly working: Set<Promise<void>> },
  ) {
    this.#link = link;
    this.regional = regional;
    this.#parts = parts;
  }

  get pendingBytes(): number {
    return this.#heldBytes + this.#link.pendingBytes;
  }

  ready(): void {
    if (this.#isOver || this.#held === undefined) return;
    const held = this.#held;
    this.#held = undefined;
    this.#heldBytes = 0;
    for (const bytes of held) this.#link.send(bytes);
    this.#parts.outbox.opened(this);
  }

  send({ expense, route }: UnconfirmedView): boolean {
    const { pumpAddress, station } = route;
    const { accepted } = expense;
    return this.#answer({
      ...{ pumpAddress, station, accepted },
      expense: expenseOf(expense),
    });
  }

  frame(
    frame: Parameters<FrameLinkReader["frame"]>[0],
  ): void | Promise<void> {
    const { drops, outbox } = this.#parts;
    // Offices re-send whatever they could not send as opcode 4 (C-45).
    const reading = parseFleetMessage(frame, { expenseByTag: true });
    if (reading.kind !== "message") return drops.add(reading.kind);
    const { message } = reading;
    switch (message.kind) {
      case "expense":
        return this.#charge(message);
      case "acknowledgement": {
        const { pumpAddress, expense } = message;
        const company = companyOf(expense.company);
        const key = confirmationKey(pumpAddress, expense);
        return outbox.acknowledged(key, this, company);
      }
      case "stationHere":
        return outbox.stationHere(message.station, message.regional, this);
      default:
        return drops.add("foreign");
    }
  }

  closed(why: FrameLinkEnd): void {
    this.#isOver = true;
    this.#held = undefined;
    if (why === "oversize" || why === "stuck" || why === "late") {
      this.#parts.drops.add(why);
    }
    this.#parts.outbox.closed(this);
  }

  #answer(
    verdict: Pick<PumpExpense, "pumpAddress" | "station" | "expense"> & {
      readonly accepted: boolean;
    },
  ): boolean {
    const bytes = encodeFleetMessage({ ...verdict, kind: "verdict" });
    if (this.#held === undefined) return this.#link.send(bytes);
    if (this.#heldBytes + bytes.length > HELD_BYTES_MAX) return false;
    this.#heldBytes += bytes.length;
    this.#held.push(bytes);
    return true;
  }

  #charge(message: PumpExpense): void | Promise<void> {
    const { working, failed } = this.#parts;
    const work = this.#decide(message).catch(failed).finally(() => {
      this.#deciding--;
      working.delete(work);
      this.#room?.();
    });
    this.#deciding++;
    working.add(work);
    if (this.#deciding < LINK_PURCHASES_MAX) return;
    return new Promise((resolve) => this.#room = resolve);
  }

  async #decide(message: PumpExpense): Promise<void> {
    const { fleet, outbox, newId } = this.#parts;
    const { pumpAddress, station, expense } = message;
    const { company, card, total, date } = expense;
    const texts = [pumpAddress, station, this.regional];
    // No original program says such things: no fact could hold them.
    if (!texts.every(isStorable) || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
      this.#answer({ ...message, accepted: false });
      return;
    }
    const id = newId();
    const input: PurchaseInput = {
      id,
      company: companyOf(company),
      card: cardOf(card),
      amount: total,
      date,
      place: {
        ...{ site: null, province: null, station: null, pump: null },
        ...pumpOfAddress(pumpAddress),
      },
      route: { pumpAddress, station, regional: this.regional },
      source: "company",
      keepRefusal: true,
    };
    outbox.deciding(id);
    try {
      const { accepted } = await fleet.charge(input);
      const stored = fleet.expense(id);
      if (stored?.route) {
        return outbox.decided({ expense: stored, route: stored.route }, this);
      }
      // Of what is not stored nothing is confirmed: it is answered once, as the original does for a company unknown to it.
      this.#answer({ ...message, accepted });
    } finally {
      outbox.undecided(id);
    }
  }
}

/**
 * The line with which a company introduces itself to a regional office.
 *
 * @param port The company's port.
 * @returns The line.
 */
export function companyHandshake(port: number): Uint8Array {
  return encodeFleetHandshake({ kind: "company", name: `127.0.0.1:${port}` });
}
