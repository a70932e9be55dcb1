/**
 * A company's node with its port for tests: real use-cases and real sockets, with times that are shorter.
 *
 * @module
 */
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import {
  type CompanyFleet,
  type CompanyPort,
  type CompanyPortParts,
  type CompanyTimings,
  createCompanyPort,
} from "../../nodes/adapters/fleet_company.ts";
import type {
  CompanyId,
  FleetUseCases,
} from "../../nodes/fleet/fleet_use_cases.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "./test_node.ts";

/** Times that a test can wait for; their order is that of the real ones. */
export const SHORT_TIMINGS: CompanyTimings = {
  retryMs: 200,
  retryMsMax: 800,
  sweepMs: 20,
  handshakeMs: 5_000,
  pauseMs: 40,
  dialMs: 50,
};

/** A node and its port. */
export interface CompanyNode extends AsyncDisposable {
  /** The node's use-cases about cards. */
  readonly fleet: CompanyFleet;
  /** Where it listens. */
  readonly port: number;
  /** The node. */
  readonly node: TestNode;
  /** Log lines at the level of errors. */
  readonly errors: string[];
  /** Ends the port alone, as a node that stops does first. */
  closePort(): Promise<void>;
}

/** Starts a company's node and its port. */
export async function startCompany(
  options:
    & Pick<Partial<CompanyPortParts>, "regionals" | "timings" | "serves">
    & { readonly port?: number; readonly node?: TestNodeOptions } = {},
): Promise<CompanyNode> {
  const node = await createTestNode({ roles: ["company"], ...options.node });
  const errors: string[] = [];
  const { fleet } = node.useCases;
  const port: CompanyPort = createCompanyPort({
    fleet,
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: {
      log(level, message, fields) {
        if (level !== "error") return;
        errors.push(`${message} ${JSON.stringify(fields)}`);
      },
    },
    serves: options.serves ?? (() => true),
    regionals: options.regionals ?? [],
    timings: options.timings ?? SHORT_TIMINGS,
  });
  const listener = port.listen({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
  });
  const closePort = async () => {
    await listener.stop();
    await port.stop();
  };
  return {
    fleet,
    port: listener.port,
    node,
    errors,
    closePort,
    async [Symbol.asyncDispose]() {
      await closePort();
      await node.stop();
    },
  };
}

/** Opens a company with money and cards. */
export async function openAccount(
  { fleet }: Pick<CompanyNode, "fleet">,
  company: string,
  { balance, cards = {} }: {
    readonly balance: number;
    readonly cards?: Readonly<Record<string, number>>;
  },
): Promise<void> {
  const of = { company: company as CompanyId };
  const done = await fleet.deposit({ ...of, amount: balance });
  if (!done.ok) throw new Error(done.error.message);
  for (const [card, limit] of Object.entries(cards)) {
    const made = await fleet.registerCard({
      ...of,
      card: card as Parameters<FleetUseCases["registerCard"]>[0]["card"],
      limit,
    });
    if (!made.ok) throw new Error(made.error.message);
  }
}
