/**
 * Each rule of the lint plugin, with what it must report and what it must leave alone.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import plugin from "./lint_plugin.ts";

/** Runs one rule on a file's text and gives its messages. */
function problems(rule: string, path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source)
    .filter((it) => it.id === `panal/${rule}`)
    .map((it) => it.message);
}

/** Checks that every case is reported (or none is), naming the case that is not. */
function expectEach(
  rule: string,
  reported: boolean,
  cases: readonly (readonly [path: string, source: string])[],
): void {
  for (const [path, source] of cases) {
    const count = problems(rule, path, source).length;
    strictEqual(count, reported ? 1 : 0, `${path}: ${source}`);
  }
}

Deno.test("panal/layers reports imports that point the wrong way", () => {
  expectEach("layers", true, [
    ["crdt/stock.ts", 'import { Link } from "../net/mod.ts";'],
    ["crdt/stock.ts", 'import type { Link } from "../net/transport.ts";'],
    ["crdt/stock.ts", 'export * from "../nodes/mod.ts";'],
    ["net/frame.ts", 'import { node } from "../nodes/mod.ts";'],
    ["nodes/node.ts", 'import { createApp } from "../web/mod.ts";'],
    ["web/app.ts", 'import { LINK_BYTES_MAX } from "../net/mod.ts";'],
    ["nodes/node.ts", 'const app = await import("../web/mod.ts");'],
    ["crdt/stock.ts", 'type L = import("../net/mod.ts").Link;'],
  ]);
});

Deno.test("panal/layers reports imports that go around a folder's mod.ts", () => {
  expectEach("layers", true, [
    ["nodes/node.ts", 'import { money } from "../crdt/money.ts";'],
    [
      "nodes/adapters/a.ts",
      'import { decode } from "../../net/legacy/forecourt.ts";',
    ],
    ["web/app.ts", 'import { money } from "../crdt/money.ts";'],
    ["mod.ts", 'export { money } from "./crdt/money.ts";'],
    ["crdt/stock.ts", 'import { money } from "./mod.ts";'],
  ]);
});

Deno.test("panal/layers lets net import only the primitive files of crdt", () => {
  expectEach("layers", true, [
    ["net/frame.ts", 'import { open } from "../crdt/documents.ts";'],
    ["net/legacy/forecourt.ts", 'import { Money } from "../../crdt/money.ts";'],
  ]);
  expectEach("layers", false, [
    ["net/frame.ts", 'import { PanalError } from "../crdt/errors.ts";'],
    ["net/membership.ts", 'import { verify } from "../crdt/certificate.ts";'],
    ["net/frame.ts", 'import type { PeerId } from "../crdt/mod.ts";'],
  ]);
});

Deno.test("panal/layers lets web import only types from nodes", () => {
  expectEach("layers", true, [
    ["web/app.ts", 'import { createNode } from "../nodes/mod.ts";'],
    ["web/app.ts", 'import { type UseCases } from "../nodes/mod.ts";'],
    ["web/app.ts", 'import type { UseCases } from "../nodes/ports.ts";'],
  ]);
  expectEach("layers", false, [
    ["web/app.ts", 'import type { UseCases } from "../nodes/mod.ts";'],
  ]);
});

Deno.test("panal/layers sets the program above all and tests outside", () => {
  expectEach("layers", true, [
    ["nodes/node.ts", 'import { main } from "./main.ts";'],
    ["mod.ts", 'export { main } from "./nodes/main.ts";'],
    ["nodes/node.ts", 'import { fake } from "../tests/support/fake.ts";'],
    ["nodes/main.ts", 'import { sim } from "../tests/simulation/main.ts";'],
    ["crdt/stock.ts", 'import { Panal } from "../mod.ts";'],
  ]);
  expectEach("layers", false, [
    ["nodes/main.ts", 'import { createApp } from "../web/app.ts";'],
    ["nodes/main.ts", 'await import("../tests/simulation/main.ts");'],
    ["tests/crdt/money_test.ts", 'import { m } from "../../crdt/money.ts";'],
    ["tests/net/a_test.ts", 'import { main } from "../../nodes/main.ts";'],
    ["mod.ts", 'export { money } from "./crdt/mod.ts";'],
    ["nodes/node.ts", 'import { money } from "../crdt/mod.ts";'],
    ["nodes/node.ts", 'import { recordSale } from "./use_cases/a.ts";'],
    ["nodes/config.ts", 'import deno from "../deno.json";'],
  ]);
});

