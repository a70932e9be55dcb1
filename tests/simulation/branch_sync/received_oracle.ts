/**
 * What offices of a mesh owe to installed branches: every sale that they acknowledged counts once, also where its number
 * stands for several, and the stock that was reported last is in force.
 *
 * @module
 */
import { idText, type ProductId, type SiteCode } from "../../../crdt/mod.ts";
import type { BranchReception } from "../../../nodes/branch_sync/branch_sync_use_cases.ts";
import type { NodeWithParts } from "../../../nodes/node.ts";
import { type ScenarioContext, writersOf } from "../scenario_context.ts";
import type { ModelFact } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type {
  InstalledBranch,
  OriginalBranches,
  SentMessage,
} from "./original_branches.ts";
import { type HeldSale, heldSales, keyOfHeld } from "./sale_keys.ts";

/** More than a scenario has. */
const MANY = 1000;

/** Keeps what was acknowledged, and compares it with what is there. */
export class ReceivedOracle {
  readonly #context: ScenarioContext;
  /** Facts of acknowledged sales by the sales' keys. */
  readonly #facts = new Map<string, ModelFact>();
  /** Keys of sales that were acknowledged by whoever could not make them count. */
  readonly #setAside = new Set<string>();

  /** Makes one that knows of nothing. */
  constructor(context: ScenarioContext) {
    this.#context = context;
  }

  /**
   * A message was acknowledged: all of it must be there now.
   *
   * @param peer By whom.
   * @param message The message.
   * @param reception What was said of it.
   * @param check Looks at each fact that was acknowledged.
   */
  acknowledged(
    peer: SimulatedPeer,
    message: SentMessage,
    reception: BranchReception,
    check: (fact: ModelFact) => void,
  ): void {
    const { node } = peer;
    // The next transaction may have left the store closed already; the next start looks again.
    if (node === undefined || node.replica.problem !== undefined) return;
    const { violations } = this.#context;
    const { received, duplicates, conflicts, quarantined } = reception;
    const sum = received + duplicates + conflicts.length + quarantined;
    if (sum !== message.sales.length) {
      violations.push(
        `${peer.name} tells of ${sum} sales of ${message.sales.length}`,
      );
    }
    for (const { key, receipt, total } of message.sales) {
      const held = heldSales(node.replica, { receipt })
        .filter((one) => one.key === key);
      const [sale] = held;
      if (held.length > 1) violations.push(`${peer.name}: ${key} counts twice`);
      if (sale === undefined) {
        if (this.#mayNotCount(peer)) this.#setAside.add(key);
        else violations.push(`${peer.name} acknowledged ${key}, which is lost`);
        continue;
      }
      const id = idText(sale.id);
      const site = message.site;
      const { model } = this.#context;
      const fact = model.ask(id, { kind: "received", site, total });
      model.acknowledge(fact, peer.name, writersOf(peer, id));
      this.#facts.set(key, fact);
      check(fact);
    }
  }

  #mayNotCount({ peer }: SimulatedPeer): boolean {
    const { expired, revoked } = this.#context.suspects;
    return expired.has(peer) || revoked.has(peer);
  }

  /**
   * Compares a peer that reads every space with what branches sent and were told.
   *
   * @param peer The peer.
   * @param originals The branches.
   * @returns What is wrong.
   */
  findWrong(
    { node, name }: SimulatedPeer,
    originals: OriginalBranches,
  ): string[] {
    if (node === undefined) return [`${name} is down`];
    return originals.branches.flatMap((branch) => {
      const held = heldSales(node.replica, { site: branch.site });
      const messages = originals.messages.filter(({ site }) =>
        site === branch.site
      );
      return [
        ...findDoubled(held, messages),
        ...this.#findLost(held),
        ...this.#findFalselyMarked(branch, held, messages),
        ...findWrongTotals(node, branch.site, held),
        ...this.#findWrongStock(node, branch, messages),
        ...this.#findUnreported(node, held),
      ].map((text) => `${name}: ${text}`);
    });
  }

