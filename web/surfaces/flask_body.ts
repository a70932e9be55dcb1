/**
 * JSON bodies of small surfaces whose original programs were made with another framework: without the JSON content type
 * there is no body at all, and a body that is no object has no fields.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";

/** The longest body that is read, in bytes. The original programs have no limit. */
export const FLASK_BODY_BYTES_MAX = 65_536;

/** The fields of a body. */
export type BodyFields = Readonly<Record<string, unknown>>;

const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json\s*(?:;|$)/i;

/**
 * A JSON answer. Not `jsonResponse`: to that an object with a key `source` is a number.
 *
 * @param body The value.
 * @param status The status; 200 if left out.
 * @returns The response.
 */
export function plainJson(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json" },
  });
}

/**
 * A refusal.
 *
 * @param status The status.
 * @param error The sentence.
 * @returns `{"error": …}`.
 */
export function failed(status: number, error: string): Response {
  return plainJson({ error }, status);
}

function refused(status: number, error: string): Result<never, Response> {
  return err(failed(status, error));
}

/**
 * Reads a request's body.
 *
 * @param request The request; its body is used up.
 * @returns Its fields, none if it is no object; or the answer that refuses it: 415, 413 or 400.
 */
export async function readFields(
  request: Request,
): Promise<Result<BodyFields, Response>> {
  if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) {
    return refused(415, "Unsupported Media Type");
  }
  const declared = Number(request.headers.get("content-length") ?? 0);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = declared > FLASK_BODY_BYTES_MAX ? declared : 0;
  for await (const chunk of length > 0 ? [] : request.body ?? []) {
    length += chunk.length;
    chunks.push(chunk);
    if (length > FLASK_BODY_BYTES_MAX) break;
  }
  if (length > FLASK_BODY_BYTES_MAX) {
    return refused(413, "Request Entity Too Large");
  }
  try {
    const bytes = await new Blob(chunks).bytes();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null &&
      !Array.isArray(value);
    return ok(isObject ? value as BodyFields : {});
  } catch {
    return refused(400, "Bad Request");
  }
}

/**
 * A field's text.
 *
 * @param fields The body.
 * @param name The field.
 * @returns The text; undefined if it is missing, empty or no text.
 */
export function textField(
  fields: BodyFields,
  name: string,
): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
