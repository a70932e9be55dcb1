import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  chargingPoint,
  chargingSession,
  displacedBy,
  type DriverId,
  endWords,
  type FactId,
  isUnconfirmed,
  joinStates,
  mayBegin,
  nextSession,
  type OpenSession,
  openSessions,
  openSessionsAt,
  openSessionsOf,
  type PointId,
  type PointNow,
  pointState,
  type SessionEvent,
  type SessionNow,
  stopsInForce,
  untoldNotices,
} from "../../crdt/mod.ts";
import {
  CHARGING_PLACE as PLACE,
  CHARGING_SITE as SITE,
  ChargingLog,
  sessionNamed,
} from "../support/charging_log.ts";

const FREE: PointNow = { connected: true, session: null, live: false };

/** A point of a dialect to which things happen, by short words. */
function pointAfter(dialect: string, events: readonly string[]) {
  const log = new ChargingLog();
  let count = 0;
  const name = () => `event ${count++}`;
  const register = () =>
    log.point("PointConnected", name(), { dialect, connectors: 1 });
  const report = (fields: Record<string, unknown>) =>
    log.point("PointReported", name(), { connector: 0, ...fields });
  const command = (word: string, cause: string) =>
    log.point("PointCommanded", name(), { command: word, cause, expiresAt: 0 });
  const words: Readonly<Record<string, () => unknown>> = {
    register,
    fault: () => report({ aspect: "health", value: "faulted" }),
    recover: () => report({ aspect: "health", value: "ok" }),
    stop: () => command("stop", "operator"),
    resume: () => command("resume", "operator"),
    storm: () => command("stop", "weather"),
    calm: () => command("resume", "weather"),
    confirmed: () => report({ aspect: "service", value: "stopped" }),
    running: () => report({ aspect: "service", value: "running" }),
    silent: () => report({ aspect: "service", value: "unconfirmed" }),
    revoke: () => report({ aspect: "stop", value: "set", cause: "revoked" }),
    lift: () => report({ aspect: "stop", value: "lifted", cause: "revoked" }),
  };
  for (const event of ["register", ...events]) words[event]?.();
  const point = chargingPoint(log.rows, PLACE);
  if (point === undefined) throw new TypeError("the point is unknown");
  return point;
}

const after = (events: string, now: Partial<PointNow> = {}, dialect = "text") =>
  pointState(
    pointAfter(dialect, events.split(" ")),
    1,
    { ...FREE, ...now },
  );

const authorized = { session: "authorized" } as const;
const charging = { session: "charging" } as const;
const away = { connected: false } as const;

Deno.test("pointState() follows section 5.2 as section 10 amends it", () => {
  const cases: readonly [string, Partial<PointNow>, string][] = [
    ["", {}, "ACTIVADO"],
    ["", authorized, "RESERVADO"],
    ["", charging, "SUMINISTRANDO"],
    ["", away, "DESCONECTADO"],
    ["", { ...away, ...authorized }, "DESCONECTADO"],
    ["fault", {}, "AVERIADO"],
    ["fault", charging, "AVERIADO"],
    ["fault recover", {}, "ACTIVADO"],
    ["stop confirmed", {}, "FUERA_DE_SERVICIO"],
    ["stop confirmed", charging, "FUERA_DE_SERVICIO"],
    ["stop confirmed resume", {}, "FUERA_DE_SERVICIO"],
    ["stop confirmed resume running", {}, "ACTIVADO"],
    ["stop confirmed resume silent", {}, "ACTIVADO"],
  ];
  for (const [events, now, state] of cases) {
    strictEqual(after(events, now), state, `${events} ${JSON.stringify(now)}`);
  }
});

Deno.test("C-6: a point that registers begins anew, but a stop stays in force", () => {
  strictEqual(after("fault register"), "ACTIVADO");
  strictEqual(after("stop confirmed register"), "FUERA_DE_SERVICIO");
  strictEqual(after("stop register"), "FUERA_DE_SERVICIO");
  strictEqual(after("stop confirmed resume register"), "ACTIVADO");
  strictEqual(after("register", charging), "SUMINISTRANDO");
  // OCPP says all that is new, and nothing of what lasts.
  strictEqual(after("fault register", {}, "ocpp"), "AVERIADO");
});

