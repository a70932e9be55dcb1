/**
 * What a port of charging points tells its node, written down: for tests of the port alone. What a node makes of it is
 * tested with a node.
 *
 * @module
 */
import type { Result } from "../../crdt/mod.ts";
import type { Refusal } from "../../nodes/answers.ts";
import type {
  ChargingUseCases,
  PointChannel,
  PointLink,
  SessionView,
} from "../../nodes/charging/charging_use_cases.ts";
import { PointPort } from "../../nodes/charging/point_port.ts";
import type { PointTimes } from "../../nodes/charging/point_times.ts";
import { encodeChargingFrame } from "../../net/mod.ts";
import { joinBytes } from "./bytes.ts";
import { createVirtualClock, type VirtualClock } from "./virtual_clock.ts";

/** A node that writes down what it is told. */
export interface RecordingPoints {
  /** The port's view of it. */
  readonly charging: Pick<ChargingUseCases, "connectPoint" | "sessionAt">;
  /** What it was told, e.g. `SEV-07 fault`. */
  readonly told: string[];
  /** Channels in the order of registrations. */
  readonly channels: PointChannel[];
  /** Drivers by point. */
  readonly drivers: Map<string, string>;
  /** Refuses registrations from now on, or takes them again. */
  refuse(reason: Refusal["code"] | null): void;
  /** Answers nothing until the promise settles. */
  hold(until: Promise<void>): void;
}

/** Makes such a node. */
export function createRecordingPoints(): RecordingPoints {
  const told: string[] = [];
  const channels: PointChannel[] = [];
  const drivers = new Map<string, string>();
  const known = new Set<string>();
  let refusal: Refusal["code"] | null = null;
  let held: Promise<void> | undefined;
  return {
    told,
    channels,
    drivers,
    refuse: (reason) => refusal = reason,
    hold: (until) => held = until,
    charging: {
      async connectPoint(input, channel): Promise<Result<PointLink, Refusal>> {
        await held;
        const { point, location, price, dialect } = input;
        told.push(`${point} registers ${dialect} ${location} ${price}`);
        if (refusal !== null) {
          return { ok: false, error: { code: refusal, message: refusal } };
        }
        channels.push(channel);
        const wasKnown = known.has(point);
        known.add(point);
        const write = async (text: string) => {
          await held;
          told.push(`${point} ${text}`);
        };
        return {
          ok: true,
          value: {
            known: wasKnown,
            replaced: false,
            fault: () => write("fault"),
            recover: () => write("recover"),
            confirmed: (what) => write(`confirmed ${what}`),
            ended: () => write("ended"),
          },
        };
      },
      async sessionAt(point) {
        await held;
        const driver = drivers.get(point);
        if (driver === undefined) return undefined;
        return { driver, source: "kafka" } as unknown as SessionView;
      },
    },
  };
}

/** A connection to a port, without a socket. */
export interface PortWire {
  /** Sends bytes as one read, and lets everything settle. */
  send(...parts: readonly (string | number | Uint8Array)[]): Promise<void>;
  /** What came since the last look, as texts; control bytes as `<06>`. */
  take(): string;
  /** Whether the port has closed it. */
  readonly closed: boolean;
  /** Whether the port wants to read nothing now. */
  readonly paused: boolean;
  /** The other end has closed. */
  end(): Promise<void>;
}

/** A port whose time a test moves, with what its node was told. */
export interface PortRig extends RecordingPoints {
  readonly clock: VirtualClock;
  readonly port: PointPort;
  /** Connects. */
  connect(): PortWire;
}

/** Makes a port. */
export function createPortRig(times: Partial<PointTimes> = {}): PortRig {
  const clock = createVirtualClock(0);
  const node = createRecordingPoints();
  const { charging } = node;
  const port = new PointPort({ charging, clock, logger: { log() {} }, times });
  return { ...node, clock, port, connect: () => connect(port, clock) };
}

/** The bytes of texts, numbers as single bytes. */
export function bytesOf(
  parts: readonly (string | number | Uint8Array)[],
): Uint8Array {
  return joinBytes(parts.map((part) => {
    if (typeof part === "number") return Uint8Array.of(part);
    return typeof part === "string" ? new TextEncoder().encode(part) : part;
  }));
}

/** A frame. */
export const frame = (text: string): Uint8Array => encodeChargingFrame(text);

/** Bytes for people: control bytes and check bytes as `<06>`. */
export function showBytes(bytes: Uint8Array): string {
  let isCheck = false;
  return [...bytes].map((byte) => {
    const isPlain = !isCheck && byte >= 0x20 && byte < 0x7f;
    isCheck = byte === 3 && !isCheck;
    return isPlain
      ? String.fromCharCode(byte)
      : `<${byte.toString(16).padStart(2, "0")}>`;
  }).join("");
}

function connect(port: PointPort, clock: VirtualClock): PortWire {
  const written: Uint8Array[] = [];
  let closed = false;
  let waiting: Promise<void> | undefined;
  const reader = port.open({
    write(bytes, flushed) {
      if (closed) return false;
      written.push(bytes);
      flushed?.();
      return true;
    },
    close() {
      if (closed) return;
      closed = true;
      reader.closed("closed");
    },
  });
  return {
    get closed() {
      return closed;
    },
    get paused() {
      return waiting !== undefined;
    },
    async send(...parts) {
      if (closed) return;
      const pause = reader.chunk(bytesOf(parts)) ?? undefined;
      waiting = pause;
      void pause?.then(() => waiting = undefined);
      await clock.run(0);
    },
    take: () => showBytes(joinBytes(written.splice(0))),
    async end() {
      await reader.ended();
      closed = true;
      reader.closed("ended");
      await clock.run(0);
    },
  };
}
