/**
 * A node with the role station for tests of the forecourt: real use-cases, and what a pump's link would tell it.
 *
 * @module
 */
import {
  type FactId,
  type ProductId,
  saleIdOfKey,
  type SiteCode,
} from "../../crdt/mod.ts";
import type {
  FuelSaleView,
  RecordFuelSaleInput,
} from "../../nodes/forecourt/forecourt_use_cases.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "./test_node.ts";

/** The site of the station. */
export const STATION_SITE = "LIM" as SiteCode;
/** Its time zone. */
export const STATION_TIMEZONE = "America/Santiago";

/** Makes and starts the node. */
export function createFuelStation(
  options: TestNodeOptions = {},
): Promise<TestNode> {
  return createTestNode({
    site: STATION_SITE,
    roles: ["station"],
    currency: "CLP",
    timezone: STATION_TIMEZONE,
    ...options,
  });
}

/** The value of a decision that must not be refused. */
export async function accepted<T>(
  decision: Promise<
    { readonly ok: true; readonly value: T } | {
      readonly ok: false;
      readonly error: unknown;
    }
  >,
): Promise<T> {
  const made = await decision;
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

/** Sets the four prices. */
export async function setStationPrices(
  { useCases }: TestNode,
  prices: readonly [number, number, number, number],
): Promise<void> {
  const fuels = ["93", "95", "97", "diesel"] as ProductId[];
  await accepted(useCases.forecourt.setPrices({
    scope: `site:${STATION_SITE}`,
    prices: fuels.map((fuel, i) => ({ fuel, price: prices[i] ?? 0 })),
  }));
}

/** Records a delivery as a pump tells of it. */
export async function tellSale(
  { useCases }: TestNode,
  sale: Partial<RecordFuelSaleInput> & { readonly key?: string } = {},
): Promise<FuelSaleView> {
  const { key, ...given } = sale;
  const id: { readonly id?: FactId } = key === undefined
    ? {}
    : { id: saleIdOfKey(key) };
  const recorded = await accepted(useCases.forecourt.recordFuelSale({
    ...id,
    pump: "12",
    fuel: "97",
    volumeMl: 8000,
    price: 1415,
    amount: 11_320,
    payment: "tarjeta",
    source: "pump",
    ...given,
  }));
  return recorded.sale;
}

/** What a pump's link tells when it comes up. */
export function linkPump({ useCases }: TestNode, pump: number): void {
  useCases.forecourt.live.update(STATION_SITE, pump, {
    connection: "connected",
    links: 1,
    address: "192.168.7.31:40312",
  });
}

/** What a pump's link tells when it goes down. */
export function unlinkPump({ useCases }: TestNode, pump: number): void {
  useCases.forecourt.live.update(STATION_SITE, pump, {
    connection: "disconnected",
    links: 0,
  });
}
