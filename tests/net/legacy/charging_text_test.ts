import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  answeredChargingCommand,
  CHARGING_LOCATION_MAX,
  type ChargingCommand,
  chargingCommandText,
  type ChargingMessage,
  chargingMessageText,
  chargingPriceText,
  parseChargingCommand,
  parseChargingMessage,
  readChargingPrice,
} from "../../../net/legacy/charging_text.ts";

/** A record with the prototype of written objects. */
const record = <T extends object>(
  fields: { [K in keyof T]: fc.Arbitrary<T[K]> },
) => fc.record<T>(fields, { noNullPrototype: true });
const isId = (text: string) => !/[#\p{Cc}]/u.test(text) && text.trim() === text;
const someId = fc.string({ minLength: 1, maxLength: 60 }).filter(isId);
const someMessage: fc.Arbitrary<ChargingMessage> = fc.oneof(
  record({
    kind: fc.constant("register" as const),
    point: someId,
    location: fc.option(someId),
    price: fc.option(fc.nat(999_999)),
  }),
  record({
    kind: fc.constantFrom("checkSession" as const, "checkDriver" as const),
    point: fc.option(someId),
  }),
  record({
    kind: fc.constantFrom("fault" as const, "recover" as const),
  }),
  record({
    kind: fc.constantFrom("ack" as const, "nack" as const),
    command: someId,
  }),
);

Deno.test("parseChargingMessage() reads what chargingMessageText() wrote", () => {
  fc.assert(
    fc.property(someMessage, someId, (message, point) => {
      const isFirst = message.kind === "register";
      const text = chargingMessageText(message, point);
      deepStrictEqual(
        parseChargingMessage(text, isFirst ? "first" : "later"),
        message,
      );
    }),
  );
});

Deno.test("parseChargingMessage() never throws, and drops white space around a message", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom("first" as const, "later" as const),
      (text, place) => {
        deepStrictEqual(
          parseChargingMessage(` \r\n${text}\t `, place),
          parseChargingMessage(text, place),
        );
      },
    ),
  );
});

Deno.test("parseChargingMessage() wants at least three fields of a registration, and takes more than four", () => {
  const read = (text: string) => parseChargingMessage(text, "first");
  const register = { kind: "register", point: "SEV-07", location: "Calle 1" };

  deepStrictEqual(read("REGISTER#SEV-07"), { kind: "unknown" });
  deepStrictEqual(read("REGISTER##Calle 1#0.25"), { kind: "unknown" });
  deepStrictEqual(read("REGISTER#SEV-07#Calle 1"), {
    ...register,
    price: null,
  });
  deepStrictEqual(read("REGISTER#SEV-07#Calle 1#0.25#more#and more"), {
    ...register,
    price: 2500,
  });
  deepStrictEqual(read("REGISTER#SEV-07#   #0.25"), {
    ...{ kind: "register", point: "SEV-07", location: null, price: 2500 },
  });
  const long = read(`REGISTER#SEV-07#${"ñ".repeat(999)}#1`);
  strictEqual(
    long.kind === "register" && long.location?.length,
    CHARGING_LOCATION_MAX,
  );
});

Deno.test("C-4: parseChargingMessage() knows the first word exactly, a later one in any case", () => {
  for (
    const text of ["register#A#B#1", "check_session#A", "FAULT#A", "ACK#X"]
  ) {
    deepStrictEqual(parseChargingMessage(text, "first"), { kind: "unknown" });
  }
  deepStrictEqual(parseChargingMessage("REGISTER#A#B#1", "later"), {
    kind: "unknown",
  });
  deepStrictEqual(parseChargingMessage("Ack#PARAR", "later"), {
    kind: "ack",
    command: "PARAR",
  });
  deepStrictEqual(parseChargingMessage("FAULT", "later"), { kind: "fault" });
});

Deno.test("C-5: readChargingPrice() takes decimal text with a point, and nothing else", () => {
  const prices = {
    "0.25": 2500,
    "0.2": 2000,
    "1": 10_000,
    "+1.": 10_000,
    ".5": 5000,
    "0.00005": 1,
    "0.00004999": 0,
    "999999999.9999": 9_999_999_999_999,
  };
  for (const [text, price] of Object.entries(prices)) {
    strictEqual(readChargingPrice(text), price, text);
  }
  for (
    const text of ["", ".", "0,25", "-1", "1e3", "nan", "0x1", "1 2", "９"]
  ) strictEqual(readChargingPrice(text), null, text);
  fc.assert(
    fc.property(fc.nat(), (price) => {
      strictEqual(readChargingPrice(chargingPriceText(price)), price);
    }),
  );
  strictEqual(chargingPriceText(2500), "0.25");
});

Deno.test("parseChargingCommand() reads what chargingCommandText() wrote", () => {
  const someCommand: fc.Arbitrary<ChargingCommand> = fc.oneof(
    record({ kind: fc.constantFrom("stop" as const, "resume" as const) }),
    record({ kind: fc.constant("authorize" as const), driver: someId }),
    record({
      kind: fc.constant("registerResult" as const),
      result: fc.constantFrom("FIRST" as const, "RECONNECT" as const),
    }),
  );
  fc.assert(
    fc.property(someCommand, (command) => {
      deepStrictEqual(
        parseChargingCommand(chargingCommandText(command)),
        command,
      );
    }),
  );
  strictEqual(chargingCommandText({ kind: "stop" }), "PARAR#CENTRAL");
  strictEqual(chargingCommandText({ kind: "resume" }), "REANUDAR#CENTRAL");
  strictEqual(parseChargingCommand("parar#CENTRAL"), undefined);
});

Deno.test("C-2: answeredChargingCommand() knows the odd answers to an authorization", () => {
  const answers = {
    "b'AUTORIZAR_SUMINISTRO#417'": "authorize",
    "AUTORIZAR_SUMINISTRO": "authorize",
    "PARAR": "stop",
    "REANUDAR#x": "resume",
    "RECOVER": undefined,
    "parar": undefined,
    "": undefined,
  };
  for (const [text, command] of Object.entries(answers)) {
    strictEqual(answeredChargingCommand(text), command, text);
  }
});
