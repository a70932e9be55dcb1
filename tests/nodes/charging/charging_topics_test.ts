import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { err, fixedFactId, ok as good, PanalError } from "../../../crdt/mod.ts";
import { MemoryDesk } from "../../support/charging_desk.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import { makeTopics, type TopicsRig, until } from "../../support/topics_rig.ts";

const REQUESTS = "driver_requests";
const TELEMETRY = "cp_telemetry";
const NOTICES = "driver_notifications";
const STATUS = "network_status";
const GROUP = "panal-SEV";

interface Rig extends TopicsRig {
  readonly broker: MemoryKafka;
  readonly desk: MemoryDesk;
  /** Makes a further node of the same site. */
  another(): TopicsRig;
}

/** Runs with one node that holds the topics; all nodes are stopped at the end. */
async function withTopics(
  run: (rig: Rig) => Promise<void>,
  options: {
    readonly statusMs?: number;
    readonly prepare?: (rig: Rig) => void;
  } = {},
): Promise<void> {
  const broker = new MemoryKafka();
  const desk = new MemoryDesk();
  desk.states.set("SEV-07", "ACTIVADO");
  const all: TopicsRig[] = [];
  const another = () => {
    const made = makeTopics(broker, desk, options);
    all.push(made);
    return made;
  };
  const rig = { broker, desk, another, ...another() };
  options.prepare?.(rig);
  try {
    rig.topics.start();
    if (!broker.faults.down) await until("it holds", () => isTaking(rig));
    await run(rig);
  } finally {
    broker.restart();
    await Promise.all(all.map(({ topics }) => topics.stop()));
  }
}

/** Whether the group has its offsets: from here on nothing is missed. */
function isTaking({ broker, topics }: Rig): boolean {
  return topics.view.holds && broker.committed(GROUP, TELEMETRY) !== null;
}

function ask(broker: MemoryKafka, driver: unknown, point: unknown, more = {}) {
  return broker.put(REQUESTS, {
    "user_id": driver,
    "cp_id": point,
    timestamp: 1.5,
    ...more,
  });
}

function tell(broker: MemoryKafka, type: string, figures: object = {}) {
  return broker.put(TELEMETRY, {
    type,
    "cp_id": "SEV-07",
    "user_id": "417",
    ...figures,
  });
}

const ids = (broker: MemoryKafka) =>
  broker.records(NOTICES).flatMap(({ headers }) =>
    headers.get("panal-id") ?? []
  );
const types = (broker: MemoryKafka) =>
  broker.values(NOTICES).map(({ type }) => type);

Deno.test("C-54: AUTH_OK and AUTH_DENIED have exactly the fields of 4.4, the id stands in a header", () =>
  withTopics(async ({ broker, desk }) => {
    ask(broker, "417", "SEV-07");
    ask(broker, "418", "SEV-07");
    ask(broker, "419", "NIX-01", { type: "request_charge" });
    await until("three words", () => types(broker).length === 3);
    deepStrictEqual(
      broker.values(NOTICES).toSorted((a, b) =>
        String(a.user_id) < String(b.user_id) ? -1 : 1
      ),
      [
        {
          type: "AUTH_OK",
          "cp_id": "SEV-07",
          "user_id": "417",
          message: "Autorizado",
          "target_driver": "417",
        },
        {
          type: "AUTH_DENIED",
          "cp_id": "SEV-07",
          "user_id": "418",
          reason: "RESERVADO",
          "target_driver": "418",
        },
        {
          type: "AUTH_DENIED",
          "cp_id": "NIX-01",
          "user_id": "419",
          reason: "NO_EXISTE",
          "target_driver": "419",
        },
      ],
    );
    deepStrictEqual(
      new Set(ids(broker)),
      new Set(desk.notices.map(({ id }) => id)),
    );
    await until("they are noted", () => desk.told.size === 3);
    await until(
      "they are committed",
      () => broker.committed(GROUP, REQUESTS) === 3,
    );
  }));

