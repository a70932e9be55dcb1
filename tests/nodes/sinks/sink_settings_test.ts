import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { PanalError } from "../../../crdt/mod.ts";
import { parseRunArgs, resolveConfig } from "../../../nodes/config.ts";
import { readSinks } from "../../../nodes/sinks/sink_settings.ts";

const read = (value: string, env: Record<string, string> = {}) =>
  readSinks([{ label: "--sink", value }], env)[0];

Deno.test("readSinks() reads a database, and names it without user and password", () => {
  deepStrictEqual(
    read("postgres://ana:p%40ss@db.example/chain?sslmode=require"),
    {
      kind: "postgres",
      name: "postgres://db.example:5432/chain",
      host: "db.example",
      port: 5432,
      database: "chain",
      user: "ana",
      password: "p@ss",
      tls: "require",
      copies: true,
    },
  );
});

Deno.test("readSinks() takes passwords of the environment or of a file", () => {
  const plain = "postgres://ana@db.example/chain";
  const password = (value: string, env = {}) => {
    const sink = read(value, env);
    return sink?.kind === "postgres" ? sink.password : undefined;
  };
  strictEqual(password(plain), undefined);
  strictEqual(password(plain, { PANAL_SINK_PASSWORD: "a" }), "a");
  strictEqual(password(`${plain}?password-env=B`, { B: "b" }), "b");
  const sink = read(`${plain}?password-file=/run/secret`);
  ok(sink?.kind === "postgres");
  strictEqual(sink.passwordFile, "/run/secret");
});

Deno.test("readSinks() reads brokers", () => {
  deepStrictEqual(read("kafka://a.example,b.example:9093/chain"), {
    kind: "kafka",
    name: "kafka://a.example:9092,b.example:9093/chain",
    brokers: ["a.example:9092", "b.example:9093"],
    prefix: "chain",
  });
});

Deno.test("readSinks() refuses what it cannot read, and repeats no word of it", () => {
  const wrong = [
    "mysql://ana:secret@db/chain",
    "postgres://ana:secret@db",
    "postgres://:secret@db/chain",
    "postgres://ana:secret@db/chain?sslmode=secret",
    "postgres://ana:secret@db/chain?sslmodus=secret",
    "postgres://ana:secret@db/chain?password-file=x",
    "postgres://ana@db/chain?password-env=SECRET_secret",
    "postgres://ana:secret@db:99999/chain",
    "kafka://secret@db/chain",
    "kafka://db",
    "kafka://db:99999/chain",
    "secret",
  ];
  for (const value of wrong) {
    throws(
      () => read(value),
      (error) =>
        error instanceof PanalError && error.code === "config_invalid" &&
        !error.message.includes("secret"),
      value,
    );
  }
  const twice = { label: "--sink", value: "kafka://a/b" };
  throws(() => readSinks([twice, twice], {}), /twice/);
});

Deno.test("PANAL_SINK may hold several sinks, one with several brokers", () => {
  const request = parseRunArgs(["office"], {});
  ok(request.kind === "run");
  const { sinks } = resolveConfig(request, {
    env: { PANAL_SINK: "kafka://a:1,b:2/x  postgres://u@h/d" },
  });
  deepStrictEqual(sinks.map(({ name }) => name), [
    "kafka://a:1,b:2/x",
    "postgres://h:5432/d",
  ]);
});
