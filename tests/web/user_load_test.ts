import { strictEqual, throws } from "node:assert/strict";
import type { SignedIn } from "../../nodes/mod.ts";
import { createUserLoad } from "../../web/user_load.ts";

/** A user as the guard found it; nothing else of it is looked at. */
function user(id: number): SignedIn {
  return { user: { id } } as SignedIn;
}

Deno.test("createUserLoad() refuses what one user asks beyond its room, until some of it is answered", async () => {
  const load = createUserLoad(2);
  const waiting: ((answer: Response) => void)[] = [];
  const slow = () => new Promise<Response>((resolve) => waiting.push(resolve));
  const first = load(user(1), slow);
  const second = load(user(1), slow);
  const refused = await load(user(1), slow);
  strictEqual(refused.status, 429);
  strictEqual(refused.headers.get("retry-after"), "1");
  strictEqual((await refused.json()).code, "overloaded");
  const other = load(user(2), slow);
  strictEqual(waiting.length, 3);
  for (const answer of waiting.splice(0)) answer(new Response("here"));
  for (const one of [first, second, other]) {
    strictEqual((await one).status, 200);
  }
  // What is answered at once, or fails, leaves its room too.
  for (let i = 0; i < 5; i++) {
    strictEqual((await load(user(1), () => new Response())).status, 200);
    throws(() =>
      load(user(1), () => {
        throw new RangeError("no");
      }), RangeError);
    const failing = load(user(1), () => Promise.reject(new RangeError("no")));
    strictEqual(await Promise.resolve(failing).catch(() => "failed"), "failed");
  }
});
