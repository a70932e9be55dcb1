/**
 * What a node of pages knows before a test: told over its interface, as people and programs tell it.
 *
 * @module
 */
import type { Answer } from "./processes.ts";

/** What a sample is told to. */
export interface SampledNode {
  /** Asks, and fails if it is refused. Gives the body. */
  must(path: string, body?: unknown, method?: string): Promise<Answer["body"]>;
}

/** The company of a node of role company. */
export const PAGE_COMPANY = "42";

/** Products of a shop: id, name, price, stock and policy. */
export const PAGE_PRODUCTS = [
  ["honey", "Miel de abeja 500 g", "18.50", 40, "soft"],
  ["bread", "Pan de molde", "7.90", 25, "soft"],
  ["coffee", "Café de Quillabamba 250 g", "21.00", 11, "strict"],
  ["milk", "Leche evaporada", "4.20", 120, "soft"],
  ["bag", "Bolsa", "0.30", 0, "unmetered"],
] as const;

/** Sells, counts and opens a till in a shop. */
async function sampleShop(node: SampledNode): Promise<void> {
  for (const [product, name, price, stock, policy] of PAGE_PRODUCTS) {
    const counted = policy === "unmetered" ? {} : { stock };
    await node.must("/v1/products", {
      ...{ product, name, price, policy },
      ...counted,
    });
  }
  await node.must("/v1/cash-sessions", { float: "100.00" });
  const baskets = [["honey", 1], ["bread", 2], ["coffee", 1], ["milk", 6]];
  for (const [product, quantity] of baskets) {
    const lines = [{ product, quantity }, { product: "bag", quantity: 1 }];
    await node.must("/v1/sales", { lines });
  }
  await node.must("/v1/stock/receipts", {
    lines: [{ product: "bread", quantity: 12 }],
  });
}

/** Prices, tanks and sales of fuel at a station, whose pump 1 is connected. */
async function sampleStation(node: SampledNode): Promise<void> {
  const fuels = [
    ["93", "12.90"],
    ["95", "13.30"],
    ["97", "13.90"],
    ["diesel", "10.50"],
  ];
  await node.must("/v1/fuel-prices", {
    scope: "site:LIM",
    prices: fuels.map(([fuel, price]) => ({ fuel, price })),
  });
  const tanks = [["1", "95", 30_000_000], ["2", "diesel", 20_000_000]] as const;
  for (const [tank, fuel, capacityMl] of tanks) {
    const path = `/v1/tanks/LIM/${tank}`;
    await node.must(path, { fuel, capacityMl, pumps: ["1"] }, "PUT");
    await node.must(`${path}/deliveries`, { volumeMl: capacityMl / 2 });
  }
  const sales = [[20_000, "266.00"], [35_500, "472.15"], [12_500, "166.25"]];
  for (const [volumeMl, amount] of sales) {
    const sale = { pump: "1", fuel: "95", volumeMl, price: "13.30", amount };
    await node.must("/v1/transactions", sale);
  }
}

/** A tariff; the chargers registered by themselves. */
async function sampleCharging(node: SampledNode): Promise<void> {
  await node.must("/v1/charging-tariffs", { energy: "0.30" }, "PUT");
}

/** A company with money, two cards and purchases. */
async function sampleCompany(node: SampledNode): Promise<void> {
  const path = `/v1/companies/${PAGE_COMPANY}`;
  await node.must(`${path}/name`, { name: "Transportes Inti" }, "PUT");
  await node.must(`${path}/deposits`, { amount: "100000" });
  for (const [card, limit] of [["7", "30000"], ["8", "5000"]]) {
    await node.must(`${path}/cards`, { card, limit });
  }
  for (const [card, amount] of [["7", "4250"], ["7", "8000"], ["8", "2000"]]) {
    await node.must("/v1/purchases", { company: PAGE_COMPANY, card, amount });
  }
}

/** Nothing of its own: an office shows what others did. */
function sampleOffice(): Promise<void> {
  return Promise.resolve();
}

/** The samples, by role. */
export const PAGE_SAMPLES = {
  branch: sampleShop,
  station: sampleStation,
  charging: sampleCharging,
  company: sampleCompany,
  office: sampleOffice,
} as const;
