/**
 * One node's replica: the store, the logs and the two ways into them. Decisions of this node are grouped into commits;
 * others' commits are verified and taken in. Nothing is answered, sent or shown before its transaction is durable.
 *
 * @module
 */
import {
  allows,
  type AsideReason,
  AUTHORITY,
  type Clock,
  createFactIds,
  createLedger,
  equalBytes,
  err,
  type Fact,
  type FactId,
  type FoldRows,
  isObservation,
  judgeFact,
  type Ledger,
  type LogFact,
  type LogId,
  nextStamp,
  observeStamp,
  PanalError,
  peerIdOf,
  type Random,
  readChain,
  type Reader,
  type Result,
  type SignatureScheme,
  type Signer,
  type SpaceId,
  type Stamp,
  stampMs,
  toHex,
  type VerifyContext,
  type Writer,
  ZERO_STAMP,
} from "../crdt/mod.ts";
import { HeadKeeper } from "./head_keeper.ts";
import { CatalogCache } from "./catalog_cache.ts";
import { CommitArchive } from "./commit_archive.ts";
import { closeGroup } from "./group_closing.ts";
import { takeRun } from "./log_intake.ts";
import { isRevoked } from "./cuts.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import type { IntakeContext, Run, RunOutcome } from "./log_run.ts";
import { type NewLog, NewLogs } from "./new_logs.ts";
import { LogWriter, type LookedAt, type WrittenCommit } from "./log_writer.ts";
import {
  DECISIONS_WAITING_MAX,
  GROUP_BYTES_MAX,
  GROUP_DECISIONS_MAX,
  INTAKE_COMMITS_MAX,
} from "./limits.ts";
import { isStoreError, type Logger, type Store } from "./ports.ts";
import { RowBuffer, type RowChange } from "./row_buffer.ts";
import { loadCuts, settleCuts } from "./settle_cuts.ts";
import type { Refusal } from "./use_cases.ts";

/** What a decision may look at and add. It checks everything first and records last. */
export interface DecisionContext {
  /** The views, with all earlier decisions of the group in them. */
  readonly rows: FoldRows;
  /** Now, in microseconds since 1970; unique per node. */
  readonly at: number;
  /** Products and prices in force, from memory. */
  readonly catalog: CatalogCache;
  /** A new fact's id. */
  readonly newId: () => FactId;
  /** The log that this node writes in a space. */
  log(space: SpaceId): { readonly number: number; readonly name: LogId };
  /** The space of a log. */
  spaceOf(log: number): SpaceId | undefined;
  /** Reads a fact again. */
  read(log: number, seq: number, id: Uint8Array): LogFact | undefined;
  /** Records a fact, of which the decision may have looked what is here already. */
  record(space: SpaceId, fact: Fact, looked?: LookedAt): LogFact;
  /** Turns the group's commit in a space into a checkpoint. */
  checkpoint: LogWriter["checkpoint"];
  /** The transaction, for tables of this node alone. */
  readonly writer: Writer;
}

/** A decision: a pure function of the views. */
export type Decision<T> = (context: DecisionContext) => Result<T, Refusal>;

/** What happens after a transaction is durable. */
export interface ReplicaEvents {
  /** This node's logs have new commits. */
  written(commits: readonly WrittenCommit[]): void;
  /** Others' logs have new commits. */
  taken(entries: readonly LogEntry[]): void;
  /** Authority statements have come or gone: who is a member may have changed. */
  authorityChanged?(): void;
  /** Rows of shown tables changed. */
  changed(changes: readonly RowChange[]): void;
  /** Something that a person should look at. */
  incident(
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ): void;
}

/** What a replica is made of. */
export interface ReplicaOptions {
  /** Opens the store; called again when the outcome of a write is unknown. */
  readonly openStore: () => Store;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** The node's key. */
  readonly signer: Signer;
  /** How signatures are made and checked. */
  readonly signatures: SignatureScheme;
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The node's certificate chain. */
  readonly certificate: Uint8Array;
  /** For log lines. */
  readonly logger: Logger;
  /** Names of tables whose changes are told. */
  readonly shown: ReadonlySet<string>;
  /** Is told how many decisions were written together; nobody if left out. */
  readonly observeGroup?: (decisions: number) => void;
}

interface Waiting {
  readonly decide: Decision<unknown>;
  readonly settle: (result: Result<unknown, Refusal>) => void;
  readonly fail: (error: unknown) => void;
}