Deno.test("C-7: a faulty or stopped point stays so while it is disconnected", () => {
  strictEqual(after("fault", away), "AVERIADO");
  strictEqual(after("stop confirmed", away), "FUERA_DE_SERVICIO");
  strictEqual(after("stop", away), "FUERA_DE_SERVICIO");
});

Deno.test("C-8: a supply that is heard of goes on while its monitor is away", () => {
  strictEqual(after("", { ...away, ...charging, live: true }), "SUMINISTRANDO");
  strictEqual(after("", { ...away, ...charging }), "DESCONECTADO");
});

Deno.test("C-15: faults and causes of stops are set and lifted independently", () => {
  strictEqual(after("stop confirmed fault"), "AVERIADO");
  strictEqual(after("stop confirmed fault recover"), "FUERA_DE_SERVICIO");
  strictEqual(
    after("stop storm confirmed resume running"),
    "ACTIVADO",
    "a point that runs is shown as running",
  );
  deepStrictEqual(stopsInForce(pointAfter("text", ["stop", "storm", "calm"])), [
    "operator",
  ]);
  strictEqual(after("stop storm confirmed resume"), "FUERA_DE_SERVICIO");
  strictEqual(after("revoke", away), "FUERA_DE_SERVICIO");
  deepStrictEqual(stopsInForce(pointAfter("text", ["revoke", "lift"])), []);
});

Deno.test("C-16: a stop shows once it is confirmed or was not answered, and refuses sessions at once", () => {
  const commanded = pointAfter("text", ["stop"]);
  strictEqual(pointState(commanded, 1, FREE), "ACTIVADO");
  strictEqual(mayBegin(commanded, "ACTIVADO"), false);
  strictEqual(isUnconfirmed(commanded), false);
  const silent = pointAfter("text", ["stop", "silent"]);
  strictEqual(pointState(silent, 1, FREE), "FUERA_DE_SERVICIO");
  strictEqual(isUnconfirmed(silent), true);
  const free = pointAfter("text", []);
  strictEqual(mayBegin(free, "ACTIVADO"), true);
  strictEqual(mayBegin(free, "RESERVADO"), false);
});

Deno.test("C-51: resuming clears no fault", () => {
  strictEqual(after("stop confirmed fault resume running"), "AVERIADO");
});

Deno.test("joinStates() shows a point as free if one connector is", () => {
  strictEqual(joinStates(["SUMINISTRANDO", "ACTIVADO"]), "ACTIVADO");
  strictEqual(joinStates(["AVERIADO", "SUMINISTRANDO"]), "SUMINISTRANDO");
  strictEqual(joinStates(["AVERIADO", "RESERVADO"]), "RESERVADO");
  strictEqual(joinStates(["AVERIADO", "AVERIADO"]), "AVERIADO");
  strictEqual(joinStates(["DESCONECTADO"]), "DESCONECTADO");
});

const RESERVED: SessionNow = { status: "authorized", informed: true };
const CHARGING: SessionNow = { status: "charging", informed: true };
const running = { dialect: "text", stopped: false } as const;

