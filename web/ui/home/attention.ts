/**
 * What needs a person's attention now, out of everything that the node tells: each with the page that solves it.
 *
 * @module
 */
import type {
  BranchSync,
  CashSession,
  ChargingPanel,
  Health,
  HealthProblem,
  Incident,
  Notifier,
  Oversell,
  Peer,
  Product,
  Pump,
  SalesClose,
  Tank,
  Totals,
} from "../wire_types.ts";
import {
  formatDate,
  formatDuration,
  formatInstant,
  formatNumber,
} from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { peerName } from "../mesh/peer_words.ts";
import { text } from "./texts.ts";

/** Something that needs attention. */
export interface Attention {
  /** Unique among all. */
  readonly key: string;
  readonly kind: "warn" | "bad";
  readonly title: string;
  readonly detail: string;
  /** The page that solves it. */
  readonly href: string;
}

/** What the node told; undefined where it was not asked or has not answered. */
export interface Told {
  readonly health?: Health | undefined;
  readonly incidents?: WirePage<Incident> | undefined;
  readonly oversells?: WirePage<Oversell> | undefined;
  readonly low?: WirePage<Product> | undefined;
  readonly peers?: WirePage<Peer> | undefined;
  readonly pumps?: WirePage<Pump> | undefined;
  readonly tanks?: WirePage<Tank> | undefined;
  readonly panel?: ChargingPanel | undefined;
  readonly drawers?: WirePage<CashSession> | undefined;
  readonly yesterday?: Totals | undefined;
  readonly closes?: WirePage<SalesClose> | undefined;
  readonly notifier?: Notifier | undefined;
  readonly branchSync?: BranchSync | undefined;
}

/** Milliseconds before its end at which a certificate is worth a word. */
const CERTIFICATE_MS = 30 * 86_400_000;
/** Milliseconds without a link after which a site is worth a word. */
const SILENT_MS = 15 * 60_000;
/** Milliseconds that a drawer is open in a long shift. */
const SHIFT_MS = 16 * 3_600_000;
/** Names that one line has room for. */
const NAMES_MAX = 3;
/** Peers and pumps that are named one by one. */
const NAMED_MAX = 5;

/** The title of each problem of the node. */
const HEALTH_TITLES = {
  store: "healthStore",
  "disk_low": "healthDiskLow",
  "certificate_ending": "healthCertificateEnding",
  "certificate_ended": "healthCertificateEnded",
  "clock_behind": "healthClockBehind",
  revoked: "healthRevoked",
  background: "healthBackground",
  surface: "healthSurface",
} as const satisfies Record<HealthProblem["code"], Parameters<typeof text>[0]>;

/**
 * What needs attention.
 *
 * @param told What the node told.
 * @param nowMs Milliseconds since 1970.
 * @returns The worst first.
 */
export function attentionOf(told: Told, nowMs: number): readonly Attention[] {
  return [
    ...ofNode(told),
    ...ofPeers(told.peers?.items ?? [], nowMs),
    ...ofGoods(told),
    ...ofTills(told, nowMs),
    ...ofEquipment(told),
    ...ofLinks(told),
  ].sort((a, b) => Number(b.kind === "bad") - Number(a.kind === "bad"));
}

function counted(
  page: WirePage<unknown> | undefined,
): number {
  return page === undefined ? 0 : page.total ?? page.items.length;
}

function ofNode({ health, incidents }: Told): Attention[] {
  const found = (health?.problems ?? []).map((
    { code, text: message, remedy, since },
  ): Attention => ({
    key: `health ${code} ${message}`,
    kind: "bad",
    title: text(HEALTH_TITLES[code]),
    detail: text("healthMore", {
      since: formatInstant(since),
      message,
      remedy,
    }),
    href: "/mesh",
  }));
  const count = counted(incidents);
  if (count === 0) return found;
  return [...found, {
    key: "incidents",
    kind: "warn",
    title: count === 1
      ? text("incidentsOne")
      : text("incidents", { count: formatNumber(count) }),
    detail: text("incidentsMore"),
    href: "/incidents",
  }];
}

function ofPeers(peers: readonly Peer[], nowMs: number): Attention[] {
  const ending = peers.flatMap((peer): Attention[] => {
    const ends = peer.certificateEnds;
    if (ends === null || Date.parse(ends) - nowMs > CERTIFICATE_MS) return [];
    const over = Date.parse(ends) <= nowMs;
    return [{
      key: `certificate ${peer.peer}`,
      kind: over ? "bad" : "warn",
      title: text("certificateTitle", { name: peerName(peer) }),
      detail: text(over ? "certificateOver" : "certificateMore", {
        date: formatInstant(ends),
      }),
      href: "/mesh?tab=members",
    }];
  });
  const silent = peers.flatMap((peer): Attention[] => {
    if (peer.self || peer.linked || peer.lastSeen === null) return [];
    const ms = nowMs - Date.parse(peer.lastSeen);
    return ms < SILENT_MS ? [] : [{
      key: `silent ${peer.peer}`,
      kind: "warn",
      title: text("silentTitle", {
        name: peerName(peer),
        time: formatDuration(ms / 1000),
      }),
      detail: text("silentMore"),
      href: "/mesh",
    }];
  });
  return [...ending.slice(0, NAMED_MAX), ...silent.slice(0, NAMED_MAX)];
}

