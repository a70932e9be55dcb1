/**
 * The surfaces of the secured dialect of charging points, put together: `charging-registry` and `charging-api`. What
 * answers their requests is the façade's, which the program hands in.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { ChargingSecurity } from "../charging/charging_security.ts";
import type { ChargingUseCases } from "../charging/charging_use_cases.ts";
import {
  createPointLog,
  followCharging,
  type PointLog,
} from "../charging/point_log.ts";
import {
  createTemperatures,
  type OriginalPanel,
  type Simulate,
  type Temperatures,
} from "../charging/original_panel.ts";
import type { NodeConfig } from "../config.ts";
import type { Logger } from "../ports.ts";
import { isOwnAddress, listenForRegistrations } from "./charging_registry.ts";
import type { SocketSurfaces } from "./forecourt_surfaces.ts";
import { type HttpServerOptions, startHttpServer } from "./http_server.ts";
import { createSystemClock } from "./system_clock.ts";
import { readTls } from "./tls_files.ts";

type Handler = HttpServerOptions["handler"];

/** What both surfaces are given. */
interface SurfaceParts {
  readonly log: PointLog;
  readonly onError: (cause: unknown) => void;
}

/** Makes what answers requests. */
export interface SecuredFacades {
  /** The HTTP interface of an original central. */
  readonly api: (
    node: {
      readonly charging: ChargingUseCases;
      readonly security: ChargingSecurity;
    },
    options: SurfaceParts & {
      readonly clock: Pick<Clock, "now">;
      readonly temperatures: Temperatures;
      readonly simulate?: Simulate;
    },
  ) => { readonly fetch: Handler };
  /** The registry. */
  readonly registry: (
    security: ChargingSecurity,
    options: SurfaceParts & { readonly isLocal: (address: string) => boolean },
  ) => { readonly fetch: Handler };
}

/** What the surfaces work with. */
export interface SecuredParts {
  /** Points. */
  readonly charging: ChargingUseCases;
  /** Their credentials. */
  readonly security: ChargingSecurity;
  /** The settings: the files of a certificate, if there are any. */
  readonly config: Pick<NodeConfig, "tls">;
  /** Log lines. */
  readonly logger: Logger;
  /** Publishes commands to simulated engines; left out where there is no broker. */
  readonly simulate?: Simulate;
}

/** The surfaces, and what they share with the node's own pages. */
export interface SecuredSurfaces extends SocketSurfaces {
  /** Log lines, temperatures and simulations. */
  readonly panel: OriginalPanel;
}

/**
 * Makes the surfaces.
 *
 * @param parts What they work with.
 * @param facades What answers requests.
 * @returns The surfaces; nothing listens before the first listener is started.
 */
export function createSecuredSurfaces(
  { charging, security, config, logger, simulate }: SecuredParts,
  facades: SecuredFacades,
): SecuredSurfaces {
  const clock = createSystemClock();
  const log = createPointLog(() => clock.now());
  const temperatures = createTemperatures();
  const unfollow = followCharging(charging, log);
  const partsOf = (surface: string) => {
    const onError = (cause: unknown) =>
      logger.log("error", "A surface failed to answer", {
        surface,
        error: String(cause),
      });
    return { log, onError };
  };
  // All listeners of a surface share what it remembers.
  let api: Handler | undefined;
  let registry: Handler | undefined;
  return {
    panel: {
      lines: () => log.lines(),
      add: (source, text) => log.add(source, text),
      temperatures: () => temperatures.all(),
      ...(simulate === undefined ? {} : { simulate }),
    },
    find(name) {
      switch (name) {
        case "charging-api":
          return (at) => {
            const parts = partsOf(name);
            api ??= facades.api({ charging, security }, {
              ...parts,
              clock,
              temperatures,
              ...(simulate === undefined ? {} : { simulate }),
            }).fetch;
            return startHttpServer({ ...at, ...parts, handler: api });
          };
        case "charging-registry":
          return async (at) => {
            const parts = partsOf(name);
            const isLocal = isOwnAddress;
            registry ??= facades.registry(security, { ...parts, isLocal })
              .fetch;
            return await listenForRegistrations(at, {
              handler: registry,
              now: () => clock.now(),
              ...parts,
              ...await readTls(config.tls),
            });
          };
        default:
          return undefined;
      }
    },
    stop() {
      unfollow();
      return Promise.resolve();
    },
  };
}
