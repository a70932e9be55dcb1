/**
 * Realistic bugs, one replacement of text each, and what must find them.
 *
 * @module
 */

import { APART_MUTATIONS } from "./apart_mutations.ts";
import { BRANCH_PUSH_MUTATIONS } from "./branch_push_mutations.ts";
import { BRANCH_RECEIVE_MUTATIONS } from "./branch_receive_mutations.ts";
import { BRANCH_SURFACE_MUTATIONS } from "./branch_surface_mutations.ts";
import { CHARGING_MUTATIONS } from "./charging_mutations.ts";
import { FLEET_MUTATIONS } from "./fleet_mutations.ts";
import type { Mutation } from "./mutation.ts";
import { NEIGHBOR_MUTATIONS } from "./neighbor_mutations.ts";
import { BACKUP_MUTATIONS } from "./backup_mutations.ts";
import { TILL_MUTATIONS } from "./till_mutations.ts";

/** The bugs. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "skip the fsync of a commit",
    file: "nodes/adapters/disk_log.ts",
    find: `      step();
      this.#disk.sync();`,
    replace: `      step();`,
    foundBy: { scenario: "crash", seed: 1, seeds: 40 },
  },
  {
    name: "send before durable",
    file: "nodes/replica.ts",
    find:
      `      for (const { entry } of written) staged.set(entry.number, entry);
`,
    replace:
      `      for (const { entry } of written) staged.set(entry.number, entry);
      this.#tell((events) => events.written(written));
`,
    foundBy: { scenario: "calm", seed: 1, seeds: 20 },
  },
  {
    name: "answer callers before durable",
    file: "nodes/replica.ts",
    find:
      `      for (const { entry } of written) staged.set(entry.number, entry);
`,
    replace:
      `      for (const { entry } of written) staged.set(entry.number, entry);
      results.forEach((result, i) => group[i]?.settle(result));
`,
    foundBy: { scenario: "disk", seed: 1, seeds: 60 },
  },
  {
    name: "take a group that the disk refused for written",
    file: "nodes/replica.ts",
    find: `      if (isStoreError(error)) this.#problem = error.message;
`,
    replace: `      if (isStoreError(error)) return undefined as T;
`,
    foundBy: { scenario: "disk", seed: 1, seeds: 60 },
  },
  {
    name: "keep what was cached after a failed transaction",
    file: "nodes/replica.ts",
    find: `      this.archive.clear();
      this.#catalog.clear();
      if (`,
    replace: `      if (`,
    foundBy: {
      test: "tests/nodes/catalog_cache_test.ts",
      filter: "refused is not sold",
    },
  },
  {
    name: "go on with the old store after an unknown outcome",
    file: "nodes/replica.ts",
    find: `      ) this.#tryReopen();`,
    replace: `      ) this.#problem = undefined;`,
    foundBy: { scenario: "disk", seed: 1, seeds: 60 },
  },
  {
    name: "leave the rows of a failed commit in memory",
    file: "nodes/adapters/simulated_store.ts",
    find: `    } catch (error) {
      this.rollback();
      throw error;`,
    replace: `    } catch (error) {
      this.#forget();
      throw error;`,
    foundBy: { scenario: "disk", seed: 1, seeds: 60 },
  },
  {
    name: "count a resend twice",
    file: "crdt/ledger.ts",
    find: `        counting !== undefined &&
        compareOrder(orderOf(counting), orderOf(placed)) < 0
      ) {
        setStatus(rows, placed, STATUS_DUPLICATE);`,
    replace: `        counting !== undefined &&
        compareOrder(orderOf(counting), orderOf(placed)) < 0
      ) {
        setStatus(rows, placed, STATUS_COUNTS);`,
    foundBy: { scenario: "partition", seed: 1, seeds: 60 },
  },
  {
    name: "fold by order of arrival: the first copy to come counts",
    file: "crdt/ledger.ts",
    find: `        compareOrder(orderOf(counting), orderOf(placed)) < 0
      ) {`,
    replace: `        orderOf(counting) !== orderOf(placed)
      ) {`,
    foundBy: { scenario: "partition", seed: 1, seeds: 60 },
  },
  {
    name: "count every void of a sale",
    file: "crdt/sales.ts",
    find: `      toggle(rows, fact, { sign: 1, sole: isFirst });`,
    replace: `      toggle(rows, fact, { sign: 1, sole: true });`,
    foundBy: { scenario: "partition", seed: 1, seeds: 60 },
  },
  {
    name: "forget a void that came before its sale",
    file: "crdt/sales.ts",
    find: `    const voided = placed.fresh !== true && hasVoid(rows, fact);`,
    replace: `    const voided = false;`,
    foundBy: {
      test: "tests/nodes/fold_property_test.ts",
      filter: "a replica is equal to another",
    },
  },
  {
    name: "a price that comes later wins, whatever its order",
    file: "crdt/price_book.ts",
    find:
      `    const found = page.find((row) => !isReplaced(rows, place.scope, row, at));`,
    replace: `    const found = page.findLast((row) =>
      !isReplaced(rows, place.scope, row, at)
    );`,
    foundBy: {
      test: "tests/crdt/price_book_test.ts",
      filter: "takes the greatest",
    },
  },
  {
    name: "reuse an epoch",
    file: "nodes/reserved_epochs.ts",
    find: `epoch: random.bytes(EPOCH_BYTES)`,
    replace: `epoch: new Uint8Array(EPOCH_BYTES)`,
    foundBy: { scenario: "copy", seed: 1, seeds: 60 },
  },
  {
    name: "go on with the old log after a restore",
    file: "nodes/node.ts",
    find: `    closeOwnLogs(replica);
`,
    replace: "",
    foundBy: {
      test: "tests/nodes/identity_test.ts",
      filter: "a copied folder started beside the original",
    },
  },
  {
    name: "never compare ends of a fork that are equally long",
    file: "nodes/replicator.ts",
    find: `    if (shown?.seq === place.seq && shown.hash !== place.hash) {`,
    replace: `    if (shown?.seq === -1) {`,
    foundBy: { scenario: "copy", seed: 1, seeds: 100 },
  },
  {
    name: "write on in a log that was continued elsewhere",
    file: "nodes/log_run.ts",
    find: `  const entry = putTip(writer, tip, {
    before,
    number,
    own: false,`,
    replace: `  const entry = putTip(writer, tip, {
    before,
    number,
    own: before?.own ?? false,`,
    foundBy: {
      test: "tests/nodes/replicator_fork_test.ts",
      filter: "3 and 0",
    },
  },
  {
    name: "verify only the first commit of a batch",
    file: "crdt/replica.ts",
    find: `    const next = checkCommit(encoded, after, context);`,
    replace: `    const next = after === undefined || encoded === run[0]
      ? checkCommit(encoded, after, context)
      : ok({
        ...after,
        seq: encoded.commit.seq,
        hash: encoded.hash,
        stamp: encoded.commit.stamp,
      });`,
    foundBy: { test: "tests/crdt/replica_test.ts", filter: "verifyCommits" },
  },
  {
    name: "believe a head without looking at its signature",
    file: "crdt/replica.ts",
    find: `  return verifyHead(head, after.publicKey, context.signatures)
    ? ok(after)`,
    replace: `  return verifyHead !== undefined
    ? ok(after)`,
    foundBy: { scenario: "poison", seed: 1, seeds: 40 },
  },
  {
    name: "let a log change another log's document",
    file: "crdt/replica.ts",
    find:
      `  const foreign = changes.find(({ doc }) => !ownsDocument(doc, commit));`,
    replace:
      `  const foreign = changes.find(({ doc }) => doc === "" && !ownsDocument(doc, commit));`,
    foundBy: { test: "tests/crdt/replica_test.ts", filter: "" },
  },
  {
    name: "take another peer's certificate for its own",
    file: "nodes/replicator.ts",
    find: `    if (peer !== session.link.peer) {
      return refuse("the certificate is about another key");
    }
`,
    replace: "",
    foundBy: { test: "tests/nodes/replicator_test.ts", filter: "" },
  },
  {
    name: "count what was decided after the certificate's end",
    file: "crdt/verdict.ts",
    find: `  return certificate.notAfter <= stampMs(stamp)
`,
    replace: `  return certificate.notAfter < 0 && stampMs(stamp) > 0
`,
    foundBy: {
      test: "tests/crdt/verdict_test.ts",
      filter: "compares the commit's stamp",
    },
  },
  {
    name: "take stamps over from a clock that is a year ahead",
    file: "crdt/clock.ts",
    find:
      `  return other > last && stampMs(other) <= nowMs + STAMP_AHEAD_MS_MAX`,
    replace:
      `  return other > last && stampMs(other) <= nowMs * STAMP_AHEAD_MS_MAX`,
    foundBy: { test: "tests/crdt/clock_test.ts", filter: "observeStamp" },
  },
  {
    name: "begin again at an earlier stamp when the clock goes back",
    file: "crdt/clock.ts",
    find: `  if (now > ms) return makeStamp(now, 0);`,
    replace: `  if (now !== ms) return makeStamp(now, 0);`,
    foundBy: { test: "tests/crdt/clock_test.ts", filter: "nextStamp" },
  },
  {
    name: "give credit for a frame before its commits are durable",
    file: "net/credit_link.ts",
    find: `    if (handled === undefined) this.#settle(cost);
    else {`,
    replace: `    if (handled !== null) this.#settle(cost);
    else {`,
    foundBy: {
      test: "tests/net/credit_link_test.ts",
      filter: "when the handler's promise settles",
    },
  },
  {
    name: "accept a grant twice",
    file: "crdt/rights_transfers.ts",
    find: "return here.flatMap(acceptedEffects);",
    replace: `return here.flatMap(({ id, transfers }) =>
      transfers.every(({ acceptance }) => acceptance === undefined)
        ? []
        : rows.scan(ACCEPTANCES, { prefix: [id] }).map((
          { bound, log, amount },
        ) => ({
          bound: bound as BoundName,
          log: Number(log),
          deltas: { accepted: Number(amount) },
        }))
    );`,
    foundBy: {
      test: "tests/crdt/rights_test.ts",
      filter: "an acceptance counts only in the log that the grant names",
    },
  },
  {
    name: "give back at the wrong log",
    file: "crdt/rights_returns.ts",
    find: `    log,
    deltas: amount > 0 ? { returned: amount } : destroyed(-amount),`,
    replace: `    log: log + 1,
    deltas: amount > 0 ? { returned: amount } : destroyed(-amount),`,
    foundBy: { test: "tests/crdt/rights_test.ts", filter: "two voids" },
  },
  {
    name: "grant anew when a request is repeated",
    file: "nodes/rights_grants.ts",
    find: `  const id = logFactId(log.name, request);
`,
    replace: `  const id = logFactId(log.name, context.newId());
`,
    foundBy: {
      test: "tests/nodes/rights_desk_test.ts",
      filter: "the same request gets the same grant",
    },
  },
  {
    name: "grant more than there is",
    file: "nodes/rights_grants.ts",
    find: `  if (given <= 0 || given > free || (`,
    replace: `  if (given <= 0 || (`,
    foundBy: {
      test: "tests/nodes/rights_desk_test.ts",
      filter: "more than there is",
    },
  },
  {
    name: "sell a strict product by what seems to be on the shelf",
    file: "nodes/use_cases/sale_stock.ts",
    find: `    const checked = bound === undefined
`,
    replace: `    const checked = bound !== null
`,
    foundBy: {
      test: "tests/nodes/rights_keeper_test.ts",
      filter: "two tills that are cut off",
    },
  },
  {
    name: "send a pump new prices while it dispenses",
    file: "nodes/forecourt/price_delivery.ts",
    find: `    return pump.busy !== "free" && !this.#settings.immediate;`,
    replace: `    return pump.busy === "paused" && !this.#settings.immediate;`,
    foundBy: {
      test: "tests/legacy/forecourt_pumps_test.ts",
      filter: "V7",
    },
  },
  {
    name: "forget at a restart what a pump was given",
    file: "nodes/forecourt/price_delivery.ts",
    find: `    pump.sent = prices;
    this.#save(pump);`,
    replace: `    pump.sent = prices;`,
    foundBy: {
      test: "tests/nodes/forecourt/price_delivery_test.ts",
      filter: "goes on after a restart",
    },
  },
  {
    name: "let the end of an old connection take the new one with it",
    file: "nodes/forecourt/pump_links.ts",
    find: `    pump?.links.delete(id);`,
    replace: `    pump?.links.clear();`,
    foundBy: {
      test: "tests/legacy/forecourt_pumps_test.ts",
      filter: "V6",
    },
  },
  {
    name: "name a delivery by when it was received",
    file: "net/legacy/forecourt_sale.ts",
    find: `    untimed: start === null && end === null,`,
    replace: `    untimed: true,`,
    foundBy: {
      test: "tests/legacy/forecourt_pumps_test.ts",
      filter: "V9",
    },
  },
  {
    name: "echo a price push before it is durable",
    file: "nodes/forecourt/control_group.ts",
    find: `        durable = await this.#ports.push(push);`,
    replace: `        durable = true;
        void this.#ports.push(push);`,
    foundBy: {
      test: "tests/legacy/forecourt_prices_test.ts",
      filter: "V11",
    },
  },
  {
    name: "tell a page a sale again when another copy of it counts",
    file: "web/surfaces/forecourt_bridge.ts",
    find:
      `        if (event.sale.site !== site || !isNew(event.sale.id)) return;`,
    replace: `        if (event.sale.site !== site) return;`,
    foundBy: {
      test: "tests/legacy/forecourt_bridge_test.ts",
      filter: "recorded apart",
    },
  },
  {
    name: "say that a price has arrived before the station holds it",
    file: "web/surfaces/forecourt_company_links.ts",
    find: `        space !== \`site:\${site}\` || commits >= 0`,
    replace: `        space === \`site:\${site}\` || commits >= 0`,
    foundBy: {
      test: "tests/legacy/forecourt_company_test.ts",
      filter: "a station that is a peer",
    },
  },
  {
    name: "forget what an emergency stop of a pump dispensed",
    file: "nodes/forecourt/pump_machine.ts",
    find:
      `        : end(state, { at: event.at, payment: UNPAID, state: "cancelled" });`,
    replace:
      `        : { state: { ...state, isFlowing: false, delivery: null }, effects: [REPORT] };`,
    foundBy: {
      test: "tests/nodes/forecourt/pump_machine_test.ts",
      filter: "loses and doubles no milliliter",
    },
  },
  {
    name: "let a paused pump take prices",
    file: "nodes/forecourt/pump_machine.ts",
    find: `  if (state.delivery !== null) {
    return { state: { ...state, waiting: held }, effects: [] };`,
    replace: `  if (state.isFlowing) {
    return { state: { ...state, waiting: held }, effects: [] };`,
    foundBy: {
      test: "tests/nodes/forecourt/pump_machine_test.ts",
      filter: "holds prices during a delivery",
    },
  },
  {
    name: "end the row of a pump's delivery before its sale is durable",
    file: "nodes/forecourt/pump_peer.ts",
    find: `    const done = await forecourt.recordFuelSale({
      ...end,`,
    replace: `    await store.close(id, tellsStation);
    const done = await forecourt.recordFuelSale({
      ...end,`,
    foundBy: {
      test: "tests/nodes/forecourt/pump_peer_crash_test.ts",
      filter: "whenever its power is lost",
    },
  },
  {
    name: "send a sale to an original station before noting that it was sent",
    file: "nodes/forecourt/station_client.ts",
    find: `    await store.mark(row, sent);
`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/forecourt/station_client_property_test.ts",
      filter: "exactly once",
    },
  },
  {
    name: "take an original station's other prices for the echo of one's own",
    file: "nodes/forecourt/station_link.ts",
    find:
      `    if (own !== undefined && samePrices(own.wanted.prices, echo.prices)) {`,
    replace: `    if (own !== undefined) {`,
    foundBy: {
      test: "tests/nodes/forecourt/station_link_test.ts",
      filter: "not by another",
    },
  },
  {
    name: "believe about a pump whoever may only read its site",
    file: "nodes/forecourt/pump_telling.ts",
    find: `!allows(certificate, space, "write")`,
    replace: `!allows(certificate, space, "read")`,
    foundBy: {
      test: "tests/nodes/forecourt/pump_telling_test.ts",
      filter: "hears nothing of who may not write",
    },
  },
  ...BRANCH_PUSH_MUTATIONS,
  ...BRANCH_SURFACE_MUTATIONS,
  ...BRANCH_RECEIVE_MUTATIONS,
  ...TILL_MUTATIONS,
  ...NEIGHBOR_MUTATIONS,
  ...FLEET_MUTATIONS,
  ...CHARGING_MUTATIONS,
  ...APART_MUTATIONS,
  ...BACKUP_MUTATIONS,
];