function ofGoods({ oversells, low }: Told): Attention[] {
  const oversold = counted(oversells);
  const running = counted(low);
  const names = (low?.items ?? []).slice(0, NAMES_MAX)
    .map(({ name }) => name).join(", ");
  return [
    ...(oversold === 0 ? [] : [{
      key: "oversells",
      kind: "bad" as const,
      title: oversold === 1
        ? text("oversellsOne")
        : text("oversells", { count: formatNumber(oversold) }),
      detail: text("oversellsMore"),
      href: "/oversells",
    }]),
    ...(running === 0 ? [] : [{
      key: "low",
      kind: "warn" as const,
      title: running === 1
        ? text("lowOne")
        : text("low", { count: formatNumber(running) }),
      detail: text("lowMore", { names }),
      href: "/stock?tab=low",
    }]),
  ];
}

function ofTills(
  { drawers, yesterday, closes }: Told,
  nowMs: number,
): Attention[] {
  const long = (drawers?.items ?? []).flatMap((drawer): Attention[] => {
    const ms = nowMs - Date.parse(drawer.openedAt);
    return drawer.closedAt !== null || ms < SHIFT_MS ? [] : [{
      key: `drawer ${drawer.id}`,
      kind: "warn",
      title: text("drawerLongTitle", {
        name: drawer.till,
        time: formatDuration(ms / 1000),
      }),
      detail: text("drawerLongMore"),
      href: "/cash",
    }];
  });
  const open = yesterday !== undefined && yesterday.date !== null &&
    yesterday.count > 0 && closes !== undefined && closes.items.length === 0;
  return open
    ? [...long, {
      key: "day",
      kind: "warn",
      title: text("dayOpenTitle", { date: formatDate(yesterday.date ?? "") }),
      detail: text("dayOpenMore", { count: formatNumber(yesterday.count) }),
      href: `/cash?tab=day&date=${yesterday.date}`,
    }]
    : long;
}

function ofEquipment({ pumps, tanks, panel }: Told): Attention[] {
  const away = (pumps?.items ?? []).flatMap(({ live, name, site, pump }) =>
    live === null || live.connection === "connected" ? [] : [{
      key: `pump ${site} ${pump}`,
      kind: "warn" as const,
      title: text("pumpTitle", { name }),
      detail: text("pumpMore", { at: formatInstant(live.at) }),
      href: "/pumps",
    }]
  );
  const leaking = (tanks?.items ?? []).flatMap(({ site, tank, fuel, month }) =>
    Math.abs(month.variationMl) <= month.allowedMl ? [] : [{
      key: `tank ${site} ${tank}`,
      kind: "bad" as const,
      title: text("tankTitle", { name: `${tank} (${fuel})` }),
      detail: text("tankMore", {
        variation: formatNumber(month.variationMl / 1000, 1),
        allowed: formatNumber(month.allowedMl / 1000, 1),
      }),
      href: "/tanks",
    }]
  );
  const faulty = panel?.states.find(({ state }) => state === "AVERIADO")
    ?.count ?? 0;
  const points = faulty === 0 ? [] : [{
    key: "points",
    kind: "bad" as const,
    title: faulty === 1
      ? text("pointsFaultyOne")
      : text("pointsFaulty", { count: formatNumber(faulty) }),
    detail: text("pointsFaultyMore"),
    href: "/charging",
  }];
  return [...points, ...leaking, ...away.slice(0, NAMED_MAX)];
}

function ofLinks({ notifier, branchSync }: Told): Attention[] {
  const waiting = (notifier?.setAside ?? 0) + (notifier?.unconfirmed ?? 0);
  const pending = branchSync?.hasTargets === true ? branchSync.pending : 0;
  return [
    ...(waiting === 0 ? [] : [{
      key: "notices",
      kind: "warn" as const,
      title: text("linkTitle"),
      detail: text("linkMore", { count: formatNumber(waiting) }),
      href: "/links",
    }]),
    ...(pending === 0 ? [] : [{
      key: "pending",
      kind: "warn" as const,
      title: text("conflictTitle"),
      detail: text("conflictMore", { count: formatNumber(pending) }),
      href: "/links",
    }]),
  ];
}
