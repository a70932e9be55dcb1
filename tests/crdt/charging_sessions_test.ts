import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  againId,
  answerOf,
  CHARGE_NOTICES,
  CHARGE_OPEN,
  CHARGE_SUMS,
  chargingSession,
  type DriverId,
  endId,
  informedId,
  isRecordTaken,
  lastPositions,
  openSessionsAt,
  openSessionsOf,
  refusalId,
  refusalOf,
  sessionOfTransaction,
  unansweredRequests,
  untoldNotices,
} from "../../crdt/mod.ts";
import {
  CHARGING_PLACE as PLACE,
  CHARGING_SITE as SITE,
  ChargingLog,
  sessionNamed,
} from "../support/charging_log.ts";
import { idOf, makeFact } from "../support/facts.ts";

const DRIVER = "417" as DriverId;

function words(log: ChargingLog) {
  return untoldNotices(log.rows, SITE, 100).map(({ kind, id, words }) => ({
    kind,
    id,
    words,
  }));
}

/** Sums by kind and key over all days: sessions, completed, energy, amount, energy that no session holds. */
function sums(log: ChargingLog) {
  return log.rows.scan(CHARGE_SUMS).filter((row) => row["date"] === "").map((
    row,
  ) => [
    row["kind"],
    row["key"],
    row["sessions"],
    row["completed"],
    row["energy"],
    row["amount"],
    row["other_energy"],
  ]);
}

Deno.test("a session goes from its request to its ticket in one row", () => {
  const log = new ChargingLog();
  const id = sessionNamed("r");
  const now = () => {
    const session = chargingSession(log.rows, id);
    return [session?.status, session?.energy, session?.amount];
  };
  strictEqual(chargingSession(log.rows, id), undefined);
  log.session("authorized", "r", { at: 5, expiresAt: 9 });
  deepStrictEqual(now(), ["authorized", 0, 0]);
  log.session("informed", "r");
  log.session("started", "r", {
    at: 6,
    transaction: 7,
    tariff: { energy: 2500, session: 0, minute: 1 },
    meterStart: 10,
  });
  deepStrictEqual(now(), ["charging", 0, 0]);
  log.session("metered", "r", { energy: 60, amount: 12 });
  log.session("metered", "r", { energy: 40, amount: 8 });
  deepStrictEqual(now(), ["charging", 60, 12]);
  log.session("ended", "r", { at: 8, priceDiffers: true, reason: "Local" });
  deepStrictEqual(now(), ["ended", 100, 20]);
  const session = chargingSession(log.rows, id);
  deepStrictEqual(
    [session?.driver, session?.point, session?.connector, session?.at],
    [DRIVER, "A", 1, 5],
  );
  deepStrictEqual(session?.authorized?.expiresAt, 9);
  deepStrictEqual(session?.started, {
    order: session?.started?.order,
    at: 6,
    point: "A",
    connector: 1,
    driver: DRIVER,
    source: "equipment",
    transaction: 7,
    tariff: { energy: 2500, session: 0, minute: 1 },
    meterStart: 10,
    position: null,
  });
  const { outcome, priceDiffers, unauthenticated, reason, date } =
    session?.ended ?? {};
  deepStrictEqual([outcome, priceDiffers, unauthenticated, reason, date], [
    "completed",
    true,
    false,
    "Local",
    "2026-02-03",
  ]);
});

Deno.test("a point and a driver are busy while a session lasts, and free after any end", () => {
  const ends: ((log: ChargingLog) => void)[] = [
    ...["completed", "fault", "disconnected", "stopped", "expired"],
    ...["cancelled", "displaced"],
  ].map((outcome) => (log) => {
    log.session("ended", "r", { outcome });
  });
  ends.push((log) => {
    log.session("freed", "r");
  });
  for (const end of ends) {
    const log = new ChargingLog();
    log.session("authorized", "r");
    strictEqual(openSessionsAt(log.rows, PLACE).length, 1);
    strictEqual(openSessionsAt(log.rows, PLACE, 1).length, 1);
    strictEqual(openSessionsAt(log.rows, PLACE, 2).length, 0);
    strictEqual(openSessionsOf(log.rows, DRIVER).length, 1);
    end(log);
    deepStrictEqual(log.rows.scan(CHARGE_OPEN), []);
  }
});

