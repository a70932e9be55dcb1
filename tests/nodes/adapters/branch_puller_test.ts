import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BranchPuller,
  createBranchPuller,
} from "../../../nodes/adapters/branch_puller.ts";

/** Serves a branch on a free port while a client reads it. */
async function withBranch(
  answer: (request: Request) => Response | Promise<Response>,
  body: (branch: BranchPuller) => Promise<void>,
  bounds: { readonly answerMsMax?: number; readonly answerBytesMax?: number } =
    {},
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    answer,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const branch = createBranchPuller({ url, version: "0.1.0", ...bounds });
  try {
    await body(branch);
  } finally {
    branch.close();
    await server.shutdown();
  }
}

const { signal } = new AbortController();

Deno.test("createBranchPuller() gives the status and the whole body", async () => {
  const seen: string[] = [];
  await withBranch((request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response("ñandú", { status: 404 });
  }, async (branch) => {
    deepStrictEqual(await branch.get("/api/ventas", signal), {
      kind: "answered",
      status: 404,
      body: "ñandú",
    });
  });
  deepStrictEqual(seen, ["GET /api/ventas"]);
});

Deno.test("C-28: createBranchPuller() follows no redirect", async () => {
  const seen: string[] = [];
  await withBranch((request) => {
    seen.push(new URL(request.url).pathname);
    return new Response(null, { status: 307, headers: { location: "/other" } });
  }, async (branch) => {
    const answer = await branch.get("/api/ventas", signal);
    strictEqual(answer.kind === "answered" && answer.status, 307);
  });
  deepStrictEqual(seen, ["/api/ventas"]);
});

Deno.test("createBranchPuller() looks at no more than it says", async () => {
  await withBranch(
    () => new Response("x".repeat(1001)),
    async (branch) => {
      const answer = await branch.get("/", signal);
      ok(answer.kind === "failed" && answer.reason.includes("más de lo que"));
    },
    { answerBytesMax: 1000 },
  );
});

Deno.test("createBranchPuller() waits no longer than it says", async () => {
  const held = Promise.withResolvers<Response>();
  await withBranch(
    () => held.promise,
    async (branch) => {
      const answer = await branch.get("/", signal);
      ok(answer.kind === "failed" && answer.reason.includes("en 50 ms"));
      held.resolve(new Response());
    },
    { answerMsMax: 50 },
  );
});

Deno.test("createBranchPuller() gives up when it is told to, and tells of a closed port", async () => {
  const controller = new AbortController();
  const held = Promise.withResolvers<Response>();
  await withBranch(() => {
    controller.abort();
    return held.promise;
  }, async (branch) => {
    strictEqual((await branch.get("/", controller.signal)).kind, "failed");
    held.resolve(new Response());
    strictEqual((await branch.get("/", controller.signal)).kind, "failed");
  });
  const closed = createBranchPuller({
    url: "http://127.0.0.1:9",
    version: "0",
  });
  const answer = await closed.get("/", signal);
  ok(answer.kind === "failed" && answer.reason.startsWith("Sin conexión"));
  closed.close();
});
