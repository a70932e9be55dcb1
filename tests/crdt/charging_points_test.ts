import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  CHARGING_COMMANDS,
  chargingCommand,
  chargingPoint,
  chargingPoints,
  pointsOfLog,
  waitingCommands,
} from "../../crdt/mod.ts";
import {
  CHARGING_PLACE as PLACE,
  CHARGING_SITE as SITE,
  ChargingLog,
  sessionNamed,
} from "../support/charging_log.ts";
import { type FactPlace, idOf } from "../support/facts.ts";

type Fields = Readonly<Record<string, unknown>>;

function connect(
  log: ChargingLog,
  name: string,
  fields: Fields = {},
  place: FactPlace = {},
) {
  const of = { dialect: "text", connectors: 1, ...fields };
  return log.point("PointConnected", name, of, place);
}

function report(
  log: ChargingLog,
  name: string,
  fields: Fields,
  place: FactPlace = {},
) {
  const of = { connector: 0, ...fields };
  return log.point("PointReported", name, of, place);
}

const find = (log: ChargingLog) => chargingPoint(log.rows, PLACE);

Deno.test("11.2: whoever registered a point last by (stamp, log, seq) decides about it, whatever came first", () => {
  const places = [
    { log: 1, seq: 1, stamp: 5 },
    { log: 2, seq: 1, stamp: 7 },
    { log: 3, seq: 1, stamp: 6 },
  ];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
    const log = new ChargingLog();
    const placed = order.map((i) => connect(log, `link ${i}`, {}, places[i]));
    deepStrictEqual([find(log)?.log, find(log)?.link], [2, idOf("link 1")]);
    deepStrictEqual(pointsOfLog(log.rows, 2).map(({ point }) => point), ["A"]);
    deepStrictEqual(pointsOfLog(log.rows, 1), []);
    for (const one of placed) if (one.logNumber === 2) log.remove(one);
    strictEqual(find(log)?.log, 3);
    for (const one of placed) log.remove(one);
    deepStrictEqual(log.rows.dump(), {});
  }
});

Deno.test("C-5: a registration without a location or price keeps what is known", () => {
  const log = new ChargingLog();
  connect(log, "1", { location: "C/ Serrano 10", price: 2500 });
  connect(log, "2", { price: 3000 });
  connect(log, "3");
  const point = find(log);
  deepStrictEqual([point?.location, point?.price], ["C/ Serrano 10", 3000]);
});

Deno.test("C-9: the end of an older connection does not disconnect the point", () => {
  const log = new ChargingLog();
  connect(log, "1");
  connect(log, "2");
  const closed = { aspect: "connection", value: "closed" };
  report(log, "late", { ...closed, link: idOf("1") });
  strictEqual(find(log)?.connected, true);
  const last = report(log, "end", { ...closed, link: idOf("2") });
  strictEqual(find(log)?.connected, false);
  log.remove(last);
  strictEqual(find(log)?.connected, true);
  connect(log, "3");
  report(log, "end", { ...closed, link: idOf("2") });
  strictEqual(find(log)?.connected, true);
});

Deno.test("C-48: a point that was only heard of is unverified until it registers, and nobody decides about it", () => {
  const log = new ChargingLog();
  connect(log, "heard", { dialect: "unverified" });
  deepStrictEqual(
    [find(log)?.dialect, find(log)?.log, find(log)?.connected],
    ["unverified", null, false],
  );
  connect(log, "registered", { location: "here" });
  connect(log, "heard again", { dialect: "unverified" });
  deepStrictEqual(
    [find(log)?.dialect, find(log)?.log, find(log)?.location],
    ["text", 1, "here"],
  );
});

Deno.test("a point that was taken off the list is back when it registers", () => {
  const log = new ChargingLog();
  connect(log, "1");
  strictEqual(find(log)?.removed, false);
  report(log, "off", { aspect: "listed", value: "removed" });
  strictEqual(find(log)?.removed, true);
  connect(log, "2", { dialect: "unverified" });
  strictEqual(find(log)?.removed, false);
  report(log, "off again", { aspect: "listed", value: "removed" });
  connect(log, "3");
  strictEqual(find(log)?.removed, false);
});

Deno.test("the newest report of each aspect stands, and the one before it once that is gone", () => {
  const log = new ChargingLog();
  connect(log, "1");
  const health = (name: string, value: string, place: FactPlace) =>
    report(log, name, { aspect: "health", value, connector: 2 }, place);
  health("b", "ok", { log: 2, seq: 5, stamp: 20 });
  health("a", "faulted", { log: 2, seq: 4, stamp: 10 });
  const newest = health("c", "faulted", { log: 3, seq: 1, stamp: 30 });
  const standing = () =>
    find(log)?.standing.map(({ connector, value }) => [connector, value]);
  deepStrictEqual(standing(), [[2, "faulted"]]);
  strictEqual(find(log)?.connectors, 2, "a greater connector adds itself");
  log.remove(newest);
  deepStrictEqual(standing(), [[2, "ok"]]);
});

Deno.test("chargingPoints() lists a site's points by id, page by page", () => {
  const log = new ChargingLog();
  for (const point of ["C", "A", "B"]) connect(log, point, { point });
  const page = (after?: string) =>
    chargingPoints(log.rows, SITE, {
      limit: 2,
      ...(after === undefined ? {} : { after }),
    }).map(({ point }) => point);
  deepStrictEqual([page(), page("B")], [["A", "B"], ["C"]]);
});

Deno.test("a command waits until the least word about it, whichever comes first", () => {
  const log = new ChargingLog();
  const state = () => chargingCommand(log.rows, idOf("stop"))?.state;
  const end = (name: string, outcome: string, place: FactPlace) =>
    log.point("PointCommandEnded", name, {
      command: idOf("stop"),
      outcome,
      answer: `{"of":"${outcome}"}`,
    }, place);
  const late = end("late", "expired", { log: 2, seq: 2, stamp: 30 });
  log.point("PointCommanded", "stop", {
    command: "stop",
    cause: "operator",
    expiresAt: 9,
    by: { id: "7", name: "Ana" },
  });
  strictEqual(state(), "expired");
  const first = end("first", "confirmed", { log: 3, seq: 1, stamp: 20 });
  strictEqual(state(), "confirmed");
  deepStrictEqual(waitingCommands(log.rows, SITE, { limit: 10 }), []);
  log.remove(first);
  strictEqual(state(), "expired");
  log.remove(late);
  strictEqual(state(), "waiting");
  log.point("PointCommanded", "end", {
    command: "end",
    session: sessionNamed("r"),
    expiresAt: 5,
  });
  const waiting = waitingCommands(log.rows, SITE, { limit: 10 });
  deepStrictEqual(waiting.map(({ id, session }) => [id, session]), [
    [idOf("end"), sessionNamed("r")],
    [idOf("stop"), null],
  ]);
  strictEqual(waiting[1]?.by, '{"id":"7","name":"Ana"}');
  strictEqual(log.rows.scan(CHARGING_COMMANDS).length, 2);
});