Deno.test("a record that is neither a request nor a leaving is refused with the point's state", () =>
  withTopics(async ({ broker, desk }) => {
    ask(broker, "417", "SEV-07", { type: "HELLO" });
    ask(broker, "417", "NIX-01", { type: 7 });
    await until("two words", () => types(broker).length === 2);
    deepStrictEqual(broker.values(NOTICES).map((it) => [it.type, it.reason]), [
      ["AUTH_DENIED", "ACTIVADO"],
      ["AUTH_DENIED", "NO_EXISTE"],
    ]);
    strictEqual(desk.requests.length, 0);
  }));

Deno.test("M-4: a supply gives one CONSUMO_UPDATE per CONSUMO and one TICKET with the engine's figures", () =>
  withTopics(async ({ broker }) => {
    tell(broker, "SESSION_STARTED");
    for (const i of [1, 2, 3]) {
      tell(broker, "consumo", { kwh: i / 10, importe: i * 0.02 });
    }
    tell(broker, "SUPPLY_END", { kwh: 0.305, importe: 0.06 });
    await until("all words", () => types(broker).length === 4);
    const common = { "cp_id": "SEV-07", "user_id": "417" };
    deepStrictEqual(broker.values(NOTICES), [
      { type: "CONSUMO_UPDATE", ...common, kwh: 0.1, importe: 0.02 },
      { type: "CONSUMO_UPDATE", ...common, kwh: 0.2, importe: 0.04 },
      { type: "CONSUMO_UPDATE", ...common, kwh: 0.3, importe: 0.06 },
      {
        type: "TICKET",
        ...common,
        kwh: 0.305,
        importe: 0.06,
        "target_driver": "417",
      },
    ]);
    deepStrictEqual(
      broker.records(NOTICES).map(({ headers }) => headers.size),
      [0, 0, 0, 1],
    );
  }));

Deno.test("C-28: a SUPPLY_ERROR names its driver, but for a stop the fields are those of 4.4", () =>
  withTopics(async ({ broker, desk }) => {
    const common = { point: "SEV-07", driver: "417" };
    for (
      const reason of [
        "Carga interrumpida: Monitor desconectado",
        "Carga interrumpida: CP puesto fuera de servicio",
      ]
    ) {
      desk.notify({
        ...common,
        id: fixedFactId(["end", reason]),
        body: {
          type: "SUPPLY_ERROR",
          reason,
          energy: 1234 as never,
          amount: 25,
        },
      });
    }
    await until("two words", () => types(broker).length === 2);
    const figures = { "kwh_partial": 1.234, "importe_partial": 0.25 };
    const who = { type: "SUPPLY_ERROR", "cp_id": "SEV-07", "user_id": "417" };
    deepStrictEqual(broker.values(NOTICES), [
      {
        ...who,
        reason: "Carga interrumpida: Monitor desconectado",
        ...figures,
        "target_driver": "417",
      },
      {
        ...who,
        reason: "Carga interrumpida: CP puesto fuera de servicio",
        ...figures,
      },
    ]);
  }));

Deno.test("telemetry is read as 4.3 says: types, the driver's other name, figures of no number", () =>
  withTopics(async ({ broker, desk }) => {
    tell(broker, "SESSION_STARTED", { "user_id": "", "driver_id": "418" });
    tell(broker, "AVERIADO", { kwh: "1", importe: -1, "user_id": undefined });
    tell(broker, "FAULT", { kwh: 2, importe: 0.295 });
    tell(broker, "CONEXION_PERDIDA", { kwh: 1e300 });
    tell(broker, "NOTHING");
    tell(broker, "SUPPLY_END", { "user_id": "NO_SESSION" });
    await until("five supplies", () => desk.supplies.length === 5);
    deepStrictEqual(
      desk.supplies.map((
        { kind, driver, energy, amount, connector },
      ) => [kind, driver, energy, amount, connector]),
      [
        ["started", "418", null, null, 1],
        ["fault", null, null, null, 1],
        ["fault", "417", 2000, 30, 1],
        ["lost", "417", null, null, 1],
        ["ended", null, null, null, 1],
      ],
    );
    deepStrictEqual(desk.supplies.map(({ position }) => position?.offset), [
      0,
      1,
      2,
      3,
      5,
    ]);
  }));

