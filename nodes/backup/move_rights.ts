/**
 * What a node does last before it is moved: all rights of its logs are granted to the logs that its next folder will
 * open, so that nothing waits for anybody there, and nothing can be spent twice: the old folder is sealed afterwards.
 *
 * @module
 */
import {
  type BoundName,
  fixedFactId,
  fromHex,
  logIdOf,
  ok,
  OPEN_HOLDS,
  PanalError,
  type Random,
  RIGHTS,
  RIGHTS_AMOUNT_MAX,
  toHex,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import type { Replica } from "../replica.ts";
import { EPOCH_BYTES } from "../reserved_epochs.ts";
import { grantRights } from "../rights_grants.ts";
import { acceptGrants, freeRights } from "../use_cases/rights.ts";
import type { BackupMove } from "./backup_manifest.ts";

/** What became of the rights. */
export interface MovedRights {
  /** Bounds of which all that was free was granted. */
  readonly bounds: number;
  /** Purchases that are held for: what they hold stays with the old log. */
  readonly holds: number;
}

/**
 * Plans a move: an epoch for each space where the node has rights.
 *
 * @param replica The node's replica.
 * @param random For the id and the epochs.
 * @returns The plan, to be stored before anything is granted.
 */
export function planMove(replica: Replica, random: Random): BackupMove {
  const spaces = ownLogs(replica)
    .filter(({ number }) => boundsOf(replica, number).length > 0)
    .map(({ space }): [string, string] => [
      space,
      toHex(random.bytes(EPOCH_BYTES)),
    ]);
  return { id: toHex(random.bytes(16)), epochs: Object.fromEntries(spaces) };
}

/**
 * Grants all free rights to the logs of a plan; what was granted before is not granted again.
 *
 * @param replica The node's replica.
 * @param move The plan.
 * @returns What was granted, once it is durable.
 */
export async function grantForMove(
  replica: Replica,
  move: BackupMove,
): Promise<MovedRights> {
  let [bounds, holds] = [0, 0];
  for (const log of ownLogs(replica)) {
    const epoch = move.epochs[log.space];
    const held = { prefix: [log.number] };
    holds += replica.reader.count(OPEN_HOLDS, held.prefix);
    if (epoch === undefined) continue;
    await replica.decide((context) => {
      acceptGrants(context, replica.register, { log });
      return ok(null);
    });
    for (const bound of boundsOf(replica, log.number)) {
      bounds += await grantBound(replica, { log, bound, epoch, move });
    }
  }
  return { bounds, holds };
}

async function grantBound(
  replica: Replica,
  { log, bound, epoch, move }: {
    readonly log: LogEntry;
    readonly bound: BoundName;
    readonly epoch: string;
    readonly move: BackupMove;
  },
): Promise<number> {
  const { space, publicKey } = log;
  const to = logIdOf(space, { publicKey, epoch: fromHex(epoch) });
  for (let part = 0;; part++) {
    const free = freeRights(replica.reader, bound, log);
    if (free <= 0) return part > 0 ? 1 : 0;
    const request = fixedFactId(["move", move.id, bound, `${part} ${free}`]);
    const amount = Math.min(free, RIGHTS_AMOUNT_MAX);
    const granted = await replica.decide((context) =>
      grantRights(context, replica, {
        ...{ bound, amount, to, request },
        exact: true,
      })
    );
    if (granted.ok) continue;
    throw new PanalError(
      "config_invalid",
      `Cannot move the node: its rights of ${bound} cannot be granted: ${granted.error.message}`,
    );
  }
}

function ownLogs({ register }: Replica): LogEntry[] {
  return [...register.all()].filter(({ own }) => own);
}

function boundsOf({ reader }: Replica, log: number): BoundName[] {
  return reader.scan(RIGHTS, { index: "by_log", prefix: [log] })
    .map((row) => row["bound"] as BoundName);
}
