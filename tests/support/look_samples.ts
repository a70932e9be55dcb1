/**
 * What a node of pages knows besides the sample when people look at its pages: enough to fill them as a week of work
 * does, long names and large amounts among it.
 *
 * @module
 */
import { LinePump } from "./line_pump.ts";
import {
  PAGE_CHARGERS,
  type PageNode,
  type PageNodeRole,
} from "./page_node.ts";
import { PAGE_COMPANY } from "./page_samples.ts";
import { POTATO, SOAP } from "./till_page.ts";

/** What a shop sells besides the sample: id, name, price and category. */
const GOODS = [
  ["rice", "Arroz extra Costeño 1 kg", "4.60", "Abarrotes"],
  ["quinoa", "Quinua blanca lavada orgánica de Ayacucho, bolsa 500 g", "9.80"],
  ["oil", "Aceite vegetal 1 L", "11.40", "Abarrotes"],
  ["sugar", "Azúcar rubia 1 kg", "4.10", "Abarrotes"],
  ["tea", "Mate de coca", "6.20", "Bebidas"],
  ["cheese", "Queso andino 250 g", "14.00", "Lácteos"],
  ["pisco", "Pisco acholado 750 ml", "1249.90", "Bebidas"],
] as const;
/** What its customers bought: product, quantity and how they paid. */
const BASKETS = [
  [[["rice", 2], ["milk", 3]], "cash", "21.80"],
  [[["pisco", 2]], "card", "2499.80"],
  [[["cheese", 1], ["tea", 1], ["bread", 2]], "wallet", "36.00"],
  [[["honey", 3], ["potato", 1250]], "cash", "60.25"],
] as const;
/** Sites that have joined an office's mesh. */
const JOINED = ["CUS", "AQP", "TRU"];
/** Cards of the company with numbers as long as they get, and their limits. */
const CARDS = [["4294967295", "1250000"], ["700451220", "80000"]];

async function shop(node: PageNode): Promise<void> {
  for (const product of [POTATO, SOAP]) {
    await node.must("/v1/products", product);
  }
  for (const [product, name, price, category = "Abarrotes"] of GOODS) {
    const details = { category, minimum: 8 };
    const stock = product === "oil" ? 3 : 60;
    await node.must("/v1/products", { product, name, price, stock, details });
  }
  let sold;
  for (const [lines, method, amount] of BASKETS) {
    sold = await node.must("/v1/sales", {
      lines: lines.map(([product, quantity]) => ({ product, quantity })),
      payments: [{ method, amount }],
      customer: { name: "María Fernanda Quispe Huamán", document: "45781236" },
    });
  }
  await node.must("/v1/sales", {
    lines: [{ product: "honey", quantity: -1 }],
    returns: { sale: sold.id, reason: "frasco roto" },
  });
  const wrong = await node.must("/v1/sales", {
    lines: [{ product: "tea", quantity: 12 }],
  });
  const reason = "se cobró dos veces";
  await node.must(`/v1/sales/${wrong.id}/void`, { reason });
  await node.must("/v1/sales", {
    lines: [{ product: "bread", quantity: 50 }],
    observation: true,
  });
  await node.must("/v1/prices", {
    product: "honey",
    price: "19.90",
    effectiveAt: "2199-01-01T13:30:00.000000Z",
  });
}

async function station(node: PageNode): Promise<void> {
  await node.must("/v1/pumps", { name: "Isla norte, autoservicio", pump: 4 });
  const { surfaces } = await node.must("/v1/health");
  const pump = await LinePump.register(surfaces["forecourt-pumps"][0], 2);
  await pump.report({ operation: "despachando", liters: 12.5, amount: 16625 });
  const still = await LinePump.register(surfaces["forecourt-pumps"][0], 3);
  await still.report({ operation: "disponible" });
  const tank = "/v1/tanks/LIM/2";
  await node.must(`${tank}/dips`, { measuredMl: 1_900_000 });
  for (const at of [1, 2, 3, 4, 5, 6]) {
    await node.must("/v1/transactions", {
      ...{ pump: "4", fuel: "diesel", volumeMl: at * 21_300, price: "10.50" },
      amount: (at * 21.3 * 10.5).toFixed(2),
    });
  }
}

async function charging(node: PageNode): Promise<void> {
  const [first, second] = PAGE_CHARGERS;
  const ask = { driver: "María F. Quispe", point: second };
  await node.must("/v1/charging-requests", ask);
  await node.must("/v1/charging-requests", { driver: "417", point: first });
  await node.ask("/v1/charging-requests", { driver: "418", point: first });
}

async function company(node: PageNode): Promise<void> {
  const path = `/v1/companies/${PAGE_COMPANY}`;
  await node.must(`${path}/deposits`, { amount: "25000000" });
  for (const [card, limit] of CARDS) {
    await node.must(`${path}/cards`, { card, limit });
    for (const amount of ["15400", "61250", "9000000"]) {
      await node.ask("/v1/purchases", { company: PAGE_COMPANY, card, amount });
    }
  }
}

async function office(node: PageNode): Promise<void> {
  for (const site of JOINED) {
    const token = await node.group.invite("node", site);
    const args = node.group.args({ name: site, site });
    await node.group.run([...args, "--join", token]);
  }
}

/** What is told to a node of each role, after its sample. */
export const LOOK_SAMPLES: Readonly<
  Record<PageNodeRole, (node: PageNode) => Promise<void>>
> = { branch: shop, station, charging, company, office };
