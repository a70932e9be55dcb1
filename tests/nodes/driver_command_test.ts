import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { type DriverIo, runDriver } from "../../nodes/driver_command.ts";
import { MemoryDesk } from "../support/charging_desk.ts";
import { MemoryKafka } from "../support/memory_kafka.ts";
import { makeTopics, until } from "../support/topics_rig.ts";

interface Rig {
  readonly broker: MemoryKafka;
  readonly desk: MemoryDesk;
  /** Runs the command; `typed` are lines that come when they are asked for. */
  run(args: readonly string[], typed?: AsyncIterable<string>): Promise<number>;
  /** What it printed. */
  out(): string;
}

/** Time that runs 100 times as fast: BATCH waits for seconds. */
function hurriedClock() {
  const clock = createSystemClock();
  return {
    ...clock,
    monotonic: () => clock.monotonic() * 100,
    timer: (ms: number, callback: () => void) =>
      clock.timer(ms / 100, callback),
  };
}

async function withNetwork(run: (rig: Rig) => Promise<void>): Promise<void> {
  const broker = new MemoryKafka();
  const desk = new MemoryDesk();
  desk.states.set("SEV-07", "ACTIVADO").set("VAL-03", "AVERIADO");
  const { topics } = makeTopics(broker, desk);
  let printed = "";
  const ending = new AbortController();
  const command: Rig["run"] = (args, typed = (async function* () {})()) => {
    const io: DriverIo = {
      clock: hurriedClock(),
      signal: ending.signal,
      stdout: (text) => void (printed += text),
      stderr: (text) => void (printed += text),
      lines: () => typed,
      terminal: undefined,
      readFile: () => Promise.resolve("SEV-07\n\n VAL-03 \r\n"),
      broker: () => broker,
    };
    return runDriver(args, io);
  };
  topics.start();
  await until(
    "it holds",
    () => broker.committed("panal-SEV", "cp_telemetry") !== null,
  );
  try {
    await run({ broker, desk, run: command, out: () => printed });
  } finally {
    ending.abort();
    await topics.stop();
  }
}

/** Supplies whatever is reserved, from now on. */
function supplyAll({ broker, desk }: Rig, type = "SUPPLY_END"): () => void {
  const timer = setInterval(() => {
    for (const [point, state] of desk.states) {
      if (state !== "RESERVADO") continue;
      const common = { "cp_id": point, "user_id": "417" };
      desk.states.set(point, "SUMINISTRANDO");
      broker.put("cp_telemetry", {
        type: "CONSUMO",
        ...common,
        kwh: 0.1,
        importe: 0.02,
      });
      broker.put("cp_telemetry", { type, ...common, kwh: 0.2, importe: 0.04 });
    }
  }, 5);
  return () => clearInterval(timer);
}

Deno.test("driver request asks, waits for the ticket and says what it was told", () =>
  withNetwork(async (rig) => {
    const stop = supplyAll(rig);
    try {
      strictEqual(await rig.run(["request", "SEV-07", "--id", "417"]), 0);
    } finally {
      stop();
    }
    deepStrictEqual(rig.out().split("\n").slice(0, 4), [
      "Kafka está conectado",
      "AUTH_OK SEV-07: Autorizado",
      "CONSUMO_UPDATE SEV-07: 0.100 kWh, 0.02 €",
      "TICKET SEV-07: 0.200 kWh, 0.04 €",
    ]);
  }));

Deno.test("driver request ends with 1 if it is refused, or the supply is cut short", () =>
  withNetwork(async (rig) => {
    strictEqual(await rig.run(["request", "VAL-03", "--id", "417"]), 1);
    match(rig.out(), /AUTH_DENIED VAL-03: AVERIADO/);
    const stop = supplyAll(rig, "AVERIADO");
    try {
      strictEqual(
        await rig.run(["request", "SEV-07", "--id", "417", "--json"]),
        1,
      );
    } finally {
      stop();
    }
    match(
      rig.out(),
      /^\{"type":"SUPPLY_ERROR","point":"SEV-07".*"kwh":0.2,"importe":0.04\}$/m,
    );
  }));

Deno.test("driver request --answer-only leaves with the answer; --quit says that he left", () =>
  withNetwork(async (rig) => {
    const args = [
      "request",
      "SEV-07",
      "--id",
      "417",
      "--answer-only",
      "--quit",
    ];
    strictEqual(await rig.run(args), 0);
    await until("he left", () => rig.desk.quits.length === 1);
    deepStrictEqual(rig.desk.quits, ["417"]);
  }));

Deno.test("driver request gives up after --wait", () =>
  withNetwork(async (rig) => {
    strictEqual(
      await rig.run(["request", "SEV-07", "--id", "417", "--wait", "1"]),
      1,
    );
  }));

Deno.test("driver batch asks for each point of a file and waits for each charge", () =>
  withNetwork(async (rig) => {
    const stop = supplyAll(rig);
    try {
      strictEqual(await rig.run(["batch", "points.txt", "--id", "417"]), 1);
    } finally {
      stop();
    }
    const words = rig.out().split("\n").map((line) => line.split(/[ :]/)[0]);
    deepStrictEqual(words.filter((it) => it !== "" && it !== "Kafka"), [
      "SOLICITAR",
      "AUTH_OK",
      "CONSUMO_UPDATE",
      "TICKET",
      "SOLICITAR",
      "AUTH_DENIED",
    ]);
  }));

Deno.test("driver's prompt takes SOLICITAR and Q in any case, and says what else there is", () =>
  withNetwork(async (rig) => {
    async function* typed() {
      yield "";
      yield "help";
      yield "solicitar SEV-07";
      await until("the answer", () => rig.out().includes("AUTH_OK"));
      yield "q";
    }
    strictEqual(await rig.run(["--id", "417"], typed()), 0);
    match(rig.out(), /SOLICITAR <CP_ID> · BATCH <fichero> · Q salir/);
    strictEqual(rig.desk.requests.length, 1);
  }));

Deno.test("a driver whose broker dies hears, when it returns, what was told in between", () =>
  withNetwork(async (rig) => {
    async function* typed() {
      yield "SOLICITAR SEV-07";
      await until("the answer", () => rig.out().includes("AUTH_OK"));
      rig.broker.kill();
      await until("it is lost", () => rig.out().includes("Kafka no responde"));
      yield "SOLICITAR VAL-03";
      rig.broker.restart();
      rig.broker.put("cp_telemetry", {
        type: "SUPPLY_END",
        ...{ "cp_id": "SEV-07", "user_id": "417", kwh: 1, importe: 0.2 },
      });
      await until("the ticket", () => rig.out().includes("TICKET"));
      yield "Q";
    }
    strictEqual(await rig.run(["--id", "417"], typed()), 0);
    match(rig.out(), /The Kafka broker is away/);
  }));

Deno.test("driver refuses wrong options in one line, and teaches", () =>
  withNetwork(async (rig) => {
    for (
      const args of [
        [],
        ["--id", "a#b"],
        ["fly", "--id", "417"],
        ["request", "--id", "417"],
        ["request", "SEV-07", "VAL-03", "--id", "417"],
        ["--id", "417", "--wait", "soon"],
        ["--id", "417", "--broker", "nowhere"],
      ]
    ) strictEqual(await rig.run(args), 2, args.join(" "));
    ok(
      rig.out().split("\n").every((line) =>
        line === "" || line.startsWith("driver: ")
      ),
    );
    rig.broker.kill();
    strictEqual(await rig.run(["request", "SEV-07", "--id", "417"]), 2);
    strictEqual(await rig.run(["--help"]), 0);
    match(rig.out(), /Example, in three terminals/);
  }));