interface Arriving {
  readonly run: Run;
  readonly settle: (outcome: RunOutcome) => void;
  readonly fail: (error: unknown) => void;
}

/** The replica. */
export class Replica {
  /** The logs that this node knows. */
  readonly register: LogRegister;
  /** Stored commits. */
  readonly archive: CommitArchive;
  readonly #options: ReplicaOptions;
  readonly #heads = new HeadKeeper();
  readonly #newLogs = new NewLogs();
  readonly #catalog = new CatalogCache();
  readonly #ledger: Ledger;
  readonly #newId: (nowMs: number) => FactId;
  readonly #events: ReplicaEvents[] = [];
  #store: Store;
  #stamp: Stamp = ZERO_STAMP;
  #lastAt = 0;
  #waiting: Waiting[] = [];
  #arriving: Arriving[] = [];
  #scheduled = false;
  #stopped = false;
  #problem: string | undefined;
  /** True while the store is closed because nobody knows what is in it. */
  #storeLost = false;
  #hasStatements = false;
  #revoked = false;
  #certificate: Uint8Array;

  /**
   * Opens the store and reads the logs.
   *
   * @param options What it is made of.
   */
  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#certificate = options.certificate;
    this.#store = options.openStore();
    this.register = new LogRegister(options.signer.publicKey);
    this.archive = new CommitArchive(this.#store, this.register);
    this.#ledger = createLedger(this.archive);
    this.#newId = createFactIds(options.random);
    this.#load();
  }

  /** The views, as of the last durable transaction. */
  get reader(): Reader {
    return this.#store;
  }

  /** Products, prices and directories as of the last durable transaction, from memory. */
  get catalog(): CatalogCache {
    return this.#catalog;
  }

  /** The mesh's root key, and how signatures are checked. */
  get verify(): VerifyContext {
    return this.#options;
  }

  /** The node's certificate chain. */
  get certificate(): Uint8Array {
    return this.#certificate;
  }

  /**
   * Goes on under a new certificate: each log carries it from its next commit on.
   *
   * @param chain The chain, of this node and later than the one before.
   */
  renew(chain: Uint8Array): void {
    this.#certificate = chain;
    this.#readStatements();
  }

  /** Whether a key above this node has ended its membership. */
  get isRevoked(): boolean {
    return this.#revoked;
  }

