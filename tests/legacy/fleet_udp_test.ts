/**
 * Elections of pumps built from the fleet-card design (sections 6.1, 6.3 and 6.4).
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { encodeElection } from "../../net/mod.ts";
import { createStation, OutsidePump } from "../support/outside_pump.ts";

const election = (sender: number) =>
  encodeElection({ kind: "election", sender });

Deno.test("T06: an election of a lower pump is answered with ok, then with the station's highest port as coordinator", async () => {
  await using station = await createStation();
  const { base, outside } = station;
  await outside.send(election(base), base + 1);

  deepStrictEqual(outside.heard, [
    [base + 1, "ok", base + 1],
    [base + 3, "coordinator", base + 3],
  ]);
});

Deno.test("T08: repeated elections at every pump name the same coordinator; five bytes are read as well", async () => {
  await using station = await createStation();
  const { base, outside } = station;
  for (const port of [base + 1, base + 2, base + 3]) {
    await outside.send(election(base), port);
    await outside.send(election(base).subarray(0, 5), port);
  }
  const told = outside.heard.filter(([, kind]) => kind === "coordinator");

  strictEqual(outside.heard.length, 12);
  deepStrictEqual(told, Array(6).fill([base + 3, "coordinator", base + 3]));
});

Deno.test("C-03: forged datagrams, answers, announcements and garbage are ignored; nothing is sent unasked", async () => {
  await using station = await createStation();
  const { base, outside } = station;
  for (
    const bytes of [
      election(base + 1),
      election(base - 10),
      election(0),
      encodeElection({ kind: "ok", sender: base }),
      encodeElection({ kind: "coordinator", sender: base }),
      new Uint8Array(0),
      Uint8Array.of(0x45),
      election(base).subarray(0, 8),
      new Uint8Array(2_000).fill(0x45),
    ]
  ) await outside.send(bytes, base + 2);

  deepStrictEqual(outside.heard, []);
});

Deno.test("an election of a higher pump, or of another station's, is not answered", async () => {
  await using station = await createStation();
  const { base } = station;
  for (const port of [base + 5, base - 7]) {
    const other = await OutsidePump.bind(port).catch(() => undefined);
    await other?.send(election(port), base + 2);
    deepStrictEqual(other?.heard ?? [], []);
    await other?.close();
  }
});

Deno.test("ElectionPumps.listen() refuses a port that is taken", async () => {
  await using station = await createStation();
  const { base, pumps } = station;
  await rejects(pumps.listen({ hostname: "127.0.0.1", port: base + 1 }), {
    code: "config_invalid",
  });
});

Deno.test("T07: where the highest pump has ended, an election is answered by the others all the same", async () => {
  await using station = await createStation();
  const { base, outside } = station;
  await station.stopHighest();
  await outside.send(election(base), base + 1);

  deepStrictEqual(outside.heard, [
    [base + 1, "ok", base + 1],
    [base + 1, "coordinator", base + 3],
  ]);
});
