/**
 * The surface `charging-ocpp`: chargers that speak OCPP 1.6J connect to `/ocpp/<id>` by WebSocket, with the security
 * profiles 1 (a password) and 2 (a password over TLS), or with neither.
 *
 * @module
 */
import { parsePointId, type PointId } from "../../crdt/mod.ts";
import {
  listenWebSocket,
  OCPP_FRAME_BYTES_MAX,
  OCPP_PROTOCOL,
  type TcpListener,
  type UpgradeAnswer,
  type UpgradeRequest,
  WEBSOCKET_CLOSE,
  type WebSocketLink,
} from "../../net/mod.ts";
import {
  HEARTBEAT_SECONDS,
  OcppPoint,
  OcppPoints,
  type OcppSettings,
  type OcppUseCases,
  START_MS,
} from "../charging/ocpp_point.ts";
import { CALL_MS } from "../charging/ocpp_rpc.ts";
import type { PointPasswords } from "../charging/password_use_cases.ts";
import { createDropCounts } from "../forecourt/drop_counts.ts";
import { createThrottle } from "../people/throttle.ts";
import type { OcppAdmission } from "../ocpp_config.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";
import { createSystemClock } from "./system_clock.ts";

/** Most OCPP connections of one listener. */
export const OCPP_CONNECTIONS_MAX = 4_096;
/** Most bytes that wait to be written to one point. */
export const OCPP_QUEUE_BYTES_MAX = 512 * 1024;
/** Messages that one point may send at once, and so many each second after; then it is read more slowly. */
export const OCPP_RATE = { burst: 100, perSecond: 20 } as const;
/** Most passwords that are compared at once; who comes beyond is asked to come again. */
export const OCPP_PASSWORDS_MAX = 16;
/** Longest password of a point, in bytes. */
const PASSWORD_BYTES_MAX = 128;
const PREFIX = "/ocpp/";
const REALM = { "WWW-Authenticate": 'Basic realm="ocpp"' };

/** What a listener works with. */
export interface OcppListenerParts extends ListenAddress {
  /** The desk. */
  readonly charging: OcppUseCases;
  /** Passwords of points. */
  readonly passwords: Pick<PointPasswords, "has" | "verify">;
  /** Which points may connect without one. */
  readonly admission: OcppAdmission;
  /** Log lines. */
  readonly logger: Logger;
  /** Connections of all listeners of the surface. */
  readonly points?: OcppPoints;
  /** Certificate and key, for `wss`. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Settings towards points; each as documented if left out. */
  readonly settings?: Partial<OcppSettings>;
  /** How often a silent point is asked for a sign of life, in milliseconds. */
  readonly pingMs?: number;
}

/**
 * Listens for chargers.
 *
 * @param parts What the listener works with.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound.
 */
export function listenForChargers(parts: OcppListenerParts): TcpListener {
  const { logger, tls, pingMs } = parts;
  const clock = createSystemClock();
  const points = parts.points ?? new OcppPoints();
  const settings: OcppSettings = {
    heartbeatSeconds: HEARTBEAT_SECONDS,
    startMs: START_MS,
    callMs: CALL_MS,
    ...parts.settings,
  };
  const drops = createDropCounts(
    "Messages of OCPP points were dropped or refused",
    logger,
    clock.monotonic,
  );
  const drop = (kind: string) => {
    drops.add(kind);
    drops.tick();
  };
  const door = createDoor(parts, clock.monotonic);
  const open = new Set<Promise<void>>();
  const accept = (point: PointId) => (link: WebSocketLink) => {
    const made = new OcppPoint({
      ...{ point, points, settings, clock, logger, drop, link },
      charging: parts.charging,
    });
    link.start({
      text: (text) => made.receive(text),
      closed(why) {
        if (why !== "left" && why !== "ended" && why !== "closed") drop(why);
        const ending = made.ended().catch((error) =>
          tell(logger, "end", point, error)
        );
        open.add(ending);
        void ending.then(() => open.delete(ending));
      },
    });
    made.opened().catch((error) => tell(logger, "begin", point, error));
  };
  const listener = listenWebSocket({
    hostname: parts.hostname,
    port: parts.port,
    ...(tls === undefined ? {} : { tls }),
    ...(pingMs === undefined ? {} : { pingMs }),
    connectionsMax: OCPP_CONNECTIONS_MAX,
    queueBytesMax: OCPP_QUEUE_BYTES_MAX,
    messageBytesMax: OCPP_FRAME_BYTES_MAX,
    rate: OCPP_RATE,
    refused: () => drop("too_many_connections"),
    async upgrade(request) {
      const entered = await door(request);
      if ("status" in entered) {
        drop(`http_${entered.status}`);
        return entered;
      }
      return request.protocols.includes(OCPP_PROTOCOL)
        ? { protocol: OCPP_PROTOCOL, accept: accept(entered.point) }
        : { accept: refuseProtocol };
    },
  });
  return {
    url: listener.url,
    port: listener.port,
    get connections() {
      return listener.connections;
    },
    async stop() {
      await listener.stop();
      await Promise.all(open);
      drops.tell();
    },
  };
}