  #findLost(held: readonly HeldSale[]): string[] {
    const here = new Set(held.map(({ key }) => key));
    const sites = new Set(held.map(({ row }) => row["site"]));
    return [...this.#facts].filter(([key, { effect, mayBeLost, isCut }]) =>
      effect.kind === "received" && sites.has(effect.site) &&
      !mayBeLost && !isCut && !here.has(key)
    ).map(([key]) => `${key} was acknowledged and is lost`);
  }

  /** A branch notes a number as sent; the sale behind it may have been given the number since, which is its own loss. */
  #findFalselyMarked(
    { model }: InstalledBranch,
    held: readonly HeldSale[],
    messages: readonly SentMessage[],
  ): string[] {
    const here = new Set(held.map(({ key }) => key));
    const sent = new Set(
      messages.flatMap(({ sales }) => sales.map(({ key }) => key)),
    );
    return [...model.sales.values()].flatMap((sale) => {
      const key = keyOfHeld(sale);
      const fact = this.#facts.get(key);
      if (!sale.synced || here.has(key) || !sent.has(key)) return [];
      const isExcused = this.#setAside.has(key) ||
        fact?.mayBeLost === true || fact?.isCut === true ||
        (fact === undefined &&
          messages.some(({ sales, acknowledged }) =>
            acknowledged.size > 0 &&
            sales.some(({ receipt }) => receipt === sale.id)
          ));
      return isExcused ? [] : [`${key} is marked as sent and is not here`];
    });
  }

  /** The report in force is that of the newest message that is sure to be here, or of one as new. */
  #findWrongStock(
    node: NodeWithParts,
    { site, model }: InstalledBranch,
    messages: readonly SentMessage[],
  ): string[] {
    const { copied, revoked, expired } = this.#context.suspects;
    const isSure = copied.size + revoked.size + expired.size === 0;
    return [...model.products.keys()].flatMap((product) => {
      const about = messages.filter(({ stock }) => stock.products.has(product));
      const sure = about.filter(({ acknowledged }) =>
        isSure && acknowledged.size > 0
      );
      const least = Math.max(-1, ...sure.map(({ stock }) => stock.version));
      const may = new Set(
        about.filter(({ stock }) => stock.version >= least)
          .map(({ stock }) => stock.products.get(product)),
      );
      if (sure.length === 0) may.add(0);
      const is = node.useCases.stockOf(site, product as ProductId);
      const moved = (is?.sold ?? 0) !== 0 || (is?.received ?? 0) !== 0;
      return may.has(is?.onHand ?? 0) && !moved ? [] : [
        `stock of ${product} is ${JSON.stringify(is)}, not ${[...may]}`,
      ];
    });
  }

  /** A number that stands for several sales is shown to people. */
  #findUnreported(node: NodeWithParts, held: readonly HeldSale[]): string[] {
    const byReceipt = Map.groupBy(
      held.filter(({ voided }) => !voided),
      ({ receipt }) => receipt,
    );
    const { items } = node.useCases.branchSync.conflicts({ limit: MANY });
    const listed = new Set(
      items.filter(({ kind }) => kind === "conflict")
        .map(({ receipt }) => receipt),
    );
    return [...byReceipt].filter(([receipt, sales]) =>
      sales.length > 1 && !listed.has(receipt)
    ).map(([receipt, { length }]) =>
      `${receipt} stands for ${length} sales, which nobody is told`
    );
  }
}

/** What counts although no branch sent it, or twice. */
function findDoubled(
  held: readonly HeldSale[],
  messages: readonly SentMessage[],
): string[] {
  const sent = new Set(
    messages.flatMap(({ sales }) => sales.map(({ key }) => key)),
  );
  const found: string[] = [];
  const seen = new Set<string>();
  for (const { key } of held) {
    if (!sent.has(key)) found.push(`${key} was never sent`);
    if (seen.has(key)) found.push(`${key} counts twice`);
    seen.add(key);
  }
  return found;
}

function findWrongTotals(
  { useCases }: NodeWithParts,
  site: SiteCode,
  held: readonly HeldSale[],
): string[] {
  const counting = held.filter(({ voided }) => !voided);
  const should = [
    counting.length,
    counting.reduce((sum, { total }) => sum + total, 0),
  ];
  const { count, amounts } = useCases.totals({ site });
  const is = [count, amounts[0]?.units ?? 0];
  return String(is) === String(should)
    ? []
    : [`totals of ${site} are ${is}, not ${should}`];
}
