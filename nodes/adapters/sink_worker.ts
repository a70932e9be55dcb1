/**
 * The worker of `worker_sinks.ts`: feeds sinks from the node's store, which it opens to read. Nothing that it does or
 * waits for takes time of the thread in which sales are decided.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import { CommitArchive } from "../commit_archive.ts";
import { LogRegister } from "../log_register.ts";
import type { SinkTarget, SinkView } from "../sinks/sink_port.ts";
import { SinkRunner } from "../sinks/sink_runner.ts";
import type { SinkAddress } from "../sinks/sink_settings.ts";
import { SinkSource } from "../sinks/sink_source.ts";
import { NODE_TABLES } from "../tables.ts";
import { openSqliteReader, type SqliteReader } from "./sqlite_store.ts";
import { createSystemClock } from "./system_clock.ts";

/** What the worker is told: first what to do, at the end to stop. */
export type SinkWorkerOrder =
  | {
    readonly kind: "start";
    /** The node's store. */
    readonly databasePath: string;
    /** The node's id. */
    readonly peer: string;
    /** Where the sinks are. */
    readonly sinks: readonly SinkAddress[];
  }
  | { readonly kind: "stop" };

/** What the worker says. */
export type SinkWorkerWord =
  | {
    readonly kind: "views";
    /** How the sinks stand. */
    readonly views: readonly SinkView[];
    /** The number up to which every sink that reads the journal has it; null if one's is not known. */
    readonly confirmed: number | null;
  }
  | {
    readonly kind: "incident";
    /** Which sink. */
    readonly name: string;
    /** What went wrong. */
    readonly message: string;
  }
  | { readonly kind: "stopped" };

/** How often the worker says how the sinks stand, in milliseconds. */
const TELL_MS = 500;

interface WorkerScope {
  onmessage: ((event: MessageEvent<SinkWorkerOrder>) => void) | null;
  postMessage(message: SinkWorkerWord): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

async function createTarget(
  address: SinkAddress,
  peer: string,
): Promise<SinkTarget> {
  const { createPostgresDatabase } = await import("./postgres_client.ts");
  const { createPostgresSink } = await import("../sinks/postgres_sink.ts");
  if (address.kind === "postgres") {
    return createPostgresSink(createPostgresDatabase(address), peer);
  }
  const { createKafkaBroker } = await import("./kafka_client.ts");
  const { createKafkaSink } = await import("../sinks/kafka_sink.ts");
  return createKafkaSink(createKafkaBroker(address.brokers, "panal-sink"), {
    ...address,
    peer,
  });
}

/** A source of its own for each sink: what one reads again does not move what another is reading. */
function createSource(reader: SqliteReader): SinkSource {
  const register = new LogRegister();
  register.load(reader);
  return new SinkSource({
    reader,
    register,
    archive: new CommitArchive(reader, register),
    snapshot: (body) => reader.snapshot(body),
    reload: true,
  });
}

interface Running {
  readonly reader: SqliteReader;
  readonly runners: readonly {
    readonly target: SinkTarget;
    readonly runner: SinkRunner;
  }[];
  readonly timer: ReturnType<typeof setInterval>;
}

let running: Running | undefined;

function tell({ runners }: Pick<Running, "runners">): void {
  const numbers = runners.filter(({ target }) => target.kind === "postgres")
    .map(({ runner }) => runner.confirmed);
  scope.postMessage({
    kind: "views",
    views: runners.map(({ runner }) => runner.view),
    confirmed: numbers.reduce(
      (least, one) =>
        least === null || one === null ? null : Math.min(least, one),
      numbers[0] ?? null,
    ),
  });
}

async function start(
  { databasePath, peer, sinks }: SinkWorkerOrder & { readonly kind: "start" },
): Promise<void> {
  const reader = openSqliteReader(databasePath, NODE_TABLES);
  const clock: Clock = createSystemClock();
  const runners = await Promise.all(sinks.map(async (address) => {
    const target = await createTarget(address, peer);
    const { name } = target;
    const runner = new SinkRunner({
      ...{ target, clock },
      source: createSource(reader),
      changed: () => tell({ runners }),
      incident: (message) =>
        scope.postMessage({ kind: "incident", name, message }),
    });
    return { target, runner };
  }));
  const timer = setInterval(() => tell({ runners }), TELL_MS);
  running = { reader, runners, timer };
  for (const { runner } of runners) runner.start();
}

async function stop(): Promise<void> {
  clearInterval(running?.timer);
  await Promise.all(running?.runners.map(({ runner }) => runner.stop()) ?? []);
  running?.reader.close();
  scope.postMessage({ kind: "stopped" });
  scope.close();
}

scope.onmessage = ({ data }) => {
  const work = data.kind === "start" ? start(data) : stop();
  work.catch((error) => {
    // Whoever started the worker starts another one.
    setTimeout(() => {
      throw error;
    });
  });
};
