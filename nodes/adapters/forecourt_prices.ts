/**
 * The surface `forecourt-prices`: a station's control port, where head offices push prices, bridges listen, and the older
 * simulated pumps report.
 *
 * @module
 */
import {
  type Clock,
  localTimeText,
  shortSaleId,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  encodeControlSale,
  listenTcp,
  saleStateWord,
  type TcpListener,
} from "../../net/mod.ts";
import type { AlertBoard } from "../forecourt/alert_board.ts";
import { ControlGroup, type PricePush } from "../forecourt/control_group.ts";
import type {
  ForecourtEvent,
  ForecourtUseCases,
  FuelSaleView,
} from "../forecourt/forecourt_use_cases.ts";
import { createDropCounts } from "../forecourt/drop_counts.ts";
import { createLineReader } from "../forecourt/line_reader.ts";
import { createPriceSchedule, currentPrices } from "../forecourt/price_sets.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";

/** Most connections at one control port. */
export const CONTROL_CONNECTIONS_MAX = 128;
/** Most bytes that wait to be written to one of them. */
export const CONTROL_QUEUE_BYTES_MAX = 2 * 1024 * 1024;
/** How often scheduled prices are looked for, in milliseconds. */
const LOOK_MS = 250;
/** What a change of prices on this port says of its origin. */
const ORIGIN = "forecourt-prices";

/** What the control port works with. */
export interface ControlParts {
  /** The station. */
  readonly site: SiteCode;
  /** Its IANA time zone. */
  readonly timezone: string;
  /** The node's use-cases. */
  readonly forecourt: ForecourtUseCases;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Incidents. */
  readonly alerts: AlertBoard;
}

/** A station's control port, whichever ports it is bound to. */
export interface ControlPort {
  /**
   * Listens.
   *
   * @throws {PanalError} `config_invalid` if the port cannot be bound.
   */
  listen(at: ListenAddress): TcpListener;
  /** Tells nobody anything any more; stop its listeners first. */
  stop(): void;
}

/**
 * Makes the control port of a station.
 *
 * @param parts What it works with.
 * @returns The control port.
 */
export function createControlPort(parts: ControlParts): ControlPort {
  const { site, timezone, forecourt, clock, logger, alerts } = parts;
  const timestamp = () => localTimeText(clock.now() * 1000, timezone);
  const schedule = createPriceSchedule(forecourt, site, clock);
  let prices = currentPrices(forecourt, site);
  const refresh = () => {
    schedule.plan();
    prices = currentPrices(forecourt, site);
  };
  const drops = createDropCounts(
    "Lines on the control port were dropped",
    logger,
    () => clock.monotonic(),
  );
  const group = new ControlGroup({
    current: () => prices,
    async push(push) {
      const durable = await commitPush(parts, push);
      refresh();
      return durable;
    },
    report: (report) => forecourt.simulated.report({ site, ...report }),
    left: (id) => forecourt.simulated.forget(site, id),
    dropped(kind) {
      drops.add(kind);
      if (kind !== "bad_prices") return;
      alerts.tell("price_push_invalid", "A price push has no price map", {
        site,
      });
    },
    timestamp,
  });
  const guard = (work: () => void) => {
    try {
      work();
    } catch (error) {
      logger.log("error", "The control port could not be seen to", {
        error: String(error),
      });
    }
  };
  const unwatch = forecourt.watch((event) =>
    guard(() => {
      if (event.kind === "prices") refresh();
      tellEvent(event, { group, parts, timestamp });
    })
  );
  let timer = clock.timer(LOOK_MS, look);
  function look(): void {
    guard(() => {
      drops.tick();
      if (!schedule.isDue) return;
      refresh();
      group.changed();
    });
    timer = clock.timer(LOOK_MS, look);
  }
  return {
    listen: ({ hostname, port }) =>
      listenTcp({
        hostname,
        port,
        connectionsMax: CONTROL_CONNECTIONS_MAX,
        queueBytesMax: CONTROL_QUEUE_BYTES_MAX,
        refused: () =>
          logger.log(
            "warn",
            "A connection to the control port was refused: there are too many",
          ),
        accept(connection) {
          const link = group.join({
            write: (line) => void connection.write(line),
            close: () => connection.close(),
          });
          connection.start(createLineReader(link, logger));
        },
      }),
    stop() {
      unwatch();
      timer.cancel();
      drops.tell();
    },
  };
}

function tellEvent(
  event: ForecourtEvent,
  { group, parts, timestamp }: {
    readonly group: ControlGroup;
    readonly parts: ControlParts;
    readonly timestamp: () => string;
  },
): void {
  const { site, forecourt } = parts;
  if (event.kind === "prices") {
    if (event.site === null || event.site === site) group.changed();
  } else if (event.kind === "station") {
    if (event.site === site) group.changed(forecourt.station(site).name);
  } else if (event.kind === "sale" && event.sale.site === site) {
    group.tell(saleLine(event.sale, timestamp()));
  }
}

function saleLine(sale: FuelSaleView, timestamp: string): string {
  return encodeControlSale({
    ...sale,
    id: shortSaleId(sale.id),
    state: saleStateWord(sale.state),
  }, timestamp);
}

/** Makes a push durable. */
async function commitPush(
  { site, forecourt, logger, alerts }: ControlParts,
  { prices, dropped, name }: PricePush,
): Promise<boolean> {
  for (const key of dropped) {
    alerts.tell("price_invalid", "A price that was pushed is no price", {
      site,
      key,
    });
  }
  const held = forecourt.prices(site).prices;
  const changes = prices.some(({ fuel, price }) =>
    held.find((it) => it.fuel === fuel)?.price !== price
  );
  try {
    const decided = [
      changes &&
      await forecourt.setPrices({
        scope: `site:${site}`,
        prices,
        origin: ORIGIN,
      }),
      name !== undefined && name !== forecourt.station(site).name &&
      await forecourt.nameStation({ site, name }),
    ];
    const refused = decided.find((it) => it !== false && !it.ok);
    if (!refused || refused.ok) return true;
    alerts.tell("price_push_refused", "A price push was refused", {
      site,
      code: refused.error.code,
    });
  } catch (error) {
    logger.log("error", "A price push could not be stored", {
      error: String(error),
    });
  }
  return false;
}
