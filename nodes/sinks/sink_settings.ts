/**
 * The settings of sinks: `--sink URL`. Passwords may stand in the URL, in an environment variable or in a file; whatever
 * is shown of a sink is its name, which has neither user nor password.
 *
 * @module
 */
import { SINKS_MAX } from "../limits.ts";
import { configError } from "../option_parser.ts";

/** A database that speaks PostgreSQL's protocol. */
export interface PostgresAddress {
  /** Which engine. */
  readonly kind: "postgres";
  /** What it is called: `postgres://host:5432/db`. */
  readonly name: string;
  /** The host. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The database. */
  readonly database: string;
  /** The user. */
  readonly user: string;
  /** The password. Secret: never log it. */
  readonly password?: string;
  /** A file that holds the password, to be read when the node starts. */
  readonly passwordFile?: string;
  /** `prefer` encrypts where the server can; `require` always; `verify` only for a certificate that this machine trusts. */
  readonly tls: "prefer" | "require" | "verify" | "off";
  /** False for a program that has no `COPY`. */
  readonly copies: boolean;
}

/** Kafka brokers. */
export interface KafkaAddress {
  /** Which engine. */
  readonly kind: "kafka";
  /** What it is called: `kafka://host:9092/prefix`. */
  readonly name: string;
  /** Brokers, `HOST:PORT` each. */
  readonly brokers: readonly string[];
  /** What the names of topics begin with. */
  readonly prefix: string;
}

/** Where a sink is. */
export type SinkAddress = PostgresAddress | KafkaAddress;

/** A sink as it was given. */
export interface GivenSink {
  /** Where it was given: `--sink`. */
  readonly label: string;
  /** The URL. Secret: never log it. */
  readonly value: string;
}

/** Environment variables by name. */
type Environment = Readonly<Record<string, string | undefined>>;

const POSTGRES_PORT = 5432;
const KAFKA_PORT = 9092;
const TLS: Readonly<Record<string, PostgresAddress["tls"]>> = {
  disable: "off",
  prefer: "prefer",
  require: "require",
  "verify-full": "verify",
};
const POSTGRES_OPTIONS = ["sslmode", "password-env", "password-file", "copy"];

/**
 * Reads the sinks of a node.
 *
 * @param given The URLs.
 * @param env Environment variables: those that URLs name, and `PANAL_SINK_PASSWORD` for those that name none.
 * @returns Where they are.
 * @throws {PanalError} `config_invalid`, without a word of what was given.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const [sink] = readSinks([{
 *   label: "--sink",
 *   value: "postgres://panal:secret@db.example:5433/chain",
 * }], {});
 * strictEqual(sink?.name, "postgres://db.example:5433/chain");
 * ```
 */
export function readSinks(
  given: readonly GivenSink[],
  env: Environment,
): SinkAddress[] {
  const sinks = given.map((one) => readSink(one, env));
  if (sinks.length > SINKS_MAX) {
    throw configError(`--sink is given more than ${SINKS_MAX} times`);
  }
  const names = new Set(sinks.map(({ name }) => name));
  if (names.size < sinks.length) {
    throw configError("--sink names one sink twice: leave one out");
  }
  return sinks;
}

function readSink({ label, value }: GivenSink, env: Environment): SinkAddress {
  if (/^postgres(ql)?:\/\//.test(value)) {
    return readPostgres({ label, value }, env);
  }
  if (value.startsWith("kafka://")) return readKafka({ label, value });
  throw configError(
    `${label} takes postgres://USER@HOST:PORT/DATABASE or kafka://HOST:PORT[,HOST:PORT]/PREFIX`,
  );
}

function readPostgres(
  { label, value }: GivenSink,
  env: Environment,
): PostgresAddress {
  const wrong = (what: string) => configError(`${label}: ${what}`);
  const url = URL.parse(value);
  const database = url === null ? "" : decoded(url.pathname.slice(1));
  const user = url === null ? "" : decoded(url.username);
  if (
    url === null || url.hostname === "" || url.hash !== "" || user === "" ||
    !/^[^/\0]{1,63}$/.test(database)
  ) {
    throw wrong(
      "a database is given as postgres://USER@HOST:PORT/DATABASE; write other signs in USER and PASSWORD as %XX",
    );
  }
  const options = url.searchParams;
  const unknown = [...options.keys()].some((name) =>
    !POSTGRES_OPTIONS.includes(name)
  );
  if (unknown) {
    throw wrong(
      `what stands behind ? is one of ${POSTGRES_OPTIONS.join(", ")}`,
    );
  }
  const tls = TLS[options.get("sslmode") ?? "prefer"];
  if (tls === undefined) {
    throw wrong(`sslmode is one of ${Object.keys(TLS).join(", ")}`);
  }
  const copy = options.get("copy") ?? "on";
  if (copy !== "on" && copy !== "off") throw wrong("copy is on or off");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? POSTGRES_PORT : Number(url.port);
  return {
    kind: "postgres",
    name: `postgres://${url.hostname}:${port}/${database}`,
    ...{ host, port, database, user, tls },
    copies: copy === "on",
    ...readPassword(url, { env, wrong }),
  };
}

function readPassword(
  { password, searchParams }: URL,
  { env, wrong }: {
    readonly env: Environment;
    readonly wrong: (what: string) => Error;
  },
): Pick<PostgresAddress, "password" | "passwordFile"> {
  const variable = searchParams.get("password-env");
  const passwordFile = searchParams.get("password-file");
  const ways = [password, variable, passwordFile].filter((it) => it);
  if (ways.length > 1) {
    throw wrong("the password is given in one way only");
  }
  if (passwordFile) return { passwordFile };
  if (password !== "") return { password: decoded(password) };
  const found = env[variable ?? "PANAL_SINK_PASSWORD"];
  if (variable !== null && found === undefined) {
    throw wrong("the variable that password-env names is not set");
  }
  return found === undefined ? {} : { password: found };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function readKafka({ label, value }: GivenSink): KafkaAddress {
  const [, hosts = "", prefix = ""] =
    /^kafka:\/\/([^/@?#]+)\/([A-Za-z0-9._-]{1,100})$/.exec(value) ?? [];
  const brokers = hosts.split(",").map((host) =>
    /:[0-9]{1,5}$/.test(host) ? host : `${host}:${KAFKA_PORT}`
  );
  const isHost = (text: string) =>
    /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}$/.test(text) &&
    Number(text.slice(text.lastIndexOf(":") + 1)) <= 65_535;
  if (hosts === "" || !brokers.every(isHost)) {
    throw configError(
      `${label}: brokers are given as kafka://HOST:PORT[,HOST:PORT]/PREFIX, the prefix in letters, digits, dots and dashes`,
    );
  }
  return {
    kind: "kafka",
    name: `kafka://${brokers.join(",")}/${prefix}`,
    brokers,
    prefix,
  };
}
