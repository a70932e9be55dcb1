/**
 * The demo's company: it pays for the fuel of its vehicles with cards, which speak the installed programs' protocol with
 * the station. One of them buys while the company is cut off, and no card spends more than it may.
 *
 * @module
 */
import { formatTable } from "../demo/table.ts";
import { CardClient } from "./fleet_card_client.ts";
import { DemoFailure } from "./demo_node.ts";
import { askNode, surfaceOf, waitUntil } from "./demo_requests.ts";
import type { NodeProcess } from "./node_process.ts";
import type { TcpRelay } from "./tcp_relay.ts";

/** The company's number, which is also its node's name. */
export const COMPANY = "42";
/** The province and the number of the demo's station. */
export const STATION_PLACE = { province: 3, station: 5 };

const COMPANY_AT = `/v1/companies/${COMPANY}`;
const DEPOSIT = 1_000_000;
const PESOS_A_LITER = 1606;
/** Cards and their limits in pesos: the last can pay for no more than six liters. */
const LIMITS = { "7": 100_000, "8": 50_000, "9": 10_000 } as const;
type Card = keyof typeof LIMITS;

/** Who plays. */
export interface DemoFleet {
  /** The company's node. */
  readonly company: NodeProcess;
  /** The station's node. */
  readonly station: NodeProcess;
  /** The office, which reads everything. */
  readonly office: NodeProcess;
  /** The company's only line to the others. */
  readonly relay: TcpRelay;
  /** Says what happens. */
  say(text: string): void;
  /** Writes a table. */
  write(text: string): void;
  /** Gives requests up. */
  readonly signal: AbortSignal;
}

const pesos = (units: number) => `${units.toLocaleString("en-US")} ARS`;

/**
 * Plays the company's part of the demo.
 *
 * @param play Who plays.
 * @throws {DemoFailure} If a card is answered otherwise than it should be, or the books stay different.
 */
export async function playFleet(play: DemoFleet): Promise<void> {
  const { relay, say } = play;
  await openAccount(play);
  const first = await charge(play, "7", 10);
  say(
    `Card 7 bought 10 liters over TCP as installed cards do (${first}): the station asked for rights on account and card, and got some more.`,
  );
  await refuse(play, "9", 7);
  say(
    `Card 9 may spend ${pesos(LIMITS[9])}: 7 liters for ${
      pesos(7 * PESOS_A_LITER)
    } were refused.`,
  );
  relay.cut();
  await charge(play, "7", 20);
  say(
    "The company's line is cut. Card 7 bought 20 liters all the same, with the rights that the station holds.",
  );
  await refuse(play, "8", 5);
  say(
    "Card 8 was refused: the station holds no rights of it, and reaches nobody who does. Nothing is sold that may not be covered.",
  );
  relay.heal();
  await compare(play);
}

/** Money comes in, and cards are made with their limits. */
async function openAccount(play: DemoFleet): Promise<void> {
  const { company, say, signal } = play;
  const post = (path: string, body: unknown) =>
    askNode(company.ready.http, `${COMPANY_AT}${path}`, {
      ...{ signal, body, method: "POST" },
    });
  await post("/deposits", { amount: String(DEPOSIT) });
  for (const [card, limit] of Object.entries(LIMITS)) {
    await post("/cards", { card, limit: String(limit) });
  }
  say(
    `Company ${COMPANY} put ${
      pesos(DEPOSIT)
    } on its account and made three cards. Its only line to the others is a relay of this demo's.`,
  );
}

/** A card buys, and has to be charged. */
async function charge(
  play: DemoFleet,
  card: Card,
  liters: number,
): Promise<string> {
  const { at, charged } = await buy(play, card, liters);
  if (charged) return at;
  throw new DemoFailure(`Card ${card} was refused ${liters} liters`);
}

/** A card buys, and has to be refused. */
async function refuse(
  play: DemoFleet,
  card: Card,
  liters: number,
): Promise<void> {
  const { charged } = await buy(play, card, liters);
  if (charged) throw new DemoFailure(`Card ${card} got ${liters} liters`);
}

/** A card finds a pump and pays, in the sequence of the installed card program. */
async function buy(play: DemoFleet, card: Card, liters: number) {
  const at = surfaceOf(play.station, "fleet-card");
  const ports = [Number(new URL(at).port)];
  const client = new CardClient({ host: "127.0.0.1", ports });
  const outcome = await client.pay({
    company: Number(COMPANY),
    ...{ card: Number(card), liters },
  });
  if (outcome !== "charged" && outcome !== "refused") {
    throw new DemoFailure(`Card ${card} got no answer from ${at}`);
  }
  return { at, charged: outcome === "charged" };
}

/** What a node knows of the company's expenses. */
async function booksOf({ ready }: NodeProcess, signal: AbortSignal) {
  const { items } = await askNode(
    ready.http,
    `/v1/expenses?company=${COMPANY}&accepted=true&limit=100`,
    { signal },
  ) as { items: { amount: { amount: string } }[] };
  const spent = items.reduce((sum, it) => sum + Number(it.amount.amount), 0);
  return { count: items.length, spent };
}

/** What a node that reads the company says of its balance. */
async function balanceOf({ ready }: NodeProcess, signal: AbortSignal) {
  const { balance } = await askNode(ready.http, COMPANY_AT, { signal }) as {
    balance: { amount: string };
  };
  return Number(balance.amount);
}

/** Station, company and office have the same books, in which nothing is missing. */
async function compare(play: DemoFleet): Promise<void> {
  const { station, company, office, signal } = play;
  const sold = await booksOf(station, signal);
  for (const [name, node] of Object.entries({ company, office })) {
    await waitUntil(`the ${name} knows all purchases`, signal, async () => {
      const { count, spent } = await booksOf(node, signal);
      const balance = await balanceOf(node, signal);
      return count === sold.count && spent === sold.spent &&
        balance === DEPOSIT - spent;
    });
  }
  const expenses = `${sold.count} expenses, ${pesos(sold.spent)}`;
  const balance = `${expenses}; ${pesos(DEPOSIT - sold.spent)} left`;
  const rows = [
    ["Company", "At the station", "At the company", "At the office"],
    [COMPANY, expenses, balance, balance],
  ];
  play.say(
    "The line is back. Deposits less expenses are the balance everywhere:",
  );
  play.write(`\n${formatTable(rows)}\n`);
}
