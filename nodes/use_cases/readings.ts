/**
 * Reading: everything that a node shows, from its own views, in pages.
 *
 * @module
 */
import {
  addMoney,
  catalogProducts,
  type FactId,
  FACTS,
  idBytes,
  idText,
  type LogId,
  MASTER_SITE,
  MESH_SPACE,
  money,
  NOTICE_COUNTS,
  NOTICES,
  onHandOf,
  parseFact,
  type ProductId,
  type Reader,
  type Row,
  SALES,
  type Scope,
  type SiteCode,
  siteOfSpace,
  STATUS_COUNTS,
  STOCK,
  type StockSums,
  TOTALS,
} from "../../crdt/mod.ts";
import { factsOfCommit } from "../commit_archive.ts";
import type { LogEntry } from "../log_register.ts";
import { withoutSecrets } from "../people/hidden.ts";
import type { Replica } from "../replica.ts";
import { SET_ASIDE } from "../tables.ts";
import type {
  FactView,
  Page,
  SaleTotals,
  StockView,
  TotalsRow,
  UseCases,
} from "../use_cases.ts";
import {
  findProduct,
  productView,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { isLow, productMatcher } from "./goods_readings.ts";
import { FACT_COMMITS_MAX, isAsked, newestFacts } from "./newest_facts.ts";
import { noticeViewOf } from "./notices.ts";
import { returnIds } from "./find_sale.ts";
import { saleOfRow } from "./sale_view.ts";

function pageOf<T>(
  rows: readonly T[],
  limit: number,
  options: {
    readonly key: (row: T) => readonly (string | number)[];
    readonly total?: number;
  },
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined
    ? encodeCursor(options.key(last))
    : null;
  return { items, total: options.total ?? null, next };
}

function stockView(
  site: SiteCode,
  product: ProductId,
  sums: StockSums,
): StockView {
  const { received, sold, voided, counted, reported } = sums;
  return {
    site,
    product,
    onHand: onHandOf(sums),
    received,
    sold,
    voided,
    counted,
    reported,
  };
}

function sitesOf(replica: Replica): SiteCode[] {
  return replica.register.spaces().map(siteOfSpace).filter((site) =>
    site !== undefined
  );
}

function addTotals(a: SaleTotals, row: Row): SaleTotals {
  const amount = money(
    Number(row["amount"]),
    String(row["currency"]),
    Number(row["exponent"]),
  );
  const same = a.amounts.findIndex(({ currency }) =>
    currency === amount.currency
  );
  const amounts = same < 0
    ? [...a.amounts, amount]
    : a.amounts.map((other, i) => i === same ? addMoney(other, amount) : other);
  return {
    count: a.count + Number(row["count"]),
    units: a.units + Number(row["units"]),
    amounts,
  };
}

const NO_TOTALS: SaleTotals = { count: 0, units: 0, amounts: [] };

function totalsRows(
  rows: Reader,
  site: SiteCode,
  query: { date?: string; product?: ProductId },
): Row[] {
  if (query.date !== undefined) {
    return rows.scan(TOTALS, {
      prefix: [site, query.date, query.product ?? ""],
    });
  }
  if (query.product === undefined) {
    return rows.scan(TOTALS, { prefix: [site, "", ""] });
  }
  return rows.scan(TOTALS, {
    index: "by_product",
    prefix: [site, query.product],
  });
}

/** Rows of the totals list of one site, after a place in it. */
function siteTotals(
  rows: Reader,
  site: SiteCode,
  query: {
    perDate: boolean;
    perProduct: boolean;
    after: (string | number)[] | undefined;
    limit: number;
  },
): TotalsRow[] {
  const out: TotalsRow[] = [];
  const add = (date: string | null, product: ProductId | null, row: Row) => {
    const last = out.at(-1);
    if (last !== undefined && last.date === date && last.product === product) {
      out[out.length - 1] = { ...last, ...addTotals(last, row) };
    } else out.push({ site, date, product, ...addTotals(NO_TOTALS, row) });
  };
  const { perDate, perProduct, limit } = query;
  const [afterDate = "", afterProduct = ""] = query.after ?? [];
  if (!perDate && !perProduct) {
    if (query.after === undefined) {
      for (const row of rows.scan(TOTALS, { prefix: [site, "", ""] })) {
        add(null, null, row);
      }
    }
    return out;
  }
  // Pages are cut by what they show, so a scan goes on until one more than the page is complete.
  let place: (string | number | null)[] = perDate
    ? [afterDate, afterProduct]
    : [afterProduct];
  const order = perDate ? {} : { index: "by_product" };
  const start = perDate && afterDate === "" ? [""] : place;
  let from: { from: (string | number | null)[] } | {
    after: (string | number | null)[];
  } = query.after === undefined ? { from: start } : { after: place };
  while (out.length <= limit) {
    const page = rows.scan(TOTALS, {
      ...order,
      prefix: [site],
      ...from,
      limit: 2000,
    });
    for (const row of page) {
      const date = String(row["date"]);
      const product = String(row["product"]) as ProductId;
      if (date === "" || (product === "") === perProduct) continue;
      add(perDate ? date : null, perProduct ? product : null, row);
    }
    const last = page.at(-1);
    if (page.length < 2000 || last === undefined) break;
    const key = perDate
      ? ["date", "product", "currency", "exponent"]
      : ["product", "date", "currency", "exponent"];
    place = key.map((column) => last[column] as string | number | null);
    from = { after: place };
  }
  return out;
}

/** Makes the readings of products, stock, sales, totals, facts and notices. */
export function createReadings(
  { node, replica }: UseCaseContext,
): Pick<
  UseCases,
  | "products"
  | "product"
  | "stock"
  | "stockOf"
  | "sales"
  | "sale"
  | "totals"
  | "totalsList"
  | "facts"
  | "fact"
  | "notices"
> {
  const at = () => replica.at;
  const rows = () => replica.reader;
  const nameOf = (log: unknown) =>
    replica.register.byNumber(Number(log))?.name ?? "" as LogId;
  const toSale = (row: Row) =>
    saleOfRow(row, { timezone: node.timezone, log: nameOf(row["log"]) });
  const saleRow = (id: FactId): Row | undefined => {
    const bytes = idBytes(id);
    for (const fact of rows().scan(FACTS, { prefix: [bytes] })) {
      if (fact["status"] !== STATUS_COUNTS) continue;
      const { log = null, at = null } = fact;
      const space = replica.register.byNumber(Number(log))?.space;
      const site = siteOfSpace(space ?? MESH_SPACE);
      if (site === undefined) continue;
      const row = rows().get(SALES, [site, at, bytes, log]);
      if (row !== undefined) return row;
    }
    return undefined;
  };

  const productPage = (
    scope: Scope,
    query: Parameters<UseCases["products"]>[0],
  ) => {
    const after = decodeCursor(query.cursor)?.map(String);
    const out: {
      key: readonly string[];
      view: NonNullable<ReturnType<UseCases["product"]>>;
    }[] = [];
    let place = after;
    const size = query.limit + 1;
    const named = query.named?.toLowerCase() ?? "";
    const isMeant = productMatcher(query.text ?? "");
    while (out.length < size) {
      const batch = catalogProducts(rows(), scope, {
        limit: size,
        ...(place === undefined ? {} : { after: place }),
      });
      for (const found of batch) {
        place = [...found.order, found.product];
        if (found.listed === (query.removed ?? false)) continue;
        if (!found.name.toLowerCase().includes(named)) continue;
        if (!isMeant(found)) continue;
        // In a site's list a product of the mesh's scope is shown once: where the site has it itself.
        if (
          scope !== query.scope &&
          findProduct(rows(), query.scope, found.product, {
              narrowOnly: true,
            }) !==
            undefined
        ) continue;
        const view = productView(rows(), {
          scope: query.scope,
          product: found.product,
          narrowOnly: query.narrowOnly ?? false,
        }, at());
        if (view === undefined || query.low === true && !isLow(view)) continue;
        if (out.length < size) out.push({ key: place, view });
      }
      if (batch.length < size) break;
    }
    return out;
  };

  return {
    products(query) {
      const narrow = query.scope === "mesh" || query.narrowOnly === true;
      const cursor = decodeCursor(query.cursor);
      const wide = !narrow && cursor?.[0] === "mesh";
      const own = query.cursor === undefined ? query : {
        ...query,
        ...(cursor === undefined
          ? {}
          : { cursor: encodeCursor(cursor.slice(1)) }),
      };
      const mark = (scope: string, list: ReturnType<typeof productPage>) =>
        list.map((item) => ({ ...item, key: [scope, ...item.key] }));
      const first = wide ? [] : mark("own", productPage(query.scope, own));
      const { cursor: _, ...fresh } = query;
      const rest = narrow || first.length > query.limit
        ? []
        : mark("mesh", productPage("mesh", wide ? own : fresh));
      const page = pageOf([...first, ...rest], query.limit, {
        key: ({ key }) => key,
      });
      return { ...page, items: page.items.map(({ view }) => view) };
    },
    product: (scope, product, options) =>
      productView(rows(), {
        scope,
        product,
        narrowOnly: options?.narrowOnly ?? false,
      }, at()),
    stock(query) {
      const prefix = query.site === undefined ? [] : [query.site];
      const cursor = decodeCursor(query.cursor)?.slice(prefix.length);
      const found = rows().scan(STOCK, {
        prefix,
        limit: query.limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const views = found.map((row) => {
        const [site, product] = [
          row["site"] as SiteCode,
          row["product"] as ProductId,
        ];
        return stockView(site, product, sumsOf(rows(), site, product));
      });
      return pageOf(views, query.limit, {
        key: ({ site, product }) => [site, product],
        total: rows().count(STOCK, prefix),
      });
    },
    stockOf(site, product) {
      const known = site === MASTER_SITE ||
        rows().get(STOCK, [site, product]) !== undefined ||
        findProduct(rows(), `site:${site}`, product) !== undefined;
      return known
        ? stockView(site, product, sumsOf(rows(), site, product))
        : undefined;
    },
    sales(query) {
      const sites = query.site === undefined ? sitesOf(replica) : [query.site];
      const cursor = decodeCursor(query.cursor);
      const reverse = query.newestFirst === true;
      const [cursorAt = 0, cursorId = ""] = cursor ?? [];
      const found = sites.flatMap((site) => {
        let from = query.from ?? Number.MIN_SAFE_INTEGER;
        let before = query.before ?? Number.MAX_SAFE_INTEGER;
        if (cursor !== undefined && reverse) {
          before = Math.min(before, Number(cursorAt) + 1);
        }
        if (cursor !== undefined && !reverse) {
          from = Math.max(from, Number(cursorAt));
        }
        const rest = (row: Row) => {
          if (cursor === undefined || row["at"] !== cursorAt) return true;
          const id = idText(row["id"] as Uint8Array);
          return reverse ? id < String(cursorId) : id > String(cursorId);
        };
        // Sales of one instant are few, so what lies at the cursor's own instant is left out afterwards.
        return rows().scan(SALES, {
          prefix: [site],
          from: [from],
          below: [before],
          reverse,
          limit: query.limit + 1 + (cursor === undefined ? 0 : 64),
        }).filter(rest);
      });
      const order = (a: Row, b: Row) =>
        Number(a["at"]) - Number(b["at"]) ||
        (idText(a["id"] as Uint8Array) < idText(b["id"] as Uint8Array)
          ? -1
          : 1);
      found.sort(reverse ? (a, b) => order(b, a) : order);
      const whole = query.from === undefined && query.before === undefined;
      const page = pageOf(found, query.limit, {
        key: (row) => [Number(row["at"]), idText(row["id"] as Uint8Array)],
        ...(whole
          ? {
            total: sites.reduce(
              (sum, site) => sum + rows().count(SALES, [site]),
              0,
            ),
          }
          : {}),
      });
      return { ...page, items: page.items.map(toSale) };
    },
    sale(id) {
      for (const one of [id, ...returnIds({ node, replica }, id)]) {
        const row = saleRow(one);
        if (row !== undefined) return toSale(row);
      }
      return undefined;
    },
    totals({ site, date, product }) {
      const sites = site === undefined ? sitesOf(replica) : [site];
      const query = {
        ...(date === undefined ? {} : { date }),
        ...(product === undefined ? {} : { product }),
      };
      return sites.flatMap((one) => totalsRows(rows(), one, query)).reduce(
        addTotals,
        NO_TOTALS,
      );
    },
    totalsList(query) {
      const sites = query.site === undefined ? sitesOf(replica) : [query.site];
      const cursor = decodeCursor(query.cursor);
      const out: TotalsRow[] = [];
      for (const site of sites) {
        if (cursor !== undefined && site < String(cursor[0])) continue;
        const after = cursor !== undefined && site === cursor[0]
          ? cursor.slice(1)
          : undefined;
        out.push(...siteTotals(rows(), site, {
          perDate: query.perDate ?? false,
          perProduct: query.perProduct ?? false,
          after,
          limit: query.limit - out.length,
        }));
        if (out.length > query.limit) break;
      }
      return pageOf(out, query.limit, {
        key: ({ site, date, product }) => [site, date ?? "", product ?? ""],
      });
    },
    facts(query) {
      const entries = [...replica.register.all()]
        .filter((entry) =>
          query.space === undefined || entry.space === query.space
        )
        .filter((entry) => query.log === undefined || entry.name === query.log)
        .toSorted((a, b) => a.name < b.name ? -1 : 1);
      if (query.newestFirst === true) {
        const factsOf = (log: LogEntry, seq: number) =>
          factsAt(replica, log.number, seq);
        return newestFacts(
          { replica, logs: entries, factsAt: factsOf },
          query,
        );
      }
      const cursor = decodeCursor(query.cursor);
      const [fromLog = "", fromSeq = 0] = cursor ?? [];
      const items: FactView[] = [];
      let looked = 0;
      for (const entry of entries) {
        if (entry.name < String(fromLog)) continue;
        const start = entry.name === fromLog ? Number(fromSeq) : 1;
        for (
          let seq = Math.max(start, entry.firstBody);
          seq <= entry.seq;
          seq++
        ) {
          // Pages end between commits, so that the next one starts at a commit.
          if (items.length >= query.limit || looked >= FACT_COMMITS_MAX) {
            return {
              items,
              total: null,
              next: encodeCursor([entry.name, seq]),
            };
          }
          looked++;
          items.push(
            ...factsAt(replica, entry.number, seq).filter((view) =>
              isAsked(view, query)
            ),
          );
        }
      }
      return { items, total: null, next: null };
    },
    fact(id) {
      const views = rows().scan(FACTS, { prefix: [idBytes(id)] }).flatMap(
        (row) => {
          const log = Number(row["log"]);
          const seq = Number(row["seq"]);
          const found = factsAt(replica, log, seq).find((view) =>
            view.id === id
          );
          return found === undefined
            ? fromPage(replica, log, seq, id)
            : [found];
        },
      );
      return views.toSorted((a, b) =>
        (a.status === "counts" ? 0 : 1) - (b.status === "counts" ? 0 : 1)
      );
    },
    notices(query) {
      const applied = query.quarantined === true ? 0 : 1;
      const cursor = decodeCursor(query.cursor);
      const reverse = query.newestFirst === true;
      const [at = 0, id = ""] = cursor ?? [];
      const bound = cursor === undefined
        ? {}
        : reverse
        ? { below: [Number(at) + 1] }
        : { from: [Number(at)] };
      const rest = (row: Row) => {
        if (cursor === undefined || row["at"] !== at) return true;
        const text = idText(row["id"] as Uint8Array);
        return reverse ? text < String(id) : text > String(id);
      };
      const found = rows().scan(NOTICES, {
        index: "by_state",
        prefix: [applied],
        reverse,
        limit: query.limit + 1 + (cursor === undefined ? 0 : 64),
        ...bound,
      }).filter(rest);
      const page = pageOf(found, query.limit, {
        key: (row) => [Number(row["at"]), idText(row["id"] as Uint8Array)],
        total: Number(rows().get(NOTICE_COUNTS, [applied])?.["count"] ?? 0),
      });
      return { ...page, items: page.items.map(noticeViewOf) };
    },
  };
}

/** The facts of one commit with their state, also those that are set aside. */
function factsAt(replica: Replica, log: number, seq: number): FactView[] {
  const entry = replica.register.byNumber(log);
  const encoded = replica.archive.commit(log, seq);
  if (entry === undefined || encoded === undefined) return [];
  const { stamp } = encoded.commit;
  const aside = new Map(
    replica.reader.scan(SET_ASIDE, { prefix: [log, seq] }).map((
      row,
    ) => [row["id"], String(row["reason"])]),
  );
  return factsOfCommit(encoded).map((value): FactView => {
    // A log may hold anything where a fact should be.
    const fact = typeof value === "object" && value !== null
      ? value as Record<string, unknown>
      : { value };
    const parsed = parseFact(value);
    const id = typeof parsed === "string"
      ? String(fact["id"] ?? "") as FactId
      : parsed.id;
    const row = typeof parsed === "string"
      ? undefined
      : replica.reader.get(FACTS, [idBytes(id), log]);
    const here = row?.["seq"] === seq && !aside.has(id);
    return {
      id,
      type: String(fact["type"] ?? ""),
      space: entry.space,
      log: entry.name,
      seq,
      stamp,
      status: !here
        ? "set_aside"
        : row["status"] === STATUS_COUNTS
        ? "counts"
        : "duplicate",
      reason: here
        ? null
        : aside.get(id) ?? (typeof parsed === "string" ? parsed : "set_aside"),
      fact: withoutSecrets(fact),
    };
  });
}

/** A fact whose commit is no longer kept, from its saved page. */
function fromPage(
  replica: Replica,
  log: number,
  seq: number,
  id: FactId,
): FactView[] {
  const entry = replica.register.byNumber(log);
  const placed = replica.archive.read(log, seq, idBytes(id));
  if (entry === undefined || placed === undefined) return [];
  const status = replica.reader.get(FACTS, [idBytes(id), log])?.["status"];
  return [{
    id,
    type: placed.fact.type,
    space: entry.space,
    log: entry.name,
    seq,
    stamp: placed.stamp,
    status: status === STATUS_COUNTS ? "counts" : "duplicate",
    reason: null,
    fact: withoutSecrets({ ...placed.fact }),
  }];
}
