/**
 * Verdicts on their way to original regional offices: each is sent once, then again until the office confirms it. What is
 * to be sent stands in the node's facts, also what another node decided before it died; this remembers only what was sent
 * lately and over which link. No sockets here.
 *
 * @module
 */
import type { Clock, FactId, Timer } from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import type { FleetUseCases, UnconfirmedView } from "./fleet_use_cases.ts";

/** How verdicts are repeated. */
export interface OutboxTimings {
  /** A verdict is sent again after so long without a confirmation, and a station's announcement does not hurry it. */
  readonly retryMs: number;
  /** The pause doubles up to this. */
  readonly retryMsMax: number;
  /** How often what waits is looked through. */
  readonly sweepMs: number;
}

/** Five seconds as the original, then growing pauses to a minute. */
export const OUTBOX_TIMINGS: OutboxTimings = {
  retryMs: 5_000,
  retryMsMax: 60_000,
  sweepMs: 1_000,
};

/** Most verdicts that are on their way at once; more wait where they are stored. */
export const VERDICTS_SENT_MAX = 65_536;
/** Bytes that wait on one link, beyond which it is given nothing more. */
export const LINK_BYTES_MAX = 256 * 1024;
/** Rows that are read at once. */
const PAGE_ROWS = 200;
/** Most rows that are looked at for a confirmation of a verdict that another node sent. */
const LOOKED_AT_MAX = 10_000;
/** A look through all takes at most one part in so many of the time. */
const SWEEP_SHARE = 10;

/** A link to a regional office. */
export interface RegionalLink {
  /** The office's id, as it named itself or as its port says. */
  readonly regional: string;
  /** Bytes that wait to be written. */
  readonly pendingBytes: number;
  /** Sends a verdict in one piece. */
  send(verdict: UnconfirmedView): boolean;
}

/** What the outbox works with. */
export interface OutboxParts {
  /** Time. */
  readonly clock: Clock;
  /** Where verdicts that are not confirmed stand. */
  readonly fleet: Pick<FleetUseCases, "unconfirmed" | "confirm">;
  /** The original's key of a verdict: two equal purchases of a day share it. */
  readonly keyOf: (verdict: UnconfirmedView) => string;
  /** Is told of failures. */
  readonly failed: (error: unknown) => void;
  /** How verdicts are repeated. */
  readonly timings?: OutboxTimings;
}

/** A verdict that was sent. */
interface Sent {
  readonly id: FactId;
  readonly key: string;
  /** The office that it was sent to last: a station may have moved. */
  regional: string;
  link: RegionalLink;
  at: number;
  /** How often over this link. */
  times: number;
  /** The last look through all that found it. */
  seen: number;
  state: "sent" | "confirming" | "confirm_failed";
}

/** A station has dialed an office. */
interface Announcement {
  readonly link: RegionalLink;
  readonly regional: string;
  /** The look through all that is the first to know of it. */
  readonly sweep: number;
}

/** Sends verdicts until they are confirmed. */
export class VerdictOutbox {
  readonly #parts: OutboxParts;
  readonly #timings: OutboxTimings;
  /** Open links by the office's id, the newest last. */
  readonly #links = new Map<string, RegionalLink[]>();
  readonly #sent = new Map<FactId, Sent>();
  readonly #byKey = new Map<string, Sent[]>();
  /** Purchases that are being decided: whoever decides sends first. */
  readonly #deciding = new Set<FactId>();
  readonly #announced = new Map<string, Announcement>();
  readonly #work = new Set<Promise<void>>();
  #sweep = 0;
  #sweeping = false;
  #again = false;
  #timer: Timer | undefined;
  #stopped = true;