Deno.test("C-47: poison records are skipped, counted and reported, and what follows is taken", () =>
  withTopics(async ({ broker, desk, topics, reports }) => {
    const poison = [
      null,
      "",
      "no JSON",
      "[]",
      "7",
      "null",
      '"text"',
      new Uint8Array([0xff, 0xfe]),
      "{".repeat(70_000),
    ];
    for (const topic of [REQUESTS, TELEMETRY]) {
      for (const value of poison) broker.put(topic, value);
    }
    tell(broker, "CONSUMO", { "cp_id": 7 });
    tell(broker, "CONSUMO", { "cp_id": "a#b" });
    ask(broker, "417", "SEV-07");
    tell(broker, "SUPPLY_END", { kwh: 1, importe: 1 });
    await until("the words", () => types(broker).length === 2);
    deepStrictEqual(types(broker).toSorted(), ["AUTH_OK", "TICKET"]);
    strictEqual(topics.view.poison, 2 * poison.length + 2);
    deepStrictEqual(
      reports.map(({ kind, details }) => [kind, details.topic]).toSorted(),
      [
        ["kafka_poison", TELEMETRY],
        ["kafka_poison", REQUESTS],
      ],
    );
    await until(
      "all is committed",
      () => broker.committed(GROUP, REQUESTS) === poison.length + 1,
    );
    strictEqual(desk.requests.length, 1);
  }));

Deno.test("C-24: an offset is committed only when the effect of everything before it is stored", () =>
  withTopics(async ({ broker, desk }) => {
    const gate = Promise.withResolvers<void>();
    desk.before = ({ driver }) =>
      driver === "slow" ? gate.promise : Promise.resolve();
    ask(broker, "417", "SEV-07");
    ask(broker, "slow", "SEV-07");
    ask(broker, "419", "SEV-07");
    await until("two answers", () => types(broker).length === 2);
    await until(
      "the first is committed",
      () => broker.committed(GROUP, REQUESTS) === 1,
    );
    gate.resolve();
    await until(
      "all are committed",
      () => broker.committed(GROUP, REQUESTS) === 3,
    );
  }));

Deno.test("C-24: telemetry is committed no further than the supplies that are durable", () =>
  withTopics(async ({ broker, desk }) => {
    tell(broker, "SESSION_STARTED");
    desk.unsaved = 1;
    tell(broker, "CONSUMO", { kwh: 0.1, importe: 0.02 });
    tell(broker, "CONSUMO", { kwh: 0.2, importe: 0.04 });
    await until("they are taken", () => desk.supplies.length === 3);
    await until(
      "the first is committed",
      () => broker.committed(GROUP, TELEMETRY) === 1,
    );
    desk.unsaved = undefined;
    await until("all are", () => broker.committed(GROUP, TELEMETRY) === 3);
  }));

Deno.test("C-24: a group without offsets begins at the end; one with offsets is read from there", async () => {
  const broker = new MemoryKafka();
  ask(broker, "old", "SEV-07");
  const desk = new MemoryDesk();
  const first = makeTopics(broker, desk);
  first.topics.start();
  await until("it begins", () => broker.committed(GROUP, TELEMETRY) === 0);
  await first.topics.stop();
  strictEqual(broker.committed(GROUP, REQUESTS), 1);
  ask(broker, "417", "SEV-07");
  const second = makeTopics(broker, desk);
  second.topics.start();
  await until("the request is taken", () => desk.requests.length === 1);
  await second.topics.stop();
  deepStrictEqual(desk.requests.map(({ driver }) => driver), ["417"]);
});

Deno.test("C-29: a word whose write was not confirmed is found on the topic and not written again", () =>
  withTopics(async ({ broker, desk }) => {
    broker.faults.loseAnswers = 1;
    ask(broker, "417", "SEV-07");
    await until("it is noted", () => desk.told.size === 1);
    deepStrictEqual(types(broker), ["AUTH_OK"]);
    strictEqual(broker.sessions, 2);
  }));

Deno.test("C-29: a word whose write was refused is written by the next session", () =>
  withTopics(async ({ broker, desk }) => {
    broker.faults.refuseWrites = 1;
    ask(broker, "417", "SEV-07");
    await until("it is noted", () => desk.told.size === 1);
    deepStrictEqual(types(broker), ["AUTH_OK"]);
  }, { statusMs: 60_000 }));