Deno.test("11.5: of two ends made apart the least (stamp, log, seq) counts, in the row, the words and the sums", () => {
  for (const order of [[0, 1], [1, 0]]) {
    const log = new ChargingLog();
    log.session("authorized", "r", {}, { seq: 1 });
    log.session("informed", "r", {}, { seq: 2 });
    const ends = [
      () =>
        log.session("ended", "r", { energy: 50, amount: 10 }, {
          log: 2,
          seq: 3,
          stamp: 9,
        }),
      () =>
        log.session("ended", "r", { outcome: "fault", energy: 40, amount: 8 }, {
          log: 3,
          seq: 4,
          stamp: 10,
        }),
    ];
    const placed = order.map((i) => ends[i]?.());
    const session = () => chargingSession(log.rows, sessionNamed("r"));
    deepStrictEqual([session()?.ended?.outcome, session()?.energy], [
      "completed",
      50,
    ]);
    deepStrictEqual(sums(log), [
      ["day", "", 1, 1, 50, 10, 0],
      ["driver", "417", 1, 1, 50, 10, 0],
      ["point", "A", 1, 1, 50, 10, 0],
    ]);
    const id = endId(sessionNamed("r"));
    deepStrictEqual(words(log)[1], { kind: "ticket", id, words: null });
    // The one that counts is cut away: the other one takes its place everywhere.
    const first = placed.find((one) => one?.logNumber === 2);
    ok(first !== undefined);
    log.remove(first);
    strictEqual(session()?.ended?.outcome, "fault");
    deepStrictEqual(sums(log), [
      ["day", "", 1, 0, 40, 8, 0],
      ["driver", "417", 1, 0, 40, 8, 0],
      ["point", "A", 1, 0, 40, 8, 0],
    ]);
    deepStrictEqual(words(log)[1], { kind: "error", id, words: "fault" });
  }
});

Deno.test("C-29: every driver that was told of a session's beginning is told of its end once, whatever made it", () => {
  const session = sessionNamed("r");
  const ends: readonly [
    (log: ChargingLog) => unknown,
    string,
    string | null,
  ][] = [
    [(log) => log.session("ended", "r"), "ticket", null],
    [
      (log) => log.session("ended", "r", { outcome: "stopped" }),
      "error",
      "stopped",
    ],
    [
      (log) => log.session("ended", "r", { outcome: "expired", quiet: true }),
      "error",
      "expired",
    ],
    [(log) => log.session("freed", "r"), "error", "DESCONECTADO"],
    [
      (log) => log.session("freed", "r", { quiet: true }),
      "error",
      "DESCONECTADO",
    ],
  ];
  for (const [end, kind, text] of ends) {
    const log = new ChargingLog();
    log.session("authorized", "r");
    log.session("informed", "r", { at: 5 });
    end(log);
    // The end comes after the beginning, whatever its node's clock says.
    deepStrictEqual(words(log), [
      { kind: "authorized", id: informedId(session), words: null },
      { kind, id: endId(session), words: text },
    ]);
  }
});

Deno.test("C-55: a session that was undone before its driver heard of it is a refusal", () => {
  const log = new ChargingLog();
  log.session("authorized", "r");
  log.session("freed", "r");
  const id = endId(sessionNamed("r"));
  deepStrictEqual(words(log), [{ kind: "denied", id, words: "DESCONECTADO" }]);
  deepStrictEqual(sums(log), []);
  const quiet = new ChargingLog();
  quiet.session("authorized", "r");
  quiet.session("freed", "r", { quiet: true });
  deepStrictEqual(words(quiet), []);
});

Deno.test("C-20: a supply that nobody asked for is a session without a driver and without words", () => {
  const log = new ChargingLog();
  log.session("started", "own", { driver: null });
  strictEqual(openSessionsAt(log.rows, PLACE)[0]?.driver, null);
  log.session("ended", "own", { driver: null });
  deepStrictEqual(words(log), []);
  deepStrictEqual(sums(log), [
    ["day", "", 1, 1, 100, 20, 0],
    ["point", "A", 1, 1, 100, 20, 0],
  ]);
});

Deno.test("C-42: a ticket is for the session's driver, whoever the end names", () => {
  const log = new ChargingLog();
  log.session("authorized", "r");
  log.session("ended", "r", { driver: "999" });
  const [ticket] = log.rows.scan(CHARGE_NOTICES);
  strictEqual(ticket?.["driver"], "417");
  deepStrictEqual(sums(log)[1], ["driver", "417", 1, 1, 100, 20, 0]);
});

Deno.test("11.5: the session that was kept is told again once its rival is displaced", () => {
  const log = new ChargingLog();
  log.session("authorized", "r");
  log.session("informed", "r");
  const kept = { session: sessionNamed("kept"), point: "A", driver: "500" };
  log.session("ended", "r", { outcome: "displaced", kept });
  const again = untoldNotices(log.rows, SITE, 10)[2];
  deepStrictEqual(
    [again?.id, again?.kind, again?.driver, again?.session, again?.point],
    [againId(sessionNamed("r")), "again", "500", kept.session, "A"],
  );
});

Deno.test("C-29: words are untold until a fact marks them, also one that came first", () => {
  const log = new ChargingLog();
  const session = sessionNamed("r");
  const told = (name: string, notices: readonly string[]) =>
    log.add(makeFact("ChargeTold", { id: idOf(name), site: SITE, notices }));
  const first = told("early", [endId(session)]);
  log.session("authorized", "r");
  log.session("informed", "r");
  log.session("ended", "r");
  deepStrictEqual(words(log).map(({ kind }) => kind), ["authorized"]);
  told("late", [informedId(session), endId(session)]);
  deepStrictEqual(words(log), []);
  log.remove(first);
  deepStrictEqual(words(log), []);
});

