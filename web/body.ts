/**
 * Reading a JSON body with a bound on its length, whether or not the client says how long it is.
 *
 * @module
 */
import { err, LINES_MAX, ok, type Result } from "../crdt/mod.ts";
import {
  bodyTooLarge,
  malformedBody,
  problem,
  unsupportedMediaType,
} from "./errors.ts";

/** The most bytes of a body. */
export const BODY_BYTES_MAX = 1024 * 1024;

const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json\s*(?:;|$)/i;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a request's body as JSON.
 *
 * @param request The request; its body is used up.
 * @returns The value, or the answer that refuses it: status 415, 413, 400, or 422 for a list that is too long to look at.
 */
export async function readJson(
  request: Request,
): Promise<Result<unknown, Response>> {
  const { headers } = request;
  const type = headers.get("content-type");
  if (type !== "application/json" && !JSON_TYPE.test(type ?? "")) {
    return err(unsupportedMediaType());
  }
  const bytes = await readBytes(request, headers.get("content-length"));
  if (bytes === undefined) return err(bodyTooLarge(BODY_BYTES_MAX));
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return err(malformedBody("it is not UTF-8"));
  }
  try {
    return shallow(JSON.parse(text));
  } catch {
    return err(malformedBody("it is not JSON"));
  }
}

async function readBytes(
  request: Request,
  declared: string | null,
): Promise<Uint8Array | undefined> {
  if (declared !== null) {
    // The HTTP server takes exactly as many bytes as were declared.
    return Number(declared) <= BODY_BYTES_MAX
      ? await request.bytes()
      : undefined;
  }
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Lines are the only lists that requests have. A schema looks at every item of a list before it sees that there are too many, so that is seen here. */
function shallow(value: unknown): Result<unknown, Response> {
  if (typeof value === "object" && value !== null) {
    for (const [key, field] of Object.entries(value)) {
      if (Array.isArray(field) && field.length > LINES_MAX) {
        const message = `Expected at most ${LINES_MAX} items`;
        const path = key.slice(0, 100);
        return err(
          problem("request_invalid", `Cannot take "${path}": ${message}`, {
            errors: [{ in: "body", path, message }],
          }),
        );
      }
    }
  }
  return ok(value);
}
