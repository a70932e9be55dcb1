/**
 * The worker of `worker_sealer.ts`: seals pages that it is sent.
 *
 * @module
 */
import { type OpenPage, sealPage } from "../page_sealer.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<OpenPage>) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  try {
    scope.postMessage({ ok: true, sealed: sealPage(data) });
  } catch (error) {
    scope.postMessage({ ok: false, reason: String(error) });
  }
};