  /** The logs that this node's key wrote in a space, those that are closed among them. */
  ownLogs(space: SpaceId): LogEntry[] {
    const key = toHex(this.#options.signer.publicKey);
    return this.register.ofSpace(space).filter(({ publicKey }) =>
      toHex(publicKey) === key
    );
  }

  /** Spaces where this node has closed its log and has no other yet, as far as it may write there. */
  closedSpaces(): SpaceId[] {
    const { publicKey: key } = this.#options.signer;
    const closed = new Set<SpaceId>();
    for (const { space, publicKey, own } of this.register.all()) {
      if (!own && equalBytes(publicKey, key)) closed.add(space);
    }
    if (this.#revoked || closed.size === 0) return [];
    const certificate = readChain(this.#certificate)?.[0];
    if (certificate === undefined) return [];
    return [...closed].filter((space) =>
      this.register.own(space) === undefined &&
      allows(certificate, space, "write")
    );
  }

  /** Whether a member is revoked by a key above it in the chain that it presents. */
  isRevokedMember(publicKey: Uint8Array, chain: Uint8Array): boolean {
    return this.#hasStatements &&
      isRevoked(this.#store, publicKey, chain);
  }

  /** The instant of reading, in microseconds since 1970: never before what was decided last. */
  get at(): number {
    return Math.max(this.#options.clock.now() * 1000, this.#lastAt);
  }

  /** Why the disk refused the last transaction, in a sentence; undefined while it takes them. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** How many decisions wait for the disk. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Tells of everything from now on. */
  listen(events: ReplicaEvents): void {
    this.#events.push(events);
  }

  /**
   * Decides and records, in one transaction with other decisions that wait.
   *
   * @param decide A pure function of the views.
   * @returns Its answer, after the disk has confirmed it.
   * @throws {PanalError} `store_full`, `store_failed` or `store_outcome_unknown`: nothing counts that was not answered.
   */
  decide<T>(decide: Decision<T>): Promise<Result<T, Refusal>> {
    if (this.#stopped) {
      return Promise.resolve(
        err({ code: "node_stopping", message: "The node is stopping" }),
      );
    }
    if (this.#waiting.length >= DECISIONS_WAITING_MAX) {
      return Promise.resolve(
        err({
          code: "overloaded",
          message: "More requests are waiting than the node may hold",
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        decide,
        settle: (result) => resolve(result as Result<T, Refusal>),
        fail: reject,
      });
      this.#schedule();
    });
  }

  /**
   * Takes a run of another's commits in.
   *
   * @param run The run.
   * @returns What became of it, after the disk has confirmed it.
   */
  take(run: Run): Promise<RunOutcome> {
    if (this.#stopped) {
      return Promise.reject(stopping("take commits"));
    }
    return new Promise((settle, fail) => {
      this.#arriving.push({ run, settle, fail });
      this.#schedule();
    });
  }

  /**
   * Runs one transaction of the node itself (maintenance, incidents, cold join). The register follows by `changed`.
   *
   * @param body What to write; log entries that it changes are passed to `stage`.
   * @returns What `body` returned.
   */
  transact<T>(
    body: (
      writer: Writer,
      rows: RowBuffer,
      stage: (entry: LogEntry) => void,
    ) => T,
  ): T {
    const staged = new Map<number, LogEntry>();
    let changes: readonly RowChange[] = [];
    let cut: Settled = NOTHING_SETTLED;
    const value = this.#write((writer) => {
      const rows = new RowBuffer(writer, this.#options.shown, this.#catalog);
      const result = this.archive.during(
        writer,
        () => body(writer, rows, (entry) => staged.set(entry.number, entry)),
      );
      cut = this.#settle(writer, rows, staged);
      rows.flush();
      changes = rows.changes;
      return result;
    });
    for (const entry of staged.values()) this.register.set(entry);
    if (changes.length > 0) this.#tell((events) => events.changed(changes));
    this.#tellSettled(cut);
    return value;
  }

  /**
   * Stops writing logs: the next decision in their spaces opens new ones.
   *
   * @param numbers The logs' numbers.
   */
  closeLogs(numbers: readonly number[]): void {
    this.transact((writer, _rows, stage) => {
      for (const number of numbers) {
        const entry = this.register.byNumber(number);
        if (entry === undefined) continue;
        const closed = { ...entry, own: false };
        this.writeEntry(writer, closed, entry);
        stage(closed);
      }
    });
  }

  /**
   * Whether another's log that is not here yet may be taken now; if so, it is counted.
   *
   * @param log The log.
   * @returns 0 if it may; else how long to wait, in milliseconds.
   */
  admitNewLog(log: NewLog): number {
    return this.#newLogs.admit(log, this.#options.clock.monotonic());
  }

  /** Tells listeners that logs were taken over by their saved branches. */
  tellTaken(entries: readonly LogEntry[]): void {
    this.#tell((events) => events.taken(entries));
  }

  /** Writes a log's state; stage the entry too. */
  writeEntry(
    writer: Writer,
    entry: LogEntry,
    before: LogEntry | undefined,
  ): void {
    LogRegister.write(writer, entry, before);
  }

  /** The ledger, for maintenance and cold join. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Finishes what waits and closes the store. */
  stop(): void {
    if (this.#stopped) return;
    while (this.#waiting.length > 0) this.#decideGroup();
    this.#stopped = true;
    for (const { fail } of this.#arriving.splice(0)) {
      fail(stopping("take commits"));
    }
    this.#store.close();
  }

  /** Ends at once as a crash would: nothing that waits is written. */
  abandon(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#arriving = [];
  }

  #load(): void {
    this.register.load(this.#store);
    this.archive.clear();
    for (const entry of this.register.all()) {
      if (entry.own && entry.stamp > this.#stamp) this.#stamp = entry.stamp;
    }
    this.#lastAt = Math.max(this.#lastAt, stampMs(this.#stamp) * 1000 + 999);
    this.#readStatements();
    if (this.#hasStatements) {
      loadCuts({
        reader: this.#store,
        archive: this.archive,
        register: this.register,
      });
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    closeGroup(
      this.#options.clock,
      () => this.#waiting.length,
      () => this.#runGroups(),
    );
  }

  #runGroups(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    if (this.#waiting.length > 0) this.#decideGroup();
    if (this.#arriving.length > 0) this.#takeGroup();
    if (this.#waiting.length > 0 || this.#arriving.length > 0) this.#schedule();
  }

  #decideGroup(): void {
    const group = this.#waiting.splice(0, GROUP_DECISIONS_MAX);
    try {
      const done = this.#writeGroup(group);
      // What did not fit into one commit goes first into the next.
      this.#waiting.unshift(...group.slice(done));
    } catch (error) {
      this.#failGroup(group, error);
    }
  }

  /** A failing disk fails the group; a failing decision fails alone. */
  #failGroup(group: readonly Waiting[], error: unknown): void {
    if (isStoreError(error) || group.length === 1) {
      for (const { fail } of group) fail(error);
      return;
    }
    for (const one of group) {
      try {
        this.#writeGroup([one]);
      } catch (alone) {
        one.fail(alone);
      }
    }
  }

  #writeGroup(group: readonly Waiting[]): number {
    const { clock } = this.#options;
    const stamp = nextStamp(this.#stamp, clock.now());
    let results: Result<unknown, Refusal>[] = [];
    let written: WrittenCommit[] = [];
    let changes: readonly RowChange[] = [];
    const staged = new Map<number, LogEntry>();
    let cut: Settled = NOTHING_SETTLED;
    this.#write((writer) => {
      const rows = new RowBuffer(writer, this.#options.shown, this.#catalog);
      const logs = new LogWriter({
        rows,
        stamp,
        ledger: this.#ledger,
        register: this.register,
        identity: { ...this.#options, certificate: this.#certificate },
        heads: this.#heads,
      });
      results = this.archive.during(
        writer,
        () => this.#decideAll(group, { writer, rows, logs, stamp }),
      );
      written = this.archive.during(
        writer,
        () => logs.finish(writer, this.archive),
      );
      for (const { entry } of written) staged.set(entry.number, entry);
      cut = this.#settle(writer, rows, staged);
      rows.flush();
      changes = rows.changes;
    });
    if (written.length > 0) this.#stamp = stamp;
    for (const entry of staged.values()) this.register.set(entry);
    this.#options.observeGroup?.(results.length);
    results.forEach((result, i) => group[i]?.settle(result));
    if (written.length > 0) this.#tell((events) => events.written(written));
    if (changes.length > 0) this.#tell((events) => events.changed(changes));
    this.#tellSettled(cut);
    return results.length;
  }

  #decideAll(
    group: readonly Waiting[],
    { writer, rows, logs, stamp }: {
      writer: Writer;
      rows: RowBuffer;
      logs: LogWriter;
      stamp: Stamp;
    },
  ): Result<unknown, Refusal>[] {
    const results: Result<unknown, Refusal>[] = [];
    const fresh = new Set<FactId>();
    for (const { decide } of group) {
      if (logs.bytes > GROUP_BYTES_MAX && results.length > 0) break;
      const at = this.#lastAt = Math.max(
        this.#options.clock.now() * 1000,
        this.#lastAt + 1,
      );
      let recorded = false;
      const result = decide({
        writer,
        rows,
        at,
        catalog: this.#catalog,
        newId: () => {
          const id = this.#newId(this.#options.clock.now());
          fresh.add(id);
          return id;
        },
        log: (space) => logs.log(space),
        spaceOf: (log) => this.archive.spaceOf(log),
        read: (log, seq, id) => this.archive.read(log, seq, id),
        record: (space, fact, looked) => {
          const aside = this.#judge(space, { fact, stamp });
          const placed = aside === undefined
            ? logs.record(space, fact, {
              ...looked,
              fresh: fresh.has(fact.id),
            })
            : logs.setAside(space, fact, aside);
          recorded = true;
          this.archive.notePending(placed);
          return placed;
        },
        checkpoint: (space, stock) => logs.checkpoint(space, stock),
      });
      // A refusal leaves nothing behind: the group is tried again without it.
      if (!result.ok && recorded) {
        const { code, message } = result.error;
        throw new PanalError(code, message);
      }
      results.push(result);
    }
    return results;
  }

  /** Why a fact would not count; only observations are written all the same. */
  #judge(
    space: SpaceId,
    { fact, stamp }: { readonly fact: Fact; readonly stamp: Stamp },
  ): AsideReason | undefined {
    const { signer } = this.#options;
    const chain = this.#certificate;
    const writer = signer.publicKey;
    const reason = this.#revoked
      ? "beyond_cut"
      : judgeFact(fact, { space, writer, chain, stamp }, this.#options);
    if (reason === undefined || isObservation(fact)) return reason;
    throw new PanalError(
      "forbidden",
      `Cannot write in ${space}: ${FORBIDDEN[reason]}`,
    );
  }

  /** Brings the views in line with cuts that this transaction moved. */
  #settle(
    writer: Writer,
    rows: RowBuffer,
    staged: Map<number, LogEntry>,
  ): Settled {
    const stated = rows.authorityChanged;
    if (!stated && (!this.#hasStatements || staged.size === 0)) {
      return NOTHING_SETTLED;
    }
    const { register, archive } = this;
    const context = {
      writer,
      rows,
      ledger: this.#ledger,
      verify: this.#options,
      register,
      archive,
      staged,
    };
    const names = [...staged.values()].map(({ name }) => name);
    const cut = archive.during(
      writer,
      () => settleCuts(context, stated ? undefined : names),
    );
    for (const entry of cut) this.#closeCut(writer, entry, staged);
    return { stated, cut };
  }

  /** A log of this node that was cut is not written any more. */
  #closeCut(
    writer: Writer,
    entry: LogEntry,
    staged: Map<number, LogEntry>,
  ): void {
    const { publicKey } = this.#options.signer;
    if (
      !entry.own || entry.cut === undefined ||
      isRevoked(writer, publicKey, this.#certificate)
    ) return;
    const closed = { ...entry, own: false };
    LogRegister.write(writer, closed, entry);
    staged.set(entry.number, closed);
  }

  #readStatements(): void {
    const { publicKey } = this.#options.signer;
    this.#hasStatements = this.#store.count(AUTHORITY) > 0;
    this.#revoked = this.#hasStatements &&
      isRevoked(this.#store, publicKey, this.#certificate);
  }

  #tellSettled({ stated, cut }: Settled): void {
    if (stated) {
      this.#readStatements();
      this.#tell((events) => events.authorityChanged?.());
    }
    if (cut.length > 0) this.#tell((events) => events.taken(cut));
  }

  #takeGroup(): void {
    const group: Arriving[] = [];
    let commits = 0;
    while (this.#arriving.length > 0 && commits < INTAKE_COMMITS_MAX) {
      const next = this.#arriving.shift() as Arriving;
      group.push(next);
      commits += next.run.commits.length;
    }
    let outcomes: RunOutcome[] = [];
    const staged = new Map<number, LogEntry>();
    let changes: readonly RowChange[] = [];
    let cut: Settled = NOTHING_SETTLED;
    try {
      this.#write((writer) => {
        const rows = new RowBuffer(writer, this.#options.shown, this.#catalog);
        const context: IntakeContext = {
          writer,
          rows,
          ledger: this.#ledger,
          register: this.register,
          archive: this.archive,
          verify: this.#options,
          heads: this.#heads,
          admit: (log) => this.admitNewLog(log),
          staged,
        };
        outcomes = this.archive.during(
          writer,
          () => group.map(({ run }) => takeRun(context, run)),
        );
        cut = this.#settle(writer, rows, staged);
        rows.flush();
        changes = rows.changes;
      });
    } catch (error) {
      if (isStoreError(error) || group.length === 1) {
        for (const { fail } of group) {
          fail(error);
        }
      } else this.#takeOneByOne(group);
      return;
    }
    this.#taken({ group, outcomes, staged, changes });
    this.#tellSettled(cut);
  }

  /** Something in a group that no rule foresaw must not hold up the other logs. */
  #takeOneByOne(group: readonly Arriving[]): void {
    const rest = this.#arriving;
    for (const one of group) {
      this.#arriving = [one];
      this.#takeGroup();
    }
    this.#arriving = rest;
  }

  #taken(
    { group, outcomes, staged, changes }: {
      group: readonly Arriving[];
      outcomes: readonly RunOutcome[];
      staged: ReadonlyMap<number, LogEntry>;
      changes: readonly RowChange[];
    },
  ): void {
    const now = this.#options.clock.now();
    for (const entry of staged.values()) {
      const before = this.register.byNumber(entry.number);
      if (before?.own === true && entry.hash !== before.hash) {
        this.#lostOwn(before, entry);
      }
      this.register.set(entry);
      this.#stamp = observeStamp(this.#stamp, entry.stamp, now);
      if (before?.seq !== entry.seq) this.#checkClock(entry, now);
    }
    group.forEach(({ settle }, i) => settle(outcomes[i] as RunOutcome));
    for (const outcome of outcomes) {
      if (outcome.kind === "fork") this.#forked(outcome.entries);
      if (outcome.kind === "cut") this.#beyondCut(outcome.log);
      if (outcome.kind === "later") this.#tooManyLogs(group, outcome.log);
    }
    if (staged.size > 0) {
      this.#tell((events) => events.taken([...staged.values()]));
    }
    if (changes.length > 0) this.#tell((events) => events.changed(changes));
  }

