/**
 * Feeds the sinks of a node in a worker, and knows how they stand. A worker that breaks is started again.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { Incidents } from "../incidents.ts";
import { isStoreError, type Logger } from "../ports.ts";
import type { JournaledStore } from "../sinks/change_journal.ts";
import type { SinkView } from "../sinks/sink_port.ts";
import type { SinkAddress } from "../sinks/sink_settings.ts";
import type { SinkWorkerOrder, SinkWorkerWord } from "./sink_worker.ts";

/** Wait before a worker that broke is started again, in milliseconds. */
const AGAIN_MS = 5000;
/** Longest wait for a worker that is to stop, in milliseconds. */
const STOP_MS_MAX = 2000;

/** The sinks of a running node. */
export interface RunningSinks {
  /** How they stand. */
  views(): readonly SinkView[];
  /** Starts feeding them. */
  start(): void;
  /** Ends it. */
  stop(): Promise<void>;
}

/** What feeding sinks works with. */
export interface WorkerSinksParts {
  /** Where they are. */
  readonly sinks: readonly SinkAddress[];
  /** The node's store. */
  readonly databasePath: string;
  /** The node's id. */
  readonly peer: string;
  /** The journal of changes, as the store is open now. */
  readonly journal: () => JournaledStore | undefined;
  /** Where failures that last are listed. */
  readonly incidents: Pick<Incidents, "report">;
  /** Log lines. */
  readonly logger: Logger;
}

/**
 * Reads the passwords that stand in files.
 *
 * @param sinks Where sinks are.
 * @returns The same, with passwords.
 * @throws {PanalError} `config_invalid` if a file cannot be read.
 */
export async function readSinkPasswords(
  sinks: readonly SinkAddress[],
): Promise<SinkAddress[]> {
  return await Promise.all(sinks.map(async (sink) => {
    if (sink.kind !== "postgres" || sink.passwordFile === undefined) {
      return sink;
    }
    try {
      const text = await Deno.readTextFile(sink.passwordFile);
      return { ...sink, password: text.replace(/\r?\n$/, "") };
    } catch (error) {
      throw new PanalError(
        "config_invalid",
        `The password file of the sink ${sink.name} cannot be read`,
        { cause: error },
      );
    }
  }));
}

/**
 * Feeds sinks.
 *
 * @param parts What it works with.
 * @returns The sinks; nothing runs before `start`.
 */
export function createWorkerSinks(parts: WorkerSinksParts): RunningSinks {
  const { sinks, databasePath, peer, logger } = parts;
  const since = Date.now();
  let views: readonly SinkView[] = sinks.map(({ name, kind }) => ({
    ...{ name, kind, since, rows: 0, facts: 0, error: null },
    state: "connecting",
    lagFacts: null,
    lagSeconds: null,
  }));
  let worker: Worker | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let stopped: (() => void) | undefined;

  const take = (word: SinkWorkerWord) => {
    if (word.kind === "stopped") stopped?.();
    else if (word.kind === "incident") tellIncident(parts, word);
    else {
      tellChanges(logger, views, word.views);
      views = word.views;
      if (word.confirmed !== null) trim(parts, word.confirmed);
    }
  };
  const start = () => {
    const running = worker = new Worker(
      new URL("./sink_worker.ts", import.meta.url),
      { type: "module" },
    );
    running.onmessage = ({ data }: MessageEvent<SinkWorkerWord>) => take(data);
    running.onerror = (event) => {
      event.preventDefault();
      logger.log("error", "Feeding the sinks broke, and is started again", {
        error: event.message,
      });
      running.terminate();
      stopped?.();
      again = setTimeout(start, AGAIN_MS);
    };
    const order: SinkWorkerOrder = {
      kind: "start",
      ...{ databasePath, peer, sinks },
    };
    running.postMessage(order);
  };
  return {
    views: () => views,
    start,
    async stop() {
      clearTimeout(again);
      if (worker === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      stopped = resolve;
      const limit = setTimeout(resolve, STOP_MS_MAX);
      worker.postMessage({ kind: "stop" } satisfies SinkWorkerOrder);
      await promise;
      clearTimeout(limit);
      clearTimeout(again);
      worker.terminate();
    },
  };
}

/** What every sink has is forgotten; a disk that refuses is none of the sinks' business. */
function trim({ journal, logger }: WorkerSinksParts, confirmed: number): void {
  try {
    journal()?.trim(confirmed);
  } catch (error) {
    if (!isStoreError(error)) throw error;
    logger.log("warn", "The journal of sinks was not trimmed", {
      error: String(error),
    });
  }
}

function tellIncident(
  { incidents, logger }: WorkerSinksParts,
  { name, message }: SinkWorkerWord & { readonly kind: "incident" },
): void {
  try {
    const text = `A sink has not been fed: ${message}`;
    incidents.report("sink_failing", text, { sink: name });
  } catch (error) {
    if (!isStoreError(error)) throw error;
    logger.log("warn", "A failing sink was not noted", { sink: name });
  }
}

/** A line in the log whenever a sink comes to stand otherwise. */
function tellChanges(
  logger: Logger,
  before: readonly SinkView[],
  after: readonly SinkView[],
): void {
  for (const { name, state, error } of after) {
    const known = before.find((one) => one.name === name);
    if (known?.state === state) continue;
    logger.log(error === null ? "info" : "warn", "A sink stands otherwise", {
      sink: name,
      state,
      ...(error === null ? {} : { error: error.message }),
    });
  }
}
