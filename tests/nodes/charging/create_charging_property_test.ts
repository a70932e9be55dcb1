import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ChargingUseCases } from "../../../nodes/charging/charging_use_cases.ts";
import {
  createChargingMesh,
  noticeText,
  PlayedPoint,
} from "../../support/charging_node.ts";
import type { TestMesh } from "../../support/test_mesh.ts";

const NODES = ["a", "b", "c"] as const;
const POINTS = ["P-1", "P-2"] as const;
const DRIVERS = ["1", "2", "3"] as const;

type NodeName = typeof NODES[number];

/** Something that happens at a site. */
type Step =
  | { readonly do: "connect"; readonly node: NodeName; readonly point: number }
  | { readonly do: "disconnect" | "fault" | "recover"; readonly point: number }
  | {
    readonly do: "request";
    readonly node: NodeName;
    readonly point: number;
    readonly driver: number;
  }
  | {
    readonly do: "started" | "meter" | "ended" | "faulted" | "lost";
    readonly point: number;
    readonly driver: number;
  }
  | { readonly do: "again"; readonly back: number }
  | {
    readonly do: "stop" | "resume";
    readonly node: NodeName;
    readonly point: number;
  }
  | { readonly do: "quit"; readonly node: NodeName; readonly driver: number }
  | { readonly do: "cut" | "restart"; readonly node: NodeName }
  | { readonly do: "heal" }
  | { readonly do: "consumer"; readonly node: NodeName }
  | { readonly do: "wait"; readonly seconds: number };

const node = fc.constantFrom(...NODES);
const point = fc.nat({ max: POINTS.length - 1 });
const driver = fc.nat({ max: DRIVERS.length - 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("connect" as const), node, point }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "disconnect" as const,
        "fault" as const,
        "recover" as const,
      ),
      point,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("request" as const),
      node,
      point,
      driver,
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "started" as const,
        "meter" as const,
        "meter" as const,
        "meter" as const,
        "ended" as const,
        "faulted" as const,
        "lost" as const,
      ),
      point,
      driver,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("again" as const),
      back: fc.nat({ max: 9 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("stop" as const, "resume" as const),
      node,
      point,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("quit" as const), node, driver }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("cut" as const, "restart" as const),
      node,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("heal" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("consumer" as const), node }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      seconds: fc.constantFrom(1, 2, 7, 70),
    }),
  },
);

/** A site on which steps are played. */
class Play {
  readonly mesh: TestMesh;
  readonly #points = POINTS.map((id) => new PlayedPoint(id));
  readonly #records: Parameters<ChargingUseCases["supply"]>[0][] = [];
  readonly #energy = POINTS.map(() => 0);
  readonly #places: (NodeName | undefined)[] = [];
  #consumer: NodeName = "a";

  constructor(mesh: TestMesh) {
    this.mesh = mesh;
  }

  of(name: NodeName): ChargingUseCases {
    return this.mesh.node(name).useCases.charging;
  }

