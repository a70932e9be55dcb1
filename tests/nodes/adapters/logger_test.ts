import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { PanalError } from "../../../crdt/errors.ts";
import { createLogger } from "../../../nodes/adapters/logger.ts";

function capture(format: "text" | "json", level: "debug" | "warn" = "debug") {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  return {
    lines,
    logger: createLogger({ format, level, write, now: () => 0 }),
  };
}

Deno.test("createLogger() writes JSON lines with fields", () => {
  const { lines, logger } = capture("json");
  logger.log("info", "Linked", { peer: "x", level: 3, big: 5n, n: NaN });
  deepStrictEqual(lines.map((it) => JSON.parse(it)), [{
    time: "1970-01-01T00:00:00.000Z",
    level: "info",
    message: "Linked",
    peer: "x",
    level_: 3,
    big: "5",
    n: "NaN",
  }]);
});

Deno.test("createLogger() leaves out what is less important than its level", () => {
  const { lines, logger } = capture("text", "warn");
  for (const level of ["debug", "info", "warn", "error"] as const) {
    logger.log(level, "Said");
  }
  deepStrictEqual(lines.map((it) => it.split(" ")[1]), ["WARN", "ERROR"]);
});

Deno.test("createLogger() tells of errors with code and cause", () => {
  const { lines, logger } = capture("json");
  const error = new PanalError("store_full", "Full", {
    cause: new Error("disk"),
  });
  logger.log("error", "Failed", { error });
  const written = JSON.parse(lines[0] ?? "");
  strictEqual(written.error.code, "store_full");
  strictEqual(written.error.cause.message, "disk");
});

Deno.test("createLogger() never throws, whatever the fields or the terminal do", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const trap = {
    get broken(): string {
      throw new TypeError("no");
    },
  };
  for (const format of ["text", "json"] as const) {
    const { lines, logger } = capture(format);
    logger.log("info", "Odd", { circle, trap, symbol: Symbol("s") });
    Object.defineProperty(
      circle,
      "bad",
      Object.getOwnPropertyDescriptor(trap, "broken") ?? {},
    );
    logger.log("info", "Odd", { circle, ...{ f: () => 1 } });
    strictEqual(lines.length, 2);
    const silent = createLogger({
      format,
      level: "debug",
      write() {
        throw new TypeError("closed");
      },
    });
    silent.log("info", "Lost");
  }
});

Deno.test("createLogger() writes one line for each call, whatever is in it", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(
      fc.constantFrom("text" as const, "json" as const),
      text,
      fc.dictionary(text, fc.anything()),
      (format, message, fields) => {
        const { lines, logger } = capture(format);
        logger.log("info", message, fields);
        strictEqual(lines.length, 1);
        ok(/^[^\n\r]*\n$/.test(lines[0] ?? ""), JSON.stringify(lines[0]));
        if (format === "json") JSON.parse(lines[0] ?? "");
      },
    ),
  );
});
