/**
 * Traces of requests, sent to a collector by OTLP over HTTP as JSON. The form is a page of fields, and what waits is to
 * be bounded and never in the way of a sale: the usual libraries bring a dozen packages and a context that follows every
 * promise, which costs also where nobody traces.
 *
 * @module
 */
import type { Clock, Random, Timer } from "../../crdt/mod.ts";
import type { Logger } from "../ports.ts";

/** Most spans that wait; more are dropped. */
export const SPANS_WAITING_MAX = 4096;
/** Most spans that are sent at once. */
export const SPANS_SENT_MAX = 512;
/** Spans are sent this often, in milliseconds; at once when enough wait. */
export const SPANS_MS = 2_000;
/** How long a collector may take to answer, in milliseconds. */
export const COLLECTOR_MS_MAX = 5_000;
/** How long what waits may take at a stop, in milliseconds. */
const STOP_MS = 1_000;
const SPAN_KIND_SERVER = 2;
const STATUS_ERROR = 2;
/** Version 00 of W3C's Trace Context; zeros are no ids. */
const TRACEPARENT =
  /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/** A request that was answered. */
export interface TracedRequest {
  /** Its id. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** The route's pattern. */
  readonly route: string;
  /** The answer's status. */
  readonly status: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** The `traceparent` that it carried, whatever it says. */
  readonly traceparent: string | null;
  /** Ids of facts that it recorded. */
  readonly facts: readonly string[];
}

/** What an exporter works with. */
export interface ExporterParts {
  /** The collector, without a slash at the end, e.g. `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Who sends: attributes of the resource. */
  readonly resource: Readonly<Record<string, string>>;
  /** The commit in which a fact stands; undefined if it is not here. */
  readonly commitOf: (
    fact: string,
  ) => { readonly log: string; readonly seq: number } | undefined;
  /** Time. */
  readonly clock: Clock;
  /** Draws ids. */
  readonly random: Random;
  /** Is told when the collector is lost and found again. */
  readonly logger: Logger;
}

/** Sends spans. */
export interface SpanExporter {
  /** Takes a span; at once, and it never throws. */
  add(request: TracedRequest): void;
  /** Sends what waits, for a second at most, and ends. */
  stop(): Promise<void>;
}

/** A span that waits. */
interface Waiting extends TracedRequest {
  readonly endMs: number;
}

/**
 * Makes an exporter.
 *
 * @param parts What it works with.
 * @returns The exporter; nothing is sent before there is a span.
 */
export function createSpanExporter(parts: ExporterParts): SpanExporter {
  return new Exporter(parts);
}

class Exporter implements SpanExporter {
  readonly #parts: ExporterParts;
  readonly #waiting: Waiting[] = [];
  readonly #ending = new AbortController();
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #dropped = 0;
  #isLost = false;
  #stopped = false;

  constructor(parts: ExporterParts) {
    this.#parts = parts;
  }

  add(request: TracedRequest): void {
    if (this.#stopped || this.#waiting.length >= SPANS_WAITING_MAX) {
      this.#dropped++;
      return;
    }
    const { clock } = this.#parts;
    this.#waiting.push({ ...request, endMs: clock.now() });
    if (this.#waiting.length >= SPANS_SENT_MAX) this.#send();
    else this.#timer ??= clock.timer(SPANS_MS, () => this.#send());
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const { clock } = this.#parts;
    const late = clock.timer(STOP_MS, () => this.#ending.abort());
    await this.#sending;
    while (this.#waiting.length > 0 && !this.#isLost) await this.#send();
    late.cancel();
    this.#timer?.cancel();
  }

  /** One batch at a time: a slow collector makes spans wait, and then go. */
  #send(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    return this.#sending ??= this.#sendBatch().finally(() => {
      this.#sending = undefined;
      if (this.#waiting.length === 0 || this.#stopped) return;
      this.#timer ??= this.#parts.clock.timer(SPANS_MS, () => this.#send());
    });
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, SPANS_SENT_MAX);
    try {
      const response = await fetch(`${this.#parts.url}/v1/traces`, {
        method: "POST",
        redirect: "error",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(this.#payload(batch)),
        signal: AbortSignal.any([
          this.#ending.signal,
          AbortSignal.timeout(COLLECTOR_MS_MAX),
        ]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new TypeError(`status ${response.status}`);
      this.#found();
    } catch (error) {
      this.#lost(batch.length, error);
    }
  }

  #found(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#parts.logger.log("info", "The collector takes traces again", {
      dropped,
    });
  }

  /** A batch is not sent twice: a trace that lacks a span harms less than memory that grows. */
  #lost(count: number, error: unknown): void {
    this.#dropped += count;
    if (this.#isLost) return;
    this.#isLost = true;
    this.#parts.logger.log("warn", "The collector does not take traces", {
      error: String(error),
    });
  }

  #payload(batch: readonly Waiting[]): unknown {
    const { resource } = this.#parts;
    return {
      resourceSpans: [{
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{
          scope: { name: "panal" },
          spans: batch.map((one) => this.#spanOf(one)),
        }],
      }],
    };
  }

  #spanOf(request: Waiting): unknown {
    const { random, commitOf } = this.#parts;
    const { method, route, status, durationMs, endMs } = request;
    const [, trace, parent] = TRACEPARENT.exec(request.traceparent ?? "") ?? [];
    const [fact] = request.facts;
    const commit = fact === undefined ? undefined : commitOf(fact);
    return {
      traceId: trace ?? random.bytes(16).toHex(),
      spanId: random.bytes(8).toHex(),
      ...(parent === undefined ? {} : { parentSpanId: parent }),
      name: `${method} ${route}`,
      kind: SPAN_KIND_SERVER,
      startTimeUnixNano: nanosOf(endMs - durationMs),
      endTimeUnixNano: nanosOf(endMs),
      status: status >= 500 ? { code: STATUS_ERROR } : {},
      attributes: attributesOf({
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "panal.request.id": request.id,
        ...(fact === undefined ? {} : { "panal.fact.id": fact }),
        ...(commit === undefined ? {} : {
          "panal.commit.log": commit.log,
          "panal.commit.seq": commit.seq,
        }),
      }),
    };
  }
}

/** Nanoseconds as text: they are more than a number holds. */
function nanosOf(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

function attributesOf(
  values: Readonly<Record<string, string | number>>,
): unknown[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string"
      ? { stringValue: value }
      : { intValue: String(value) },
  }));
}