Deno.test("C-29: killed between writing a word and noting it: who takes over does not write it again", () =>
  withTopics(async ({ broker, desk, topics, another }) => {
    let lost = 0;
    // The node never gets to note anything.
    desk.noting = () => {
      lost++;
      return Promise.reject(new PanalError("store_failed", "killed"));
    };
    ask(broker, "417", "SEV-07");
    await until("it is written", () => types(broker).length === 1 && lost > 0);
    await topics.stop();
    strictEqual(desk.told.size, 0);
    desk.noting = () => Promise.resolve();
    another().topics.start();
    await until("the next notes it", () => desk.told.size === 1);
    deepStrictEqual(types(broker), ["AUTH_OK"]);
  }));

Deno.test("11.1: of two nodes one holds the topics; as they pass to and fro each request gets one word", () =>
  withTopics(async ({ broker, desk, topics, another }) => {
    const second = another().topics;
    second.start();
    await until("the second waits", () => second.view.connected);
    deepStrictEqual([topics.view.holds, second.view.holds], [true, false]);
    for (let i = 0; i < 60; i++) {
      ask(broker, `d${i}`, "SEV-07");
      if (i % 10 === 5) broker.evict(GROUP);
      if (i % 20 === 19) broker.cut();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await until("all have a word", () => desk.told.size === 60);
    strictEqual(new Set(ids(broker)).size, 60);
    strictEqual(ids(broker).length, 60);
    strictEqual(new Set(desk.requests.map(({ id }) => id)).size, 60);
  }));

Deno.test("C-24: a replayed request has the same id", () =>
  withTopics(async ({ broker, desk, topics, another }) => {
    desk.before = () => new Promise((resolve) => setTimeout(resolve, 20));
    ask(broker, "417", "SEV-07");
    await until("it is asked", () => desk.requests.length === 1);
    // It ends before the offset is committed.
    broker.cut();
    await topics.stop();
    another().topics.start();
    await until("it is asked again", () => desk.requests.length === 2);
    strictEqual(desk.requests[0]?.id, desk.requests[1]?.id);
    notStrictEqual(desk.requests[0]?.id, undefined);
    await until("it is answered", () => desk.told.size === 1);
    deepStrictEqual(types(broker), ["AUTH_OK"]);
  }));

Deno.test("C-25: network_status has every point in every state, each 5 s, by the node that holds the topics alone", () =>
  withTopics(async ({ broker, desk, another }) => {
    desk.states.set("VAL-03", "DESCONECTADO");
    const second = another().topics;
    second.start();
    await until("some states", () => broker.records(STATUS).length >= 4);
    const location = "C/ Sierpes 1";
    deepStrictEqual(broker.values(STATUS).at(-1), {
      type: "NETWORK_STATUS_UPDATE",
      cps: [
        { id: "SEV-07", status: "ACTIVADO", location },
        { id: "VAL-03", status: "DESCONECTADO", location },
      ],
    });
    strictEqual(second.view.statuses, 0);
  }));

Deno.test("11.6: of more points than a record holds, those that are connected are told of", () =>
  withTopics(async ({ broker, reports }) => {
    await until(
      "a state",
      () => reports.some(({ kind }) => kind === "kafka_status_cut"),
    );
    const { value } = broker.records(STATUS).at(-1) ?? { value: null };
    ok((value?.length ?? Infinity) <= 1_000_000);
    const { cps } = JSON.parse(new TextDecoder().decode(value ?? undefined));
    strictEqual(cps[0].id, "SEV-07");
  }, {
    prepare: ({ desk }) => {
      for (let i = 0; i < 6_000; i++) {
        desk.states.set(`A${i}-${"x".repeat(150)}`, "DESCONECTADO");
      }
    },
  }));

Deno.test("C-31: DRIVER_QUIT is passed on, after what the same driver asked before", () =>
  withTopics(async ({ broker, desk }) => {
    desk.before = () => new Promise((resolve) => setTimeout(resolve, 15));
    ask(broker, "417", "SEV-07");
    broker.put(REQUESTS, {
      type: "DRIVER_QUIT",
      "user_id": "417",
      timestamp: 2,
    });
    broker.put(REQUESTS, { type: "DRIVER_QUIT", timestamp: 2 });
    await until("he left", () => desk.quits.length === 1);
    strictEqual(types(broker).length, 1);
    deepStrictEqual(desk.quits, ["417"]);
  }));

Deno.test("the node works without a broker: it waits, says so, and catches up when it returns", () =>
  withTopics(async ({ broker, desk, topics, reports }) => {
    desk.notify({
      id: fixedFactId(["while away"]),
      point: "SEV-07",
      driver: "417",
      body: { type: "AUTH_OK" },
    });
    await until(
      "it is an incident",
      () => reports.some(({ kind }) => kind === "kafka_away"),
      12_000,
    );
    strictEqual(topics.problems.length, 1);
    strictEqual(topics.view.connected, false);
    strictEqual(await topics.simulate("SEV-07", "I"), false);
    broker.restart();
    await until("the word is told", () => desk.told.size === 1);
    deepStrictEqual(types(broker), ["AUTH_OK"]);
    deepStrictEqual(topics.problems, []);
  }, { prepare: ({ broker }) => broker.kill() }));

Deno.test("a broker that dies and returns: nothing is lost, nothing is told twice", () =>
  withTopics(async ({ broker, desk }) => {
    for (let i = 0; i < 30; i++) {
      ask(broker, `d${i}`, "SEV-07");
      if (i % 7 === 3) broker.kill();
      if (i % 7 === 6) broker.restart();
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    broker.restart();
    await until("all have a word", () => desk.told.size === 30);
    strictEqual(ids(broker).length, 30);
  }));

Deno.test("a slow broker slows words down and loses none", () =>
  withTopics(async ({ broker, desk }) => {
    broker.faults.delayMs = 15;
    for (let i = 0; i < 40; i++) ask(broker, `d${i}`, "SEV-07");
    await until("all have a word", () => desk.told.size === 40);
    strictEqual(ids(broker).length, 40);
  }));

Deno.test("a full disk holds a record until there is room; the topic's others go on", () =>
  withTopics(async ({ broker, desk }) => {
    let full = true;
    desk.before = ({ driver }) =>
      full && driver === "417"
        ? Promise.reject(new PanalError("store_full", "full"))
        : Promise.resolve();
    ask(broker, "417", "SEV-07");
    ask(broker, "418", "NIX-01");
    await until("the other is answered", () => types(broker).length === 1);
    await until("it is tried again", () => desk.requests.length >= 4);
    strictEqual(broker.committed(GROUP, REQUESTS), 0);
    full = false;
    await until("it is answered", () => types(broker).length === 2);
    deepStrictEqual(types(broker), ["AUTH_DENIED", "AUTH_OK"]);
  }));

Deno.test("a request that a node had no room to decide is asked again, and answered once", () =>
  withTopics(async ({ broker, desk }) => {
    const request = desk.request.bind(desk);
    let refusals = 0;
    desk.request = (input) =>
      ++refusals > 2 ? request(input) : Promise.resolve({
        request: input.id ?? fixedFactId(["drawn"]),
        session: null,
        refusal: "overloaded",
        words: "busy",
        repeated: false,
      });
    ask(broker, "417", "SEV-07");
    await until("it is answered", () => types(broker).length === 1);
    deepStrictEqual(types(broker), ["AUTH_OK"]);
    strictEqual(refusals, 3);
    await until("committed", () => broker.committed(GROUP, REQUESTS) === 1);
  }));

Deno.test("words that no fact holds and a write refused are said by the next session, however many wait", () =>
  withTopics(async ({ broker }) => {
    Object.assign(broker.faults, { refuseWrites: 1, delayMs: 30 });
    for (let i = 0; i < 600; i++) {
      ask(broker, `d${i}`, "SEV-07", { type: "NONSENSE" });
    }
    await until("all are said", () => types(broker).length === 600, 8_000);
    strictEqual(new Set(ids(broker)).size, 600);
  }, { statusMs: 60_000 }));

Deno.test("a record that fails for another reason is given up, counted and reported", () =>
  withTopics(async ({ broker, desk, topics, reports }) => {
    desk.before = ({ driver }) =>
      driver === "417"
        ? Promise.reject(new TypeError("bug"))
        : Promise.resolve();
    ask(broker, "417", "SEV-07");
    ask(broker, "418", "SEV-07");
    await until("it is given up", () => topics.view.poison === 1);
    await until(
      "it is committed",
      () => broker.committed(GROUP, REQUESTS) === 2,
    );
    deepStrictEqual(reports.map(({ kind }) => kind), ["kafka_poison"]);
  }));

Deno.test("C-39: telemetry passes through whoever has the keys; what cannot be opened is dropped and counted", () =>
  withTopics(async ({ broker, desk, topics }) => {
    broker.put(TELEMETRY, {
      "cp_id": "SEV-07",
      ciphertext: "x",
      encrypted: true,
    });
    await until("it is dropped", () => topics.view.sealed === 1);
    topics.openWith((record) =>
      record.ciphertext === "good"
        ? good({
          record: {
            type: "SUPPLY_END",
            "cp_id": "SEV-07",
            "user_id": "417",
            kwh: 1,
            importe: 0.2,
          },
          unauthenticated: false,
        })
        : record.encrypted === true
        ? err("not_opened")
        : good({ record, unauthenticated: true })
    );
    broker.put(TELEMETRY, {
      "cp_id": "SEV-07",
      ciphertext: "bad",
      encrypted: true,
    });
    broker.put(TELEMETRY, {
      "cp_id": "SEV-07",
      ciphertext: "good",
      encrypted: true,
    });
    tell(broker, "SESSION_STARTED");
    await until("two are taken", () => desk.supplies.length === 2);
    deepStrictEqual(
      desk.supplies.map((it) => [it.kind, it.unauthenticated ?? false]),
      [
        ["ended", false],
        ["started", true],
      ],
    );
    strictEqual(topics.view.sealed, 2);
  }));

Deno.test("a topic that was made anew is read from its beginning", () =>
  withTopics(async ({ broker, desk, reports }) => {
    for (let i = 0; i < 3; i++) ask(broker, `a${i}`, "SEV-07");
    await until(
      "they are committed",
      () => broker.committed(GROUP, REQUESTS) === 3,
    );
    broker.kill();
    broker.topics.delete(REQUESTS);
    broker.restart();
    ask(broker, "b0", "SEV-07");
    await until("it is taken", () => desk.requests.at(-1)?.driver === "b0");
    strictEqual(
      reports.some(({ kind }) => kind === "kafka_records_lost"),
      true,
    );
    await until(
      "it is committed",
      () => broker.committed(GROUP, REQUESTS) === 1,
    );
  }));

Deno.test("a topic of several partitions is an incident", () =>
  withTopics(({ reports }) => {
    deepStrictEqual(reports.map(({ kind, details }) => [kind, details.topic]), [
      ["kafka_partitions", REQUESTS],
    ]);
    return Promise.resolve();
  }, { prepare: ({ broker }) => void broker.wide.add(REQUESTS) }));

Deno.test("commands to simulated engines go onto cp_simulation", () =>
  withTopics(async ({ broker, topics }) => {
    await until("it is connected", () => topics.view.connected);
    strictEqual(await topics.simulate("SEV-07", "I"), true);
    deepStrictEqual(broker.values("cp_simulation"), [{
      "target_cp": "SEV-07",
      command: "I",
    }]);
  }));

Deno.test("what waits for a broker that writes nothing is bounded: running totals are left out, words are not", () =>
  withTopics(async ({ broker, desk, topics }) => {
    broker.faults.delayMs = 100;
    for (let i = 0; i < 11_000; i++) {
      desk.notify({
        id: fixedFactId(["total", String(i)]),
        ...{ point: "SEV-07", driver: "417", durable: false },
        body: { type: "CONSUMO_UPDATE", energy: i as never, amount: i },
      });
    }
    for (let i = 0; i < 20; i++) {
      desk.notify({
        id: fixedFactId(["word", String(i)]),
        point: "SEV-07",
        driver: "417",
        body: { type: "AUTH_OK" },
      });
    }
    broker.faults.delayMs = 0;
    await until("the words are told", () => desk.told.size === 20);
    ok(topics.view.dropped >= 900);
    strictEqual(ids(broker).length, 20);
  }));
