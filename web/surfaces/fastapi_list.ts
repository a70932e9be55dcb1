/**
 * Long lists of a compatibility surface. The original programs answer a list of any length; here one is written page
 * after page as the client reads it, so that none is held in memory as a whole.
 *
 * @module
 */
import { type JsonValue, writeJson } from "./fastapi_json.ts";

/**
 * A JSON array as an answer.
 *
 * @param pages The items, page after page; the next page is asked for when the one before has been sent.
 * @returns The response.
 */
export function jsonListResponse(
  pages: Iterable<readonly JsonValue[]>,
): Response {
  const texts = listTexts(pages);
  // A first page that cannot be read is still answered as such.
  let next = texts.next();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(next.value));
      next = texts.next();
    },
    cancel: () => void texts.return(),
  });
  return new Response(body, {
    headers: { "content-type": "application/json" },
  });
}

function* listTexts(
  pages: Iterable<readonly JsonValue[]>,
): Generator<string, void> {
  let before = "[";
  for (const items of pages) {
    if (items.length === 0) continue;
    yield before + items.map(writeJson).join(",");
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