  /** A stamp decides nothing by itself, but a clock that is far off is told of. */
  #checkClock({ publicKey, stamp }: LogEntry, now: number): void {
    const ms = stampMs(stamp);
    if (ms <= now + CLOCK_AHEAD_MS && ms >= CLOCK_LEAST_MS) return;
    const peer = peerIdOf(publicKey);
    this.#tell((events) =>
      events.incident("clock_far_off", "A member's clock is far off", {
        peer,
        ahead: ms > now,
      })
    );
  }

  #tooManyLogs(group: readonly Arriving[], log: LogId): void {
    const text =
      "A member opens more logs than a node opens by itself: later ones are fetched some an hour";
    const first = group.map(({ run }) => run.commits[0]?.commit)
      .find((commit) => commit?.log === log);
    if (first?.opening === undefined) return;
    const { space, opening } = first;
    const peer = peerIdOf(opening.publicKey);
    this.#tell((events) =>
      events.incident("too_many_new_logs", text, { peer, space })
    );
  }

  #beyondCut(log: LogId): void {
    const text =
      "A log goes on beyond the place where an authority ended it: nothing more of it is kept";
    this.#tell((events) => events.incident("beyond_cut", text, { log }));
  }

  #lostOwn(before: LogEntry, after: LogEntry): void {
    const text = after.seq > before.seq
      ? "A peer has more of this node's log than the node itself: the folder is an old copy. A new log is opened"
      : "This node's log was continued elsewhere: the folder was copied. A new log is opened";
    this.#tell((events) =>
      events.incident("amnesia", text, { log: before.name, seq: before.seq })
    );
  }

  #forked(entries: readonly LogEntry[]): void {
    const [entry] = entries;
    if (entry === undefined) return;
    const text =
      "A log has two continuations: its writer was cloned, or lies. Both are kept and count";
    this.#tell((events) =>
      events.incident("fork", text, {
        log: entry.name.slice(0, -65),
        logs: entries.map(({ name }) => name),
      })
    );
  }

  #write<T>(body: (writer: Writer) => T): T {
    // What a part of the node does late must not reach a disk that another process may have by now.
    if (this.#stopped) throw stopping("write");
    if (this.#storeLost) this.#reopen();
    try {
      const value = this.#store.write(body);
      this.#problem = undefined;
      return value;
    } catch (error) {
      if (isStoreError(error)) this.#problem = error.message;
      this.archive.clear();
      this.#catalog.clear();
      if (
        error instanceof PanalError && error.code === "store_outcome_unknown"
      ) this.#tryReopen();
      throw error;
    } finally {
      this.archive.clearPending();
      this.register.clearProvisional();
    }
  }

  /** What is on the disk is the truth: whoever waited is told that the outcome is unknown, and asks again. */
  #reopen(): void {
    this.#storeLost = true;
    this.#store.close();
    this.#store = this.#options.openStore();
    this.#storeLost = false;
    this.archive.reopen(this.#store);
    this.#load();
  }

  /** A disk that fails again just now is tried again by the next transaction. */
  #tryReopen(): void {
    try {
      this.#reopen();
    } catch (error) {
      this.#options.logger.log("error", "The store cannot be opened again", {
        error: String(error),
      });
    }
  }

  #tell(tell: (events: ReplicaEvents) => void): void {
    for (const events of this.#events) {
      try {
        tell(events);
      } catch (error) {
        this.#options.logger.log("error", "A listener failed", {
          error: String(error),
        });
      }
    }
  }
}

/** What to say of a decision that would be set aside everywhere. */
const FORBIDDEN: Readonly<Record<AsideReason, string>> = {
  "verb_missing": "this node's certificate does not allow it",
  "certificate_expired": "this node's certificate has ended, renew it",
  "statement_invalid": "the statement does not verify",
  "beyond_cut": "this node was revoked",
};

/** A clock that is ahead by more is told of, in milliseconds. */
const CLOCK_AHEAD_MS = 3_600_000;
/** So is one that is before this instant, in milliseconds since 1970: there was no such program then. */
const CLOCK_LEAST_MS = Date.UTC(2020, 0, 1);

/** What settling did. */
interface Settled {
  /** True if statements came or went. */
  readonly stated: boolean;
  /** Logs whose cut moved. */
  readonly cut: readonly LogEntry[];
}

const NOTHING_SETTLED: Settled = { stated: false, cut: [] };

function stopping(what: string): PanalError {
  return new PanalError(
    "store_closed",
    `Cannot ${what}: the node is stopping`,
  );
}
