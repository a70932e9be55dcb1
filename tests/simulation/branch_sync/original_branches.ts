/**
 * Installed branches of the older software that send to the offices of a simulated mesh, as badly as they really do: on
 * lines that lose, double and delay, to either office, twice at once, with numbers that are given again, and with a
 * process that ends between an acknowledgement and its note of it.
 *
 * @module
 */
import type { Result, SiteCode } from "../../../crdt/mod.ts";
import type { Refusal } from "../../../nodes/answers.ts";
import type { BranchReception } from "../../../nodes/branch_sync/branch_sync_use_cases.ts";
import {
  type BranchRequest,
  createOriginalBranch,
  type OriginalBranchModel,
} from "../../support/original_branch_model.ts";
import type { Chance } from "../chance.ts";
import { later, type ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import {
  keyOfSent,
  type SentSale,
  type SentStock,
  stockOfSent,
} from "./sale_keys.ts";

/** Lima is five hours behind. */
export const WALL_OFFSET_MS = -5 * 3_600_000;
const SITES: readonly SiteCode[] = ["ABA", "AQP"] as SiteCode[];
const PRODUCTS = 3;
const ADDRESS = "192.168.1.30";
const ACKNOWLEDGED = '{"success":true}';
/** What a central may answer an installed branch in bad times: it comes again. */
const REFUSALS: ReadonlySet<string> = new Set([
  "overloaded",
  "node_stopping",
  "store_full",
  "store_failed",
  "forbidden",
]);

/** An installed branch and where its configuration points. */
export interface InstalledBranch {
  /** Its code. */
  readonly site: SiteCode;
  /** It. */
  readonly model: OriginalBranchModel;
  /** Which of the offices it sends to. */
  central: number;
  /** How far its clock is off, in milliseconds. */
  skewMs: number;
}

/** What is drawn of one delivery before it happens, so that steps do not disturb each other. */
interface Line {
  readonly lost: boolean;
  readonly delaysMs: readonly number[];
  readonly answerLost: boolean;
  readonly answerMs: number;
  readonly diesBeforeMark: boolean;
}

/** Watches an answer: `heard` is called only if the process that gave it lives. */
export type Watch = <T>(
  peer: SimulatedPeer,
  text: string,
  answer: Promise<T>,
  heard: (answer: T) => void,
) => void;

/** A message that was sent. */
export interface SentMessage {
  /** Who sent it. */
  readonly site: SiteCode;
  /** The keys of its sales. */
  readonly sales: readonly SentSale[];
  /** What it says of stock. */
  readonly stock: SentStock;
  /** Names of the offices that acknowledged it. */
  readonly acknowledged: Set<string>;
}

/** Told of a message that an office has acknowledged. */
export type Acknowledged = (
  peer: SimulatedPeer,
  message: SentMessage,
  reception: BranchReception,
) => void;

/** All installed branches of a scenario. */
export class OriginalBranches {
  /** The branches. */
  readonly branches: readonly InstalledBranch[];
  /** Every message that left a branch. */
  readonly messages: SentMessage[] = [];
  readonly #context: ScenarioContext;
  readonly #watch: Watch;
  readonly #acknowledged: Acknowledged;

  /**
   * Installs branches.
   *
   * @param context The scenario.
   * @param watch Watches answers.
   * @param acknowledged Told of each message that an office has acknowledged.
   */
  constructor(
    context: ScenarioContext,
    watch: Watch,
    acknowledged: Acknowledged,
  ) {
    this.#context = context;
    this.#watch = watch;
    this.#acknowledged = acknowledged;
    this.branches = SITES.map((site) => ({
      site,
      central: 0,
      skewMs: 0,
      model: createOriginalBranch({
        site,
        name: site,
        central: "http://central:3000",
        users: { 1: "Administrador", 2: "Cajera 2" },
        products: Array.from({ length: PRODUCTS }, (_, i) => ({
          id: `${site}-PROD-00${i + 1}`,
          name: `Producto ${i + 1}`,
          description: null,
          category: "General",
          price: 150 + 35 * i,
          stock: 60,
        })),
      }),
    }));
  }

  /** Something happens at a branch. */
  operate(chance: Chance): void {
    const branch = chance.pick(this.branches);
    const kind = chance.below(20);
    if (kind < 10) this.#sell(branch, chance);
    else if (kind < 15) this.#push(branch, chance);
    else if (kind < 17) this.#deleteNewest(branch);
    else if (kind < 18) this.#edit(branch, chance);
    else if (kind < 19) branch.central = chance.below(2);
    else {
      branch.skewMs = chance.pick([0, 0, 3_600_000, -3_600_000, 40_000]);
    }
  }

  /** Once nothing goes wrong any more a person presses the button again. */
  async settle(office: SimulatedPeer): Promise<void> {
    const { mesh, violations } = this.#context;
    for (const branch of this.branches) {
      const request = branch.model.push(this.#wall(branch));
      if (request === null || office.node === undefined) continue;
      const message = this.#note(branch, request);
      const answer = await mesh.settle(this.#receive(office, request));
      if (!answer.ok) {
        violations.push(
          `${office.name} refuses a message of ${branch.site} in quiet times: ${answer.error.code}`,
        );
        continue;
      }
      this.#heard(office, message, answer.value);
      this.#reply(branch, request);
    }
  }

  #wall({ skewMs }: InstalledBranch): number {
    return this.#context.mesh.clock.now() + WALL_OFFSET_MS + skewMs;
  }

  #sell(branch: InstalledBranch, chance: Chance): void {
    for (let i = 1 + chance.below(4); i > 0; i--) {
      const lines = Array.from({ length: 1 + chance.below(3) }, () => ({
        product: `${branch.site}-PROD-00${1 + chance.below(PRODUCTS)}`,
        quantity: 1 + chance.below(3),
      }));
      const id = branch.model.sell({
        wall: this.#wall(branch),
        user: 1 + chance.below(2),
        lines,
      });
      this.#context.note(`${branch.site} sells ${id ?? "nothing"}`);
    }
  }

  /** The number is free then, and the next sale gets it, whether the old one was sent or not. */
  #deleteNewest({ model, site }: InstalledBranch): void {
    const newest = [...model.sales.keys()].at(-1);
    if (newest === undefined) return;
    model.deleteSale(newest);
    this.#context.note(`${site} deletes ${newest}`);
  }

  #edit({ model }: InstalledBranch, chance: Chance): void {
    const [product] = chance.pick([...model.products]);
    model.edit(product, {
      stock: chance.below(80),
      price: 100 + chance.below(300),
    });
  }

  #push(branch: InstalledBranch, chance: Chance): void {
    const line: Line = {
      lost: chance.oneIn(10),
      delaysMs: Array.from(
        { length: chance.oneIn(6) ? 2 : 1 },
        () => chance.pick([0, 0, 1, 5, 60, 700]),
      ),
      answerLost: chance.oneIn(5),
      answerMs: chance.pick([0, 0, 1, 20, 400]),
      diesBeforeMark: chance.oneIn(10),
    };
    const request = branch.model.push(this.#wall(branch));
    if (request === null) return;
    const { note } = this.#context;
    note(`${branch.site} sends ${request.sales.length} sales`);
    if (line.lost) return;
    const message = this.#note(branch, request);
    const { central } = branch;
    for (const delayMs of line.delaysMs) {
      later(
        this.#context,
        delayMs,
        () => this.#arrive(branch, { request, message, line, central }),
      );
    }
  }

  #note({ site }: InstalledBranch, { body }: BranchRequest): SentMessage {
    const { ventas } = JSON.parse(body ?? "");
    const message = {
      site,
      sales: ventas.map(keyOfSent),
      stock: stockOfSent(ventas),
      acknowledged: new Set<string>(),
    };
    this.messages.push(message);
    return message;
  }

  #arrive(
    branch: InstalledBranch,
    { request, message, line, central }: {
      readonly request: BranchRequest;
      readonly message: SentMessage;
      readonly line: Line;
      readonly central: number;
    },
  ): void {
    const { mesh } = this.#context;
    const offices = mesh.peers.filter(({ site }) => site === null);
    const peer = offices[central % offices.length];
    if (peer?.node === undefined || peer.disk.isHalted) return;
    const text = `${request.sales.length} sales of ${branch.site}`;
    const answer = this.#receive(peer, request);
    this.#watch(peer, text, answer, (result) => {
      if (!result.ok) return this.#refused(peer, result.error.code);
      this.#heard(peer, message, result.value);
      if (line.answerLost) return;
      later(this.#context, line.answerMs, () => {
        if (!line.diesBeforeMark) this.#reply(branch, request);
      });
    });
  }

  #receive(
    peer: SimulatedPeer,
    { body }: BranchRequest,
  ): Promise<Result<BranchReception, Refusal>> {
    const { node } = peer;
    if (node === undefined) throw new Error(`${peer.name} is down`);
    return node.useCases.branchSync.receive({
      body: JSON.parse(body ?? ""),
      address: ADDRESS,
    });
  }

  #refused({ name }: SimulatedPeer, code: string): void {
    if (REFUSALS.has(code)) return;
    this.#context.violations.push(`${name} refuses a sound message: ${code}`);
  }

  #heard(
    peer: SimulatedPeer,
    message: SentMessage,
    reception: BranchReception,
  ): void {
    message.acknowledged.add(peer.name);
    this.#acknowledged(peer, message, reception);
  }

  /** The answer reaches the branch, which looks at nothing but `success`. */
  #reply({ model }: InstalledBranch, request: BranchRequest): void {
    const end = model.replied(request, {
      kind: "answered",
      status: 200,
      body: ACKNOWLEDGED,
    });
    if ("ok" in end) model.mark(end);
  }
}