  async play(step: Step): Promise<void> {
    const { mesh } = this;
    switch (step.do) {
      case "connect": {
        const played = this.#points[step.point] as PlayedPoint;
        await this.#settle(played.link?.ended());
        await mesh.settle(played.connect(this.of(step.node)));
        this.#places[step.point] = step.node;
        return;
      }
      case "disconnect":
        return await this.#settle(this.#points[step.point]?.link?.ended());
      case "fault":
        return await this.#settle(this.#points[step.point]?.link?.fault());
      case "recover":
        return await this.#settle(this.#points[step.point]?.link?.recover());
      case "request":
        await mesh.settle(
          this.of(step.node).request({
            driver: DRIVERS[step.driver],
            point: POINTS[step.point],
            source: "kafka",
          }),
        );
        return;
      case "started":
      case "meter":
      case "ended":
      case "faulted":
      case "lost":
        return await this.#supply(step.do, step.point, step.driver);
      case "again": {
        const record = this.#records.at(-1 - step.back);
        if (record !== undefined) {
          await mesh.settle(this.of(this.#consumer).supply(record));
        }
        return;
      }
      case "stop":
      case "resume":
        await mesh.settle(
          this.of(step.node)[step.do]({
            point: POINTS[step.point] as never,
            cause: "operator",
          }),
        );
        return;
      case "quit":
        return await mesh.settle(
          this.of(step.node).driverQuit(DRIVERS[step.driver] as never),
        );
      case "cut":
        return mesh.cutOff(step.node);
      case "heal":
        return this.#heal();
      case "restart":
        mesh.crash(step.node);
        for (const [i, place] of this.#places.entries()) {
          const played = this.#points[i];
          if (place === step.node && played !== undefined) {
            played.link = undefined;
          }
        }
        return await mesh.restart(step.node);
      case "consumer":
        // Another node reads the topic on from what the one before it had confirmed.
        this.#consumer = step.node;
        for (const record of this.#records.slice(-5)) {
          await mesh.settle(this.of(step.node).supply(record));
        }
        return;
      case "wait":
        await mesh.run(step.seconds * 1000);
    }
  }

  async #supply(
    kind: "started" | "meter" | "ended" | "faulted" | "lost",
    at: number,
    driver: number,
  ): Promise<void> {
    const before = this.#energy[at] ?? 0;
    const energy = kind === "started" ? 0 : before + 100;
    this.#energy[at] = kind === "started" || kind === "meter" ? energy : 0;
    const offset = this.#records.length;
    const record = {
      kind: kind === "faulted" ? "fault" as const : kind,
      point: POINTS[at] as never,
      connector: 1,
      driver: DRIVERS[driver] as never,
      energy: energy as never,
      amount: energy / 50,
      position: { offset, timestamp: offset },
      session: null,
      at: null,
    };
    this.#records.push(record);
    await this.mesh.settle(this.of(this.#consumer).supply(record));
  }

  #heal(): void {
    const peers = [...this.mesh.peers.values()].map(({ peer }) => peer);
    for (const peer of peers) {
      this.mesh.network.heal([peer], peers.filter((it) => it !== peer));
    }
  }

  async #settle(work: Promise<unknown> | undefined): Promise<void> {
    if (work !== undefined) await this.mesh.settle(work.catch(() => {}));
  }

  /** All links are up again, every point registers and is resumed, and whatever lasts is left alone. */
  async end(): Promise<void> {
    this.#heal();
    await this.mesh.run(60_000);
    for (const [i, played] of this.#points.entries()) {
      await this.play({ do: "connect", node: NODES[i] ?? "a", point: i });
      const point = played.id;
      const resumed = this.of("a").resume({ point, cause: "operator" });
      await this.mesh.settle(resumed);
    }
    await this.mesh.run(240_000);
    for (const driver of DRIVERS.keys()) {
      await this.play({ do: "quit", node: "b", driver });
    }
    await this.mesh.run(10_000);
  }
}

Deno.test("C-29: whatever happens, each session ends once, each word is one, and drivers and points are free at the end", async () => {
  const check = async (seed: number, steps: readonly Step[]) => {
    const mesh = await createChargingMesh(seed, NODES);
    try {
      const play = new Play(mesh);
      for (const i of POINTS.keys()) {
        await play.play({ do: "connect", node: "a", point: i });
      }
      for (const one of steps) await play.play(one);
      await play.end();
      const lists = NODES.map((name) => play.of(name).unpublished(1000));
      const texts = lists.map((list) =>
        list.map((told) => `${told.id} ${noticeText(told)}`)
      );
      deepStrictEqual(texts[1], texts[0]);
      deepStrictEqual(texts[2], texts[0]);
      const [words = []] = lists;
      strictEqual(new Set(words.map(({ id }) => id)).size, words.length);
      const sessions = play.of("a").sessions({ limit: 1000 }).items;
      deepStrictEqual(sessions.filter(({ status }) => status !== "ended"), []);
      for (const driver of DRIVERS) {
        const own = words.filter((told) => told.driver === driver);
        const begun = own.filter(({ body }) => body.type === "AUTH_OK").length;
        const over = own.filter(({ body }) =>
          body.type === "TICKET" || body.type === "SUPPLY_ERROR"
        ).length;
        // A word of a session that was kept is given again when another one was displaced.
        const again = own.filter(({ body }) =>
          body.type === "SUPPLY_ERROR" &&
          body.reason === "CP ya en uso por otro driver"
        ).length;
        strictEqual(
          begun >= over && begun <= over + displaced(words),
          true,
          `${driver}: ${begun} begun, ${over} over, ${again} displaced`,
        );
      }
      for (const [i, id] of POINTS.entries()) {
        const driver = `new-${i}`;
        const asked = play.of(NODES[i] ?? "a").request({
          driver,
          point: id,
          source: "http",
        });
        strictEqual((await mesh.settle(asked)).words, "Autorizado");
      }
    } finally {
      await mesh.stop();
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 1_000_000 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      check,
    ),
    { numRuns: 12 },
  );
});

function displaced(
  words: readonly { readonly body: { readonly type: string } }[],
): number {
  return words.filter(({ body }) =>
    body.type === "SUPPLY_ERROR" &&
    (body as { reason?: string }).reason === "CP ya en uso por otro driver"
  ).length;
}
