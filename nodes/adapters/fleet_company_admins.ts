/**
 * An administrator's connection to the company's port: each request is answered before the next is read.
 *
 * @module
 */
import type {
  FrameLink,
  FrameLinkEnd,
  FrameLinkReader,
} from "../../net/mod.ts";
import type { AdminDesk } from "../fleet/admin_desk.ts";
import type { CompanyId } from "../fleet/fleet_use_cases.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";

/** What a connection works with. */
export interface AdminReaderParts {
  /** Whose administrator it is. */
  readonly company: CompanyId;
  /** Answers. */
  readonly desk: AdminDesk;
  /** Counts what is not answered. */
  readonly drops: DropCounts;
  /** Is told of failures. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads an administrator's requests.
 *
 * @param link The connection.
 * @param parts What it works with.
 * @returns What is told of its frames.
 */
export function createAdminReader(
  link: FrameLink,
  { company, desk, drops, failed }: AdminReaderParts,
): Omit<FrameLinkReader, "handshake"> {
  const over = Promise.withResolvers<false>();
  const sent = (piece: Uint8Array) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (!link.send(piece, () => resolve(true))) return false;
    return Promise.race([promise, over.promise]);
  };
  return {
    async frame(frame) {
      try {
        const answer = await desk.answer(company, frame);
        if (answer.kind !== "answer") return drops.add(answer.kind);
        try {
          for (let piece; (piece = answer.pieces.shift()) !== undefined;) {
            if (!await sent(piece)) return;
          }
        } finally {
          answer.done();
        }
      } catch (error) {
        // Whoever waits for an answer must not wait for ever.
        failed(error);
        link.destroy();
      }
    },
    closed(why: FrameLinkEnd) {
      over.resolve(false);
      if (why === "oversize" || why === "stuck" || why === "late") {
        drops.add(why);
      }
    },
  };
}