Deno.test("a request is unanswered until it is accepted or refused, and an answer that came first counts", () => {
  const log = new ChargingLog();
  const request = (name: string, expiresAt: number) =>
    makeFact("ChargeRequested", {
      ...PLACE,
      id: idOf(name),
      driver: "417",
      source: "http",
      expiresAt,
    });
  const refuse = (name: string, fields = {}) =>
    makeFact("ChargeRefused", {
      ...PLACE,
      id: refusalId(idOf(name)),
      request: idOf(name),
      driver: "417",
      refusal: "point_busy",
      words: "busy",
      ...fields,
    });
  const waiting = () =>
    unansweredRequests(log.rows, SITE, { limit: 10 }).map(({ id }) => id);
  log.add(request("b", 20));
  log.add(request("a", 10));
  deepStrictEqual(waiting(), [idOf("a"), idOf("b")]);
  const [first] = unansweredRequests(log.rows, SITE, { limit: 1 });
  deepStrictEqual(
    [first?.connector, first?.holdMs, first?.tellPoint, first?.log],
    [null, null, true, 1],
  );
  log.session("authorized", "a");
  deepStrictEqual(waiting(), [idOf("b")]);
  strictEqual(answerOf(log.rows, SITE, idOf("a"))?.kind, "authorized");
  strictEqual(answerOf(log.rows, SITE, idOf("b")), undefined);
  const refused = log.add(refuse("b"));
  deepStrictEqual(waiting(), []);
  deepStrictEqual(words(log), [{
    kind: "denied",
    id: refusalId(idOf("b")),
    words: "busy",
  }]);
  log.remove(refused);
  deepStrictEqual(waiting(), [idOf("b")]);
  log.add(refuse("c", { quiet: true }));
  log.add(request("c", 5));
  deepStrictEqual(waiting(), [idOf("b")]);
  deepStrictEqual(words(log), []);
  // Two nodes refuse apart: the least one is the answer, and the driver hears one word.
  log.add(refuse("d", { words: "late" }), { log: 2, seq: 8, stamp: 50 });
  log.add(refuse("d", { words: "early" }), { log: 3, seq: 8, stamp: 40 });
  strictEqual(refusalOf(log.rows, SITE, idOf("d"))?.words, "early");
  deepStrictEqual(words(log).map(({ words }) => words), ["early"]);
});

Deno.test("C-24: a record is taken if one with neither figure below its own was", () => {
  const log = new ChargingLog();
  const taken = (offset: number, timestamp: number) =>
    isRecordTaken(log.rows, PLACE, { offset, timestamp });
  strictEqual(taken(0, 0), false);
  deepStrictEqual(lastPositions(log.rows, PLACE), []);
  log.session("started", "r", { position: { offset: 10, timestamp: 100 } });
  const end = log.session("ended", "r", {
    position: { offset: 15, timestamp: 200 },
  });
  deepStrictEqual([taken(15, 200), taken(12, 150), taken(3, 7)], [
    true,
    true,
    true,
  ]);
  deepStrictEqual([taken(16, 200), taken(15, 201), taken(16, 1)], [
    false,
    false,
    false,
  ]);
  // A new broker begins at offset 0 with later timestamps; what it told is known from then on, and so is the old one's.
  log.session("started", "s", { position: { offset: 0, timestamp: 300 } });
  deepStrictEqual([taken(0, 300), taken(15, 200), taken(1, 300)], [
    true,
    true,
    false,
  ]);
  log.remove(end);
  strictEqual(taken(15, 200), false);
});

Deno.test("C-20: energy that no session holds is counted for the point and the day, and for no driver", () => {
  const log = new ChargingLog();
  const counted = makeFact("EnergyCounted", {
    ...PLACE,
    id: idOf("counted"),
    driver: "417",
    date: "2026-02-03",
    energy: 70,
    amount: 14,
    currency: "EUR",
    exponent: 2,
  });
  const placed = log.add(counted);
  deepStrictEqual(sums(log), [
    ["day", "", 0, 0, 0, 0, 70],
    ["point", "A", 0, 0, 0, 0, 70],
  ]);
  log.remove(placed);
  deepStrictEqual(log.rows.dump(), {});
});

Deno.test("a session is found by its OCPP transaction, open or ended", () => {
  const log = new ChargingLog();
  log.session("started", "r", { transaction: 7 });
  const find = (number: number) =>
    sessionOfTransaction(log.rows, PLACE.point, number)?.id;
  strictEqual(find(7), sessionNamed("r"));
  strictEqual(find(8), undefined);
  log.session("ended", "r");
  strictEqual(find(7), sessionNamed("r"));
});
