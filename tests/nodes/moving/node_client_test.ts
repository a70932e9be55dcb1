/** Asking a node over real HTTP, also one that has no room, is none, or goes away. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createImportIo } from "../../../nodes/adapters/import_io.ts";
import type { ImportHttp } from "../../../nodes/moving/import_ports.ts";
import { findNode } from "../../../nodes/moving/node_client.ts";

const HEALTH = {
  site: "ABA",
  roles: ["branch"],
  surfaces: { "branch-sync": ["http://127.0.0.1:9/"] },
};

/** Answers requests one after the other; waits are counted and not waited for. */
async function withServer(
  answers: (() => Response)[],
  test: (url: string, http: ImportHttp, waits: number[]) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => answers.shift()?.() ?? new Response(null, { status: 500 }),
  );
  const waits: number[] = [];
  const real = createImportIo({
    stdout: () => {},
    stderr: () => {},
    signal: new AbortController().signal,
  });
  const http: ImportHttp = {
    request: real.request,
    wait(ms) {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, http, waits);
  } finally {
    await server.shutdown();
  }
}

const json = (value: unknown, status = 200, headers: HeadersInit = {}) => () =>
  Response.json(value, { status, headers });

Deno.test("C-67: findNode() waits as long as a node without room asks for", async () => {
  const busy = json({}, 429, { "retry-after": "7" });
  await withServer(
    [busy, json({}, 503), json(HEALTH)],
    async (url, http, waits) => {
      const node = await findNode(http, url);
      deepStrictEqual([node.site, node.isOffice], ["ABA", false]);
      deepStrictEqual(waits, [7000, 500]);
    },
  );
});

Deno.test("findNode() says what stands at an address that is no node's", async () => {
  const cases: readonly (readonly [() => Response, RegExp])[] = [
    [json({ hello: 1 }), /is no node's native address/],
    [() => new Response("<html>"), /is no node's native address/],
    [
      () => Response.redirect("http://127.0.0.1:9/"),
      /is no node's native address/,
    ],
    [json({ ...HEALTH, surfaces: {} }), /has no branch-sync surface/],
  ];
  for (const [answer, message] of cases) {
    await withServer([answer], async (url, http) => {
      await rejects(findNode(http, url), { code: "config_invalid", message });
    });
  }
});

Deno.test("a node that goes away is tried again, and given up in the end", async () => {
  await withServer([json(HEALTH)], async (url, http, waits) => {
    const node = await findNode(http, url);
    await rejects(node.receive({}), { message: /Nobody answers at / });
    strictEqual(waits.length, 7);
  });
});

Deno.test("a node with users asks for a sign-in in words that say how", async () => {
  const refused = json({ title: "This address needs sign-in." }, 401);
  await withServer(
    [json(HEALTH), refused, json({ title: "No." }, 401), json({ token: "t" })],
    async (url, http) => {
      const node = await findNode(http, url);
      await rejects(node.list("/v1/users"), { message: /--user NAME/ });
      await rejects(node.signIn("a", "b"), { message: /Cannot sign in: No\./ });
      await rejects(node.signIn("a", "b"), { message: /Cannot sign in/ });
    },
  );
});