  /** @param parts What it works with. */
  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#timings = parts.timings ?? OUTBOX_TIMINGS;
  }

  /** Begins to look through what waits. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.look();
  }

  /** Sends nothing more, and waits for confirmations that are being stored. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await Promise.all(this.#work);
  }

  /** Verdicts that were sent and are not confirmed. */
  get waiting(): number {
    return this.#sent.size;
  }

  /** Whether an office has an open link. */
  isLinked(regional: string): boolean {
    return (this.#links.get(regional)?.length ?? 0) > 0;
  }

  /** A link has opened and may be sent to: it is the newest of its office. */
  opened(link: RegionalLink): void {
    const links = this.#links.get(link.regional) ?? [];
    this.#links.set(link.regional, [...links, link]);
    this.look();
  }

  /** A link is over. */
  closed(link: RegionalLink): void {
    const links = this.#links.get(link.regional) ?? [];
    const open = links.filter((it) => it !== link);
    if (open.length > 0) this.#links.set(link.regional, open);
    else this.#links.delete(link.regional);
  }

  /** A purchase is being decided: until `decided` or `undecided` nobody else sends its verdict. */
  deciding(id: FactId): void {
    this.#deciding.add(id);
  }

  /** It came to nothing that is stored. */
  undecided(id: FactId): void {
    this.#deciding.delete(id);
  }

  /**
   * A purchase was decided, durably.
   *
   * @param verdict The verdict.
   * @param link The link that brought the purchase: the verdict goes back on it while it is open.
   */
  decided(verdict: UnconfirmedView, link: RegionalLink): void {
    this.#deciding.delete(verdict.expense.id);
    const open = this.#links.get(link.regional)?.includes(link) ?? false;
    const target = open ? link : this.#newest(verdict.route.regional);
    if (target !== undefined) this.#send(verdict, target);
  }

  /**
   * An office has a verdict.
   *
   * @param key The original's key of it.
   * @param link The link that says so.
   * @param company Who pays.
   */
  acknowledged(
    key: string,
    link: RegionalLink,
    company: UnconfirmedView["expense"]["company"],
  ): void {
    // The first of equal purchases is confirmed first, of those that this link was sent before others.
    const sent = (this.#byKey.get(key) ?? []).filter(({ state }) =>
      state === "sent"
    );
    const first = sent.find((it) => it.link === link) ??
      sent.find((it) => it.regional === link.regional) ?? sent[0];
    if (first !== undefined) return this.#confirm(first);
    this.#track(this.#confirmStored(key, link, company));
  }

  /**
   * A station has dialed an office: what waits for it goes there.
   *
   * @param station The station's text.
   * @param regional The office.
   * @param link The link that says so.
   */
  stationHere(station: string, regional: string, link: RegionalLink): void {
    if (!this.#announced.has(station) && this.#announced.size >= PAGE_ROWS) {
      const [oldest] = this.#announced.keys();
      this.#announced.delete(oldest ?? "");
    }
    this.#announced.set(station, { link, regional, sweep: this.#sweep + 1 });
    this.look();
  }

  /** Looks through all that waits, soon. */
  look(): void {
    if (this.#stopped) return;
    if (this.#sweeping) {
      this.#again = true;
      return;
    }
    this.#timer?.cancel();
    this.#sweeping = true;
    this.#track(this.#sweepAll());
  }

  async #sweepAll(): Promise<void> {
    const { clock, failed } = this.#parts;
    const sweep = ++this.#sweep;
    const startedAt = clock.monotonic();
    this.#again = false;
    let kept = false;
    try {
      for await (const page of this.#stored()) {
        if (this.#stopped) break;
        for (const verdict of page) {
          kept = !this.#consider(verdict, sweep) || kept;
        }
      }
      this.#forgetOthers(sweep, startedAt);
      if (!kept) this.#forgetAnnouncements(sweep);
    } catch (error) {
      failed(error);
    }
    this.#sweeping = false;
    if (this.#stopped) return;
    const tookMs = clock.monotonic() - startedAt;
    const { sweepMs } = this.#timings;
    const waitMs = this.#again ? 0 : Math.max(sweepMs, SWEEP_SHARE * tookMs);
    this.#timer = clock.timer(waitMs, () => this.look());
  }

  /**
   * Sends a verdict if it is its time.
   *
   * @returns False if its station was announced and the link has too much to do now.
   */
  #consider(verdict: UnconfirmedView, sweep: number): boolean {
    const { id } = verdict.expense;
    const sent = this.#sent.get(id);
    if (sent !== undefined) sent.seen = sweep;
    if (sent?.state === "confirm_failed") this.#confirm(sent);
    if (this.#deciding.has(id) || sent?.state === "confirming") return true;
    const { regional, station } = verdict.route;
    const last = sent?.regional ?? regional;
    const here = this.#announced.get(station);
    if (
      here !== undefined && here.sweep <= sweep &&
      (here.regional === last || !this.isLinked(last))
    ) {
      const link = this.#isOpen(here.link)
        ? here.link
        : this.#newest(here.regional);
      // What was just sent there is on its way: a second copy would be fuel for free.
      const isFresh = sent !== undefined && sent.link === link &&
        this.#age(sent) < this.#retryMs(0);
      return isFresh || link === undefined ||
        this.#send(verdict, link, here.regional);
    }
    const link = this.#newest(last);
    if (link === undefined) return true;
    const times = sent?.link === link ? sent.times - 1 : 0;
    if (sent === undefined || this.#age(sent) >= this.#retryMs(times)) {
      this.#send(verdict, link, last);
    }
    return true;
  }

  #age(sent: Sent): number {
    return this.#parts.clock.monotonic() - sent.at;
  }

  #retryMs(times: number): number {
    const { retryMs, retryMsMax } = this.#timings;
    return Math.min(retryMsMax, retryMs * 2 ** times);
  }

  #isOpen(link: RegionalLink): boolean {
    return this.#links.get(link.regional)?.includes(link) ?? false;
  }

  #newest(regional: string): RegionalLink | undefined {
    return this.#links.get(regional)?.at(-1);
  }

  #send(
    verdict: UnconfirmedView,
    link: RegionalLink,
    regional: string = verdict.route.regional,
  ): boolean {
    const { id } = verdict.expense;
    const sent = this.#sent.get(id);
    if (sent === undefined && this.#sent.size >= VERDICTS_SENT_MAX) {
      return false;
    }
    if (link.pendingBytes > LINK_BYTES_MAX || !link.send(verdict)) return false;
    const at = this.#parts.clock.monotonic();
    if (sent !== undefined) {
      sent.times = sent.link === link ? sent.times + 1 : 1;
      Object.assign(sent, { link, regional, at });
    } else this.#remember(verdict, { link, regional, at, state: "sent" });
    return true;
  }

  #remember(
    verdict: UnconfirmedView,
    of: Pick<Sent, "link" | "regional" | "at" | "state">,
  ): Sent {
    const key = this.#parts.keyOf(verdict);
    const { id } = verdict.expense;
    const sent: Sent = { id, key, times: 1, seen: this.#sweep, ...of };
    this.#sent.set(id, sent);
    this.#byKey.set(key, [...this.#byKey.get(key) ?? [], sent]);
    return sent;
  }

  #forget(sent: Sent): void {
    this.#sent.delete(sent.id);
    const same = this.#byKey.get(sent.key)?.filter((it) => it !== sent) ?? [];
    if (same.length > 0) this.#byKey.set(sent.key, same);
    else this.#byKey.delete(sent.key);
  }

  /** What is stored no longer was confirmed to another node. */
  #forgetOthers(sweep: number, startedAt: number): void {
    if (this.#stopped) return;
    for (const sent of this.#sent.values()) {
      const isGone = sent.seen < sweep && sent.at < startedAt;
      if (isGone && sent.state === "sent") this.#forget(sent);
    }
  }

  #forgetAnnouncements(sweep: number): void {
    for (const [station, { sweep: first }] of this.#announced) {
      if (first <= sweep) this.#announced.delete(station);
    }
  }

  #confirm(sent: Sent): void {
    sent.state = "confirming";
    this.#track(
      this.#parts.fleet.confirm(sent.id).then(
        () => this.#forget(sent),
        (error) => {
          sent.state = "confirm_failed";
          this.#parts.failed(error);
        },
      ),
    );
  }

  /** A confirmation of a verdict that this node has not sent since it started. */
  async #confirmStored(
    key: string,
    link: RegionalLink,
    company: UnconfirmedView["expense"]["company"],
  ): Promise<void> {
    const { clock, keyOf, failed } = this.#parts;
    try {
      let looked = 0;
      for await (const page of this.#stored(company)) {
        const found = page.find((it) =>
          !this.#sent.has(it.expense.id) && keyOf(it) === key
        );
        if (found !== undefined) {
          const at = clock.monotonic();
          const { regional } = link;
          const sent = { link, regional, at, state: "confirming" } as const;
          return this.#confirm(this.#remember(found, sent));
        }
        looked += page.length;
        if (looked >= LOOKED_AT_MAX) return;
      }
    } catch (error) {
      failed(error);
    }
  }

  /** All that waits, page by page. */
  async *#stored(
    company?: UnconfirmedView["expense"]["company"],
  ): AsyncGenerator<readonly UnconfirmedView[]> {
    const { clock, fleet } = this.#parts;
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page<UnconfirmedView> = fleet.unconfirmed({
        company,
        limit: PAGE_ROWS,
        ...(cursor === "" ? {} : { cursor }),
      });
      yield page.items;
      cursor = page.next;
      if (cursor !== null) {
        await new Promise<void>((resolve) => clock.defer(resolve));
      }
    }
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }
}