function tell(
  logger: Logger,
  what: string,
  point: PointId,
  error: unknown,
): void {
  logger.log("warn", `An OCPP connection did not ${what} well`, {
    point,
    error: String(error),
  });
}

/** As the specification has it: the WebSocket opens without a subprotocol, and is closed at once. */
function refuseProtocol(link: WebSocketLink): void {
  link.start({ text() {}, closed() {} });
  link.close(WEBSOCKET_CLOSE.protocolError, "ocpp1.6 is spoken here");
}

type Entered = { readonly point: PointId } | UpgradeRefusal;
type UpgradeRefusal = Extract<UpgradeAnswer, { readonly status: number }>;

/** Decides who may connect. */
function createDoor(
  { passwords, admission, charging }: OcppListenerParts,
  now: () => number,
): (request: UpgradeRequest) => Promise<Entered> {
  const throttle = createThrottle();
  let comparing = 0;
  const compare = async (
    point: PointId,
    given: string,
    address: string,
  ): Promise<Entered> => {
    if (comparing >= OCPP_PASSWORDS_MAX) return BUSY;
    const key = JSON.stringify([point, address]);
    if (throttle.enter(key, now()) > 0) return BUSY;
    comparing++;
    try {
      if (!await passwords.verify(point, given)) return UNAUTHORIZED;
      throttle.clear(key);
      return { point };
    } catch {
      throttle.leave(key);
      return BUSY;
    } finally {
      comparing--;
    }
  };
  return async ({ path, headers, address }) => {
    const point = pointOf(path);
    if (point === undefined) return { status: 404 };
    if (passwords.has(point)) {
      const given = passwordOf(headers["authorization"], point);
      return given === undefined
        ? UNAUTHORIZED
        : await compare(point, given, address);
    }
    const isKnown = charging.point(point) !== undefined;
    if (admission === "any" || (admission === "known" && isKnown)) {
      return { point };
    }
    return isKnown || admission === "password" ? UNAUTHORIZED : { status: 404 };
  };
}

const UNAUTHORIZED: UpgradeRefusal = { status: 401, headers: REALM };
const BUSY: UpgradeRefusal = { status: 503, headers: { "Retry-After": "10" } };

function pointOf(path: string): PointId | undefined {
  if (!path.startsWith(PREFIX)) return undefined;
  try {
    return parsePointId(decodeURIComponent(path.slice(PREFIX.length)));
  } catch {
    return undefined;
  }
}

/** The password that a request has for a point; the id may hold colons, so it is not looked for but compared. */
function passwordOf(
  header: string | undefined,
  point: PointId,
): string | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]{1,600}={0,2})$/i
    .exec(header ?? "") ?? [];
  if (encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(encoded);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const password = text.slice(point.length + 1);
    return text.startsWith(`${point}:`) &&
        new TextEncoder().encode(password).length <= PASSWORD_BYTES_MAX
      ? password
      : undefined;
  } catch {
    return undefined;
  }
}
