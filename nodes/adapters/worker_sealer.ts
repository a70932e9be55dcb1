/**
 * Seals pages in a worker, so that requests do not wait behind it. The worker ends when it has had nothing to do for a
 * while: only then does the memory that a page took go back to the system.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { OpenPage, PageSealer, SealedPage } from "../page_sealer.ts";

/** A worker without work ends after this, in milliseconds. */
const IDLE_MS = 2_000;
/** Longest time for one page, in milliseconds. */
const SEAL_MS_MAX = 60_000;

type Answer =
  | { readonly ok: true; readonly sealed: SealedPage }
  | { readonly ok: false; readonly reason: string };

/** Makes a sealer with a worker of its own. */
export function createWorkerSealer(): PageSealer {
  let worker: Worker | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let fail: ((error: Error) => void) | undefined;

  const end = () => {
    clearTimeout(idle);
    worker?.terminate();
    worker = undefined;
  };

  const start = (): Worker => {
    clearTimeout(idle);
    worker ??= new Worker(new URL("./seal_worker.ts", import.meta.url), {
      type: "module",
    });
    return worker;
  };

  return {
    async seal(page: OpenPage) {
      const { promise, resolve, reject } = Promise.withResolvers<SealedPage>();
      const running = start();
      const broken = (reason: string) =>
        reject(
          new PanalError("internal", `A page could not be sealed: ${reason}`),
        );
      fail = reject;
      running.onmessage = ({ data }: MessageEvent<Answer>) =>
        data.ok ? resolve(data.sealed) : broken(data.reason);
      running.onerror = (event) => {
        event.preventDefault();
        end();
        broken(event.message);
      };
      const limit = setTimeout(() => {
        end();
        broken("it took too long");
      }, SEAL_MS_MAX);
      running.postMessage(page);
      try {
        return await promise;
      } finally {
        clearTimeout(limit);
        fail = undefined;
        if (worker !== undefined) idle = setTimeout(end, IDLE_MS);
      }
    },
    stop() {
      end();
      fail?.(
        new PanalError(
          "node_stopping",
          "A page was not sealed: the node is stopping",
        ),
      );
    },
  };
}