Deno.test("panal/layers keeps the pages apart from the node", () => {
  expectEach("layers", true, [
    ["web/ui/app.tsx", 'import { Money } from "../schemas.ts";'],
    ["web/ui/app.tsx", 'import type { Money } from "../../crdt/mod.ts";'],
    ["web/ui/app.tsx", 'import { sample } from "../../tests/support/it.ts";'],
    ["web/app.ts", 'import type { Sale } from "./ui/wire_types.ts";'],
    ["nodes/main.ts", 'import { build } from "../web/ui_build.ts";'],
  ]);
  expectEach("layers", false, [
    ["web/ui/app.tsx", 'import { Shell } from "./shell.tsx";'],
    ["web/ui/app.tsx", 'const page = await import("./pages/till.tsx");'],
    ["tests/web/ui/it_test.ts", 'import { it } from "../../../web/ui/it.ts";'],
  ]);
});

Deno.test("panal/ambient reports time, chance and the surroundings", () => {
  expectEach(
    "ambient",
    true,
    [
      "Date.now();",
      "new Date();",
      "new Date;",
      "Date();",
      "Math.random();",
      'Math["random"]();',
      "crypto.randomUUID();",
      "crypto.getRandomValues(bytes);",
      "globalThis.crypto.randomUUID();",
      "setTimeout(f, 1);",
      "globalThis.setTimeout(f, 1);",
      "setInterval(f, 1);",
      "setImmediate(f);",
      "queueMicrotask(f);",
      "const timer = { later: setTimeout };",
      "const ambient = { fetch };",
      "performance.now();",
      "Deno.readTextFile(path);",
      "await fetch(url);",
      'console.log("here");',
      "process.exit(1);",
      "AbortSignal.timeout(5);",
      "Temporal.Now.instant();",
      "new WebSocket(url);",
      "const { now } = Date;",
      "const { ...all } = Math;",
      "const clock = Date;",
      "function f(now = Date.now) { return now(); }",
      "function f(fetch: F) {} fetch(url);",
    ].map((source) => ["crdt/stock.ts", source] as const),
  );
});

Deno.test("panal/ambient leaves values, types and own names alone", () => {
  expectEach(
    "ambient",
    false,
    [
      "new Date(5);",
      "Date.UTC(2026, 0);",
      "Math.max(1, 2);",
      "value instanceof Date;",
      "clock.now();",
      "function f(fetch: typeof globalThis.fetch) { return fetch(url); }",
      "const f = ({ fetch }: Options) => fetch(url);",
      "function setTimeout() {} setTimeout();",
      'import { fetch } from "./fetch.ts"; fetch();',
      "class Transport { fetch() {} process = 1; }",
      "const it = { fetch: 1, console: 2 }; it.fetch; it?.console;",
      "for (const process of list) process.stop();",
      "try { f(); } catch (process) { g(process); }",
      "let server: Deno.HttpServer;",
      "await crypto.subtle.digest(name, bytes);",
      "// Date.now() is not called here, nor is fetch",
    ].map((source) => ["crdt/stock.ts", source] as const),
  );
});

