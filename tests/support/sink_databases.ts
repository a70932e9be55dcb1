/**
 * Databases for tests of sinks: a real PostgreSQL server where its programs are installed, and PGlite behind its socket,
 * which needs nothing installed.
 *
 * @module
 */
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { createPostgresDatabase } from "../../nodes/adapters/postgres_client.ts";
import { readSinks } from "../../nodes/sinks/sink_settings.ts";
import type {
  SqlDatabase,
  SqlRow,
  SqlSession,
} from "../../nodes/sinks/sql_port.ts";

/** A database of a test. */
export interface SinkDatabase {
  /** What `--sink` takes. */
  readonly url: string;
  /** The same as the node's client sees it. */
  readonly database: SqlDatabase;
  /** Asks it. */
  query(text: string): Promise<readonly SqlRow[]>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** A server of a test. */
export interface PostgresServer extends SinkDatabase {
  /** Kills it, as a loss of power would. */
  kill(): Promise<void>;
  /** Lets it stand still, as a network that loses everything would; and go on. */
  freeze(frozen: boolean): void;
  /** Starts it again. */
  restart(): Promise<void>;
}

const FOLDERS = ["/usr/local/bin", "/usr/bin", "/usr/lib/postgresql"];
const START_MS_MAX = 45_000;
const PASSWORD = "sink-secret-9";

/** Where the programs of a server are; undefined where none is installed. */
export function findPostgres(): string | undefined {
  const folders = FOLDERS.flatMap((folder) => [folder, ...versions(folder)]);
  return folders.find((folder) =>
    isFile(`${folder}/initdb`) && isFile(`${folder}/postgres`)
  );
}

function versions(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ name }) =>
      /^[0-9]+$/.test(name)
    ).map(({ name }) => `${folder}/${name}/bin`);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function own(
  path: string,
  { uid, gid }: { readonly uid?: number; readonly gid?: number },
): Promise<void> {
  if (uid !== undefined && gid !== undefined) await Deno.chown(path, uid, gid);
}

/** The server refuses to run as root: it runs as its own user then. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (Deno.uid() !== 0) return undefined;
  const line = Deno.readTextFileSync("/etc/passwd").split("\n").find((it) =>
    it.startsWith("postgres:")
  );
  const [, , uid, gid] = line?.split(":") ?? [];
  return line === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

function databaseOf(url: string): SqlDatabase {
  const [address] = readSinks([{ label: "test", value: url }], {});
  if (address?.kind !== "postgres") throw new TypeError("No database");
  return createPostgresDatabase(address);
}

/** Asks over one connection, which is opened again after a failure. */
function createAsking(url: string) {
  let session: SqlSession | undefined;
  const close = async () => {
    await session?.close();
    session = undefined;
  };
  return {
    close,
    async query(text: string): Promise<readonly SqlRow[]> {
      try {
        session ??= await databaseOf(url).connect();
        return await session.transaction((sql) => sql.run(text));
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/**
 * Starts a server in a folder of its own.
 *
 * @param programs Where its programs are.
 * @returns The server, ready.
 */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = await Deno.makeTempDir({ prefix: "panal-postgres-" });
  const user: { uid?: number; gid?: number } = serverUser() ?? {};
  await own(folder, user);
  const secret = `${folder}/password`;
  await Deno.writeTextFile(secret, PASSWORD);
  await own(secret, user);
  const data = `${folder}/data`;
  const { success, stderr } = await new Deno.Command(`${programs}/initdb`, {
    args: ["-D", data, "-A", "scram-sha-256", "-U", "panal"]
      .concat(["--no-sync", "--pwfile", secret, "-E", "UTF8"]),
    cwd: folder,
    ...user,
  }).output();
  if (!success) throw new TypeError(new TextDecoder().decode(stderr));
  const port = freePort();
  const url = `postgres://panal:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const asking = createAsking(url);
  const { query } = asking;
  let child: Deno.ChildProcess;
  const restart = async () => {
    child = new Deno.Command(`${programs}/postgres`, {
      args: ["-D", data, "-p", String(port), "-k", "", "-F"]
        .concat(["-c", "listen_addresses=127.0.0.1"]),
      cwd: folder,
      stdout: "null",
      stderr: "null",
      ...user,
    }).spawn();
    const until = Date.now() + START_MS_MAX;
    while (await query("select 1").catch(() => undefined) === undefined) {
      if (Date.now() > until) throw new TypeError("The server did not start");
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await child.status;
  };
  await restart();
  return {
    url,
    database: databaseOf(url),
    query,
    kill,
    restart,
    freeze: (frozen) => freezeAll(child.pid, frozen),
    async stop() {
      await asking.close();
      child.kill("SIGINT");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The server has a process for each connection. */
function freezeAll(pid: number, frozen: boolean): void {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  for (const one of [pid, ...children.trim().split(" ").map(Number)]) {
    if (one > 0) Deno.kill(one, frozen ? "SIGSTOP" : "SIGCONT");
  }
}

/** Starts PGlite behind its socket. It takes one connection at a time, and has no `COPY`. */
export async function startPglite(): Promise<SinkDatabase> {
  const engine = await PGlite.create();
  const server = new PGLiteSocketServer({
    db: engine,
    host: "127.0.0.1",
    port: 0,
  });
  await server.start();
  const port = server.getServerConn().split(":").at(-1);
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres` +
    "?sslmode=disable&copy=off";
  return {
    url,
    database: databaseOf(url),
    query: async (text) => (await engine.query<SqlRow>(text)).rows,
    async stop() {
      await server.stop();
      await engine.close();
    },
  };
}