Deno.test("nextSession() ends reservations and supplies as section 10 says", () => {
  const outcome = (now: SessionNow, event: SessionEvent, stopped = false) =>
    nextSession(now, event, { dialect: "text", stopped }).end?.outcome ?? null;
  const table: readonly [SessionEvent, string | null, string | null][] = [
    ["informed", null, null],
    ["uninformed", null, null],
    ["supplied", null, null],
    ["finished", "completed", "completed"],
    ["faulted", "fault", "fault"],
    ["lost", "disconnected", "disconnected"],
    ["stale", null, "fault"],
    ["stopped", "stopped", null],
    ["stop_overdue", "stopped", "stopped"],
    ["expired", "expired", null],
    ["left", "cancelled", null],
    ["cancelled", "cancelled", "cancelled"],
    ["displaced", "displaced", "displaced"],
  ];
  for (const [event, reserved, supplied] of table) {
    strictEqual(outcome(RESERVED, event), reserved, event);
    strictEqual(outcome(CHARGING, event), supplied, event);
  }
  // C-13: whatever a stopped point's supply says at its end, it is no ticket.
  strictEqual(outcome(CHARGING, "finished", true), "stopped");
  // C-55: only whom nobody has told yet is refused instead.
  const untold: SessionNow = { status: "authorized", informed: false };
  const words = (["uninformed", "faulted", "stopped", "displaced"] as const)
    .map(
      (event) => {
        const { end } = nextSession(untold, event, running);
        strictEqual(end?.outcome, "freed");
        return end.words;
      },
    );
  deepStrictEqual(words, [
    "DESCONECTADO",
    "AVERIADO",
    "FUERA_DE_SERVICIO",
    "CP ya en uso por otro driver",
  ]);
  strictEqual(outcome(untold, "left"), "freed");
});

Deno.test("nextSession() leaves what is over as it is", () => {
  for (const event of EVENTS) {
    const now: SessionNow = { status: "ended", informed: false };
    deepStrictEqual(nextSession(now, event, running), { now, end: null });
  }
});

Deno.test("C-12: endWords() depends on how the point registered", () => {
  strictEqual(
    endWords("fault", "text"),
    "Carga interrumpida: Avería detectada en el punto de recarga",
  );
  strictEqual(
    endWords("fault", "framed"),
    "Carga interrumpida: Engine averiado",
  );
  strictEqual(
    endWords("disconnected", "text"),
    "Carga interrumpida: Monitor desconectado",
  );
  strictEqual(
    endWords("stopped", "framed"),
    "Carga interrumpida: CP puesto fuera de servicio",
  );
  strictEqual(endWords("displaced", "text"), "CP ya en uso por otro driver");
  strictEqual(endWords("completed", "text"), null);
});

const EVENTS: readonly SessionEvent[] = [
  "informed",
  "uninformed",
  "supplied",
  "finished",
  "faulted",
  "lost",
  "stale",
  "stopped",
  "stop_overdue",
  "expired",
  "left",
  "cancelled",
  "displaced",
];

const happening = fc.record({
  driver: fc.constantFrom("1", "2", "3"),
  point: fc.constantFrom("A", "B"),
  event: fc.option(fc.constantFrom(...EVENTS), { nil: null }),
  stopped: fc.boolean(),
  energy: fc.nat(1000),
});

