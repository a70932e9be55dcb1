/**
 * One broker for all of these tests, started once; without Java, Maven or what they fetch, none of them runs, and the log
 * says so.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createKafkaBroker } from "../../nodes/adapters/kafka_client.ts";
import {
  type NodeProcess,
  runProgram,
} from "../../nodes/adapters/node_process.ts";
import { kafkaContract } from "../contract/kafka_contract.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";
import {
  allWords,
  SiteDriver,
  type SitePoint,
  startPoint,
  startSiteNode,
  writeRaw,
} from "./charging_site.ts";
import { type RealBroker, startRealBroker } from "./real_broker.ts";
import { sinkTopics } from "./sink_topics.ts";

/** Most that a request may take until its driver has the answer, on a busy machine, in milliseconds. */
const ANSWER_MS_MAX = 2_000;

/** Says in the log of a run whether these tests ran. */
function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${line}\n`));
}

type Step = (name: string, run: () => Promise<void>) => Promise<unknown>;

Deno.test({
  name: "a real Apache Kafka",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const found = await startRealBroker();
    if ("missing" in found) {
      say(`== Kafka tests SKIPPED, there is no real broker: ${found.missing}`);
      return;
    }
    const { broker } = found;
    let steps = 0;
    const step: Step = async (name, fn) => {
      const passed = await t.step({
        ...{ name, fn, sanitizeOps: false, sanitizeResources: false },
      });
      if (passed) steps++;
    };
    try {
      await using group = await createProcessGroup();
      const nodes = startNodes(broker, group);
      nodes.catch(() => {});
      await kafkaContract(step, () => createKafkaBroker(broker.address, "t"));
      await chargingSite(step, broker, await nodes);
      await sinkTopics(step, broker);
      const mebibytes = Math.round(await broker.residentBytes() / 1024 / 1024);
      say(
        `== Kafka tests RAN on a real Apache Kafka: ${steps} passed (broker: ${mebibytes} MiB)`,
      );
    } finally {
      await broker.stop();
    }
  },
});

/** Two nodes of a site; the first comes to hold the topics. */
async function startNodes(
  { address: broker }: RealBroker,
  group: ProcessGroup,
): Promise<readonly [NodeProcess, NodeProcess]> {
  const first = await startSiteNode(group, "first", { broker });
  const join = [await group.invite("first", "SEV", "charging")];
  await until("the first holds the topics", () => publishes(broker));
  return [first, await startSiteNode(group, "second", { broker, join })];
}

/** The points are connected to the node that does not hold the topics. */
async function chargingSite(
  step: Step,
  broker: RealBroker,
  [first, second]: readonly [NodeProcess, NodeProcess],
): Promise<void> {
  const { address } = broker;
  const driver = new SiteDriver("417", address);
  const other = new SiteDriver("418", address);
  await Promise.all([driver.start(), other.start()]);
  const points = await Promise.all(
    ["SEV-07", "SEV-08"].map((id) =>
      startPoint(id, { node: second, broker: address })
    ),
  );
  const [one, two] = points;
  ok(one !== undefined && two !== undefined);
  try {
    await until(
      "both points are free",
      () =>
        Promise.resolve(
          driver.points.filter(({ status }) => status === "ACTIVADO").length ===
            2,
        ),
    );
    await supplies(step, { driver, other, one });
    await poison(step, { address, driver, first });
    await program(step, { address, driver, second });
    await faults(step, { broker, driver, other, two, first, second });
    await step(
      "C-29: at the end every word is on the topic once, and each AUTH_OK has one end",
      async () => {
        const words = await allWords(address);
        const ids = words.flatMap(({ id }) => id ?? []);
        strictEqual(new Set(ids).size, ids.length);
        strictEqual(
          words.every(({ id, type }) =>
            (id === undefined) === (type === "CONSUMO_UPDATE")
          ),
          true,
        );
        const count = (...types: string[]) =>
          words.filter(({ type }) => types.includes(type)).length;
        strictEqual(count("AUTH_OK"), count("TICKET", "SUPPLY_ERROR"));
        ok(count("AUTH_OK") >= 4);
      },
    );
  } finally {
    await Promise.all([...points, driver, other].map((it) => it.stop()));
  }
}

async function publishes(address: string): Promise<boolean> {
  const session = await createKafkaBroker(address, "look").connect();
  try {
    await session.ensureTopics(["network_status"]);
    return (await session.bounds("network_status")).next > 0;
  } finally {
    await session.close();
  }
}

/** Plugs in, supplies for a moment, unplugs, and waits for the ticket. */
async function supply(
  { point }: SitePoint,
  driver: SiteDriver,
  id: string,
): Promise<void> {
  strictEqual(await point.plugIn(), "started");
  await driver.hears("CONSUMO_UPDATE", id);
  point.unplug();
  await driver.hears("TICKET", id);
}

async function supplies(
  step: Step,
  { driver, other, one }: {
    driver: SiteDriver;
    other: SiteDriver;
    one: SitePoint;
  },
): Promise<void> {
  await step(
    "M-3, M-4: a request at one node, a point at another: AUTH_OK, a whole supply, one TICKET",
    async () => {
      const { word, ms } = await driver.ask("SEV-07");
      strictEqual(word.type, "AUTH_OK");
      ok(ms < ANSWER_MS_MAX, `it took ${ms} ms`);
      ok(
        one.events.some((it) =>
          it.kind === "authorized" && it.driver === "417"
        ),
      );
      deepStrictEqual(
        (await other.ask("SEV-07")).word.text,
        "CP ya en uso por otro driver",
      );
      deepStrictEqual(
        (await driver.ask("SEV-08")).word.text,
        "Driver ya conectado a otro CP",
      );
      deepStrictEqual((await other.ask("NIX-01")).word.text, "NO_EXISTE");
      await supply(one, driver, "SEV-07");
      strictEqual(
        driver.words.filter(({ type }) => type === "TICKET").length,
        1,
      );
      strictEqual((await driver.ask("SEV-07")).word.type, "AUTH_OK");
      await supply(one, driver, "SEV-07");
    },
  );
}

async function poison(
  step: Step,
  { address, driver, first }: {
    address: string;
    driver: SiteDriver;
    first: NodeProcess;
  },
): Promise<void> {
  await step(
    "C-47: topics full of what is no JSON object stop nobody",
    async () => {
      for (const topic of ["driver_requests", "cp_telemetry"]) {
        await writeRaw(
          address,
          topic,
          Array.from(
            { length: 300 },
            (_, i) => ["{", "[]", "", "7"][i % 4] ?? "",
          ),
        );
      }
      strictEqual((await driver.ask("NIX-02")).word.type, "AUTH_DENIED");
      await until("it is an incident", async () => {
        const { body } = await ask(first, "/v1/incidents?limit=100");
        return body.items.some(({ kind }: { kind: string }) =>
          kind === "kafka_poison"
        );
      });
    },
  );
}

/** The program itself, as a person starts it. */
async function program(
  step: Step,
  { address, driver, second }: {
    address: string;
    driver: SiteDriver;
    second: NodeProcess;
  },
): Promise<void> {
  await step(
    "M-4: `deno task charging-point charge --broker` supplies for a driver, who has the ticket of its figures",
    async () => {
      const central = new URL(second.ready.surfaces["charging"] ?? "").host;
      const ended = runProgram([
        ...["charging-point", "charge", "--id", "SEV-09", "--json"],
        ...["--central", central, "--broker", address],
        ...["--pause-ms", "50", "--seconds", "2"],
      ], { net: [central, address] });
      await until(
        "it is free",
        () =>
          Promise.resolve(
            driver.points.some(({ id, status }) =>
              id === "SEV-09" && status === "ACTIVADO"
            ),
          ),
      );
      strictEqual((await driver.ask("SEV-09")).word.type, "AUTH_OK");
      const ticket = await driver.hears("TICKET", "SEV-09");
      const { code, stderr, stdout } = await ended;
      strictEqual(code, 0, stderr);
      ok((ticket.kwh ?? 0) >= 0.2, stdout);
      ok(stdout.includes(String(ticket.kwh)), stdout);
    },
  );
}

async function faults(
  step: Step,
  { broker, driver, other, two, first, second }: {
    broker: RealBroker;
    driver: SiteDriver;
    other: SiteDriver;
    two: SitePoint;
    first: NodeProcess;
    second: NodeProcess;
  },
): Promise<void> {
  await step(
    "11.1: the node that holds the topics is killed during a supply: the other takes over",
    async () => {
      strictEqual((await other.ask("SEV-08")).word.type, "AUTH_OK");
      strictEqual(await two.point.plugIn(), "started");
      await other.hears("CONSUMO_UPDATE", "SEV-08");
      await first.kill();
      two.point.unplug();
      const ticket = await other.hears("TICKET", "SEV-08");
      ok((ticket.kwh ?? 0) > 0);
      strictEqual((await driver.ask("NIX-03")).word.type, "AUTH_DENIED");
    },
  );
  await step(
    "the broker is killed and returns: the node goes on, says so, and catches up",
    async () => {
      await broker.kill();
      await until(
        "health says so",
        async () =>
          (await ask(second, "/v1/health")).body.status === "degraded",
      );
      await broker.restart();
      await until(
        "health is well",
        async () => (await ask(second, "/v1/health")).body.status === "ok",
      );
      strictEqual(await askAgain(driver, "SEV-08"), "Autorizado");
      await supply(two, driver, "SEV-08");
    },
  );
}

/** Asks as soon as the driver's own program has the broker again. */
async function askAgain(driver: SiteDriver, point: string): Promise<string> {
  for (let tries = 0;; tries++) {
    try {
      return (await driver.ask(point)).word.text;
    } catch (error) {
      if (tries >= 200) throw error;
      if (!(error instanceof Error) || !error.message.includes("away")) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
