/**
 * A real Apache Kafka for tests: one node in KRaft mode, on loopback, with a small heap and its data in a temporary
 * folder. Maven fetches it (`pom.xml`); where Java or Maven is missing, or nothing can be fetched, there is none.
 *
 * @module
 */

/** Longest time for Maven to fetch the broker, in milliseconds. */
const FETCH_MS_MAX = 180_000;
/** Longest time for the broker to answer after its start, in milliseconds. */
const START_MS_MAX = 60_000;
const POM = new URL("./pom.xml", import.meta.url).pathname;
const QUICK = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** A broker that runs. */
export interface RealBroker {
  /** Where, e.g. `127.0.0.1:41234`. */
  readonly address: string;
  /** Its memory in bytes; 0 where that cannot be read. */
  residentBytes(): Promise<number>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Lets it stand still with SIGSTOP, or go on. */
  freeze(still: boolean): void;
  /** Starts it again on its data and its port. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A broker, or why there is none. */
export type FoundBroker =
  | { readonly broker: RealBroker }
  | { readonly missing: string };

/**
 * Starts a broker.
 *
 * @returns The broker, or a sentence that says why there is none.
 */
export async function startRealBroker(): Promise<FoundBroker> {
  const classPath = await fetchKafka();
  if ("missing" in classPath) return classPath;
  const folder = await Deno.makeTempDir({ prefix: "panal-kafka-" });
  const [port, controller] = freePorts();
  const settings = `${folder}/server.properties`;
  await Deno.writeTextFile(
    settings,
    properties({ port, controller, data: `${folder}/data` }),
  );
  const java = javaIn(classPath.path);
  const formatted = await java([
    "kafka.tools.StorageTool",
    "format",
    "-t",
    clusterId(),
    "-c",
    settings,
  ]).output();
  if (!formatted.success) {
    await Deno.remove(folder, { recursive: true });
    return {
      missing: `its storage cannot be formatted: ${text(formatted.stderr)}`,
    };
  }
  let child: Deno.ChildProcess | undefined;
  const start = async () => {
    child = java(["kafka.Kafka", settings], "null").spawn();
    await listens(port);
  };
  const kill = async () => {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    ending.kill("SIGKILL");
    await ending.status;
  };
  const stop = async () => {
    await kill();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    return { missing: `it does not start: ${error}` };
  }
  return {
    broker: {
      address: `127.0.0.1:${port}`,
      residentBytes: () => residentBytes(child?.pid),
      freeze: (still) => child?.kill(still ? "SIGSTOP" : "SIGCONT"),
      kill,
      restart: start,
      stop,
    },
  };
}

type ClassPath = { readonly path: string } | { readonly missing: string };

async function fetchKafka(): Promise<ClassPath> {
  const file = await Deno.makeTempFile();
  try {
    const java = await run("java", ["-version"]);
    if (java !== undefined) return { missing: `java: ${java}` };
    const args = ["-B", "-q", "-f", POM, "dependency:build-classpath"];
    const target = `-Dmdep.outputFile=${file}`;
    // Where it was fetched before, nobody has to be asked.
    const mvn = await run("mvn", ["-o", ...args, target]) === undefined
      ? undefined
      : await run("mvn", [...args, target]);
    if (mvn !== undefined) return { missing: `mvn: ${mvn}` };
    return { path: (await Deno.readTextFile(file)).trim() };
  } finally {
    await Deno.remove(file);
  }
}

/** Runs a program to its end; says what went wrong. */
async function run(
  program: string,
  args: string[],
): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(FETCH_MS_MAX),
    }).output();
    return success ? undefined : text(stdout) || text(stderr) || "it failed";
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "it is not installed"
      : String(error);
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim().slice(-400);
}

function javaIn(
  classPath: string,
): (args: string[], stderr?: "null" | "piped") => Deno.Command {
  return (args, stderr = "piped") =>
    new Deno.Command("java", {
      args: ["-Xms48m", "-Xmx160m", ...QUICK, "-cp", classPath, ...args],
      stdin: "null",
      stdout: "null",
      stderr,
    });
}

function properties(
  { port, controller, data }: {
    port: number;
    controller: number;
    data: string;
  },
): string {
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    "listeners":
      `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map":
      "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": data,
    "num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    // After a kill its own former self is to be forgotten soon.
    "broker.session.timeout.ms": "6000",
    "broker.heartbeat.interval.ms": "500",
    "log.cleaner.enable": "false",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "1",
  }).map(([name, value]) => `${name}=${value}\n`).join("");
}

/** Ports below these are not given to outgoing connections, which could take the broker's while it is away. */
const PORTS = { from: 20_000, count: 12_000 };

/** Two ports that nobody has at the moment. */
function freePorts(): [number, number] {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    try {
      for (const one of [port, port + 1]) {
        Deno.listen({ hostname: "127.0.0.1", port: one }).close();
      }
      return [port, port + 1];
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

function clusterId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

async function listens(port: number): Promise<void> {
  const until = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