Deno.test("every sequence of events ends each authorized session once, and frees its driver and its point", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60, size: "max" }), (all) => {
      const log = new ChargingLog();
      const names: string[] = [];
      const meters = new Map<FactId, number>();
      let billed = 0;
      /** Lets an event happen to a session and writes what it makes. */
      const happen = (name: string, event: SessionEvent, of: {
        stopped: boolean;
        energy: number;
      }) => {
        const id = sessionNamed(name);
        const session = chargingSession(log.rows, id);
        if (session === undefined) return;
        const informed = session.informed !== undefined;
        const now = { status: session.status, informed };
        const step = nextSession(now, event, { ...running, ...of });
        const { point, driver } = session;
        if (step.end !== null) {
          const { outcome, words } = step.end;
          const energy = meters.get(id) ?? 0;
          if (outcome === "freed") {
            log.session("freed", name, { point, driver, words });
            return;
          }
          billed += energy;
          const said = words === null ? {} : { words };
          log.session("ended", name, {
            ...{ point, driver, outcome, energy, amount: energy },
            ...said,
          });
        } else if (step.now.informed && !informed) {
          log.session("informed", name, { point, driver });
        } else if (event === "supplied" && now.status !== "ended") {
          const energy = (meters.get(id) ?? 0) + of.energy;
          meters.set(id, energy);
          if (session.started === undefined) {
            log.session("started", name, { point, driver });
          }
          log.session("metered", name, { point, energy, amount: energy });
        }
      };
      for (const { driver, point, event, ...of } of all) {
        const place = { site: SITE, point: point as PointId };
        const [open] = openSessionsAt(log.rows, place);
        if (event === null) {
          const isFree = open === undefined &&
            openSessionsOf(log.rows, driver as DriverId).length === 0;
          if (!isFree) continue;
          const name = `request ${names.length}`;
          names.push(name);
          log.session("authorized", name, { point, driver });
        } else {
          const name = names.find((one) => sessionNamed(one) === open?.id) ??
            names.at(-1);
          if (name !== undefined) happen(name, event, of);
        }
      }
      for (const name of names) {
        happen(name, "cancelled", { stopped: false, energy: 0 });
        // What is over stays over.
        happen(name, "finished", { stopped: false, energy: 0 });
      }
      deepStrictEqual(openSessions(log.rows, SITE), []);
      const notices = untoldNotices(log.rows, SITE, 10_000);
      for (const name of names) {
        const of = notices.filter(({ session }) =>
          session === sessionNamed(name)
        ).map(({ kind }) => kind);
        const begun = of.filter((kind) => kind === "authorized").length;
        strictEqual(of.length, begun + 1, `${name}: ${of.join()}`);
        strictEqual(of.at(-1) !== "authorized", true, name);
      }
      const total = names.map((name) =>
        chargingSession(log.rows, sessionNamed(name))?.ended?.energy ?? 0
      ).reduce((a, b) => a + b, 0);
      strictEqual(total, billed);
    }),
    { numRuns: 150 },
  );
});

/** Sessions by name: point, driver, whether energy flows, and the number of the commit. */
function openLog(
  sessions: Readonly<Record<string, [string, string, boolean, number]>>,
) {
  const log = new ChargingLog();
  for (
    const [name, [point, driver, supplies, seq]] of Object.entries(sessions)
  ) {
    log.session("authorized", name, { point, driver }, { seq, log: seq });
    if (supplies) {
      log.session("started", name, { point, driver }, {
        seq: seq + 100,
        log: seq + 100,
      });
    }
  }
  const find = (name: string) =>
    openSessions(log.rows, SITE).find(({ id }) =>
      id === sessionNamed(name)
    ) as OpenSession;
  return (name: string) => {
    const kept = displacedBy(log.rows, find(name));
    return Object.keys(sessions).find((one) =>
      sessionNamed(one) === kept?.id
    ) ?? null;
  };
}

Deno.test("11.5: of two sessions of one point the one that supplies is kept, else the least", () => {
  const reserved = openLog({
    a: ["A", "1", false, 2],
    b: ["A", "2", false, 1],
  });
  deepStrictEqual([reserved("a"), reserved("b")], ["b", null]);
  const supplies = openLog({ a: ["A", "1", true, 2], b: ["A", "2", false, 1] });
  deepStrictEqual([supplies("a"), supplies("b")], [null, "a"]);
  const both = openLog({ a: ["A", "1", true, 2], b: ["A", "2", true, 1] });
  deepStrictEqual([both("a"), both("b")], ["b", null]);
});

Deno.test("11.5: of one driver's sessions on two points only reservations are displaced", () => {
  const reserved = openLog({
    a: ["A", "1", false, 1],
    b: ["B", "1", false, 2],
  });
  deepStrictEqual([reserved("a"), reserved("b")], [null, "a"]);
  const one = openLog({ a: ["A", "1", false, 1], b: ["B", "1", true, 2] });
  deepStrictEqual([one("a"), one("b")], ["b", null]);
  const both = openLog({ a: ["A", "1", true, 1], b: ["B", "1", true, 2] });
  deepStrictEqual([both("a"), both("b")], [null, null]);
});

Deno.test("11.5: who is displaced himself displaces nobody", () => {
  const kept = openLog({
    a: ["A", "1", false, 1],
    b: ["A", "2", false, 2],
    c: ["B", "2", false, 3],
  });
  deepStrictEqual([kept("a"), kept("b"), kept("c")], [null, "a", null]);
});