Deno.test("panal/ambient reports Node's modules that reach the surroundings", () => {
  expectEach(
    "ambient",
    true,
    [
      'import { readFile } from "node:fs/promises";',
      'import net from "node:net";',
      'import { spawn } from "node:child_process";',
      'import { setTimeout } from "node:timers/promises";',
      'import process from "node:process";',
      'export { hostname } from "node:os";',
      'import { randomBytes } from "node:crypto";',
      'import { createHash, randomUUID } from "node:crypto";',
      'import { generateKeyPairSync } from "node:crypto";',
      'import * as crypto from "node:crypto";',
      'import crypto from "node:crypto";',
    ].map((source) => ["crdt/stock.ts", source] as const),
  );
  expectEach(
    "ambient",
    false,
    [
      'import { createHash, sign } from "node:crypto";',
      'import type { Socket } from "node:net";',
      'import { gzipSync } from "node:zlib";',
    ].map((source) => ["crdt/stock.ts", source] as const),
  );
});

Deno.test("panal/ambient spares the files at the edge", () => {
  const source = 'import net from "node:net"; Date.now();';
  expectEach(
    "ambient",
    false,
    [
      "nodes/adapters/system_clock.ts",
      "nodes/main.ts",
      "net/libp2p_transport.ts",
      "net/tcp_listener.ts",
      "tests/crdt/money_test.ts",
      "web/reference/reference.js",
      "web/ui/app.tsx",
      "web/ui_build.ts",
    ].map((path) => [path, source] as const),
  );
  for (
    const path of [
      "mod.ts",
      "nodes/node.ts",
      "net/legacy/tcp_listener.ts",
      "net/memory_transport.ts",
      "web/app.ts",
    ]
  ) strictEqual(problems("ambient", path, source).length, 2, path);
});

Deno.test("panal/wrapped reports a library outside its place", () => {
  expectEach("wrapped", true, [
    ["crdt/stock.ts", 'import { change } from "@automerge/automerge";'],
    ["crdt/stock.ts", 'import type { Doc } from "@automerge/automerge";'],
    ["crdt/stock.ts", 'import { next } from "@automerge/automerge/slim";'],
    ["net/membership.ts", 'import type { PeerId } from "@libp2p/interface";'],
    ["net/membership.ts", 'import { noise } from "@chainsafe/libp2p-noise";'],
    ["nodes/node.ts", 'import { createLibp2p } from "libp2p";'],
    ["nodes/node.ts", 'import { Hono } from "hono";'],
    ["nodes/node.ts", 'import { DatabaseSync } from "node:sqlite";'],
    ["nodes/node.ts", 'import fc from "fast-check";'],
    ["nodes/node.ts", 'import _ from "lodash";'],
    ["web/ui/app.tsx", 'import { z } from "zod";'],
    ["web/ui/app.tsx", 'import { Hono } from "hono";'],
    ["web/ui/app.tsx", 'import uPlot from "uplot";'],
    ["web/pages.ts", 'import { h } from "preact";'],
    ["web/ui/app.tsx", 'import { chromium } from "playwright-core";'],
    ["nodes/node.ts", 'import { Hono } from "npm:hono@4.0.0";'],
  ]);
});

Deno.test("panal/wrapped allows a library in its place", () => {
  expectEach("wrapped", false, [
    ["crdt/documents.ts", 'import { change } from "@automerge/automerge";'],
    ["net/libp2p_transport.ts", 'import { createLibp2p } from "libp2p";'],
    ["net/libp2p_keys.ts", 'import { k } from "@libp2p/crypto/keys";'],
    ["web/routes/sales.ts", 'import { streamSSE } from "hono/streaming";'],
    ["nodes/main.ts", 'import { Hono } from "hono";'],
    ["web/ui/app.tsx", 'import { useState } from "preact/hooks";'],
    ["web/ui/reports/chart.tsx", 'import uPlot from "uplot";'],
    [
      "nodes/adapters/sqlite_store.ts",
      'import { DatabaseSync } from "node:sqlite";',
    ],
    ["tests/crdt/money_test.ts", 'import fc from "fast-check";'],
    ["crdt/stock.ts", 'import { createHash } from "node:crypto";'],
    ["crdt/stock.ts", 'import { ids } from "./ids.ts";'],
  ]);
});

Deno.test("the plugin names its rules", () => {
  strictEqual(plugin.name, "panal");
  deepStrictEqual(Object.keys(plugin.rules), ["ambient", "layers", "wrapped"]);
});
