import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
import { createSeededRandom, fromHex, logIdOf } from "../../crdt/mod.ts";
import { drawOpening, reserveEpochs } from "../../nodes/reserved_epochs.ts";
import { createTestNode } from "../support/test_node.ts";

Deno.test("drawOpening() takes a reserved epoch once, for its space, and draws any other", async () => {
  const { node: { replica }, stop } = await createTestNode();
  const own = replica.register.own("site:CUS" as never);
  const writer = {
    space: "site:CUS" as never,
    signer: { publicKey: own?.publicKey } as never,
    random: createSeededRandom(3),
  };
  const epochOf = (space = writer.space) =>
    drawOpening(replica.reader, replica.register, { ...writer, space }).epoch;
  const epoch = fromHex("00112233445566ff");
  notDeepStrictEqual(epochOf(), epochOf());
  replica.transact((rows) =>
    reserveEpochs(rows, { "site:CUS": "00112233445566ff" })
  );
  deepStrictEqual(epochOf(), epoch);
  notDeepStrictEqual(epochOf("site:LIM" as never), epoch);

  // Once there is a log of that name, it is not opened again.
  const publicKey = own?.publicKey ?? new Uint8Array();
  const name = logIdOf(writer.space, { publicKey, epoch });
  const number = replica.register.nextNumber();
  if (own !== undefined) replica.register.set({ ...own, number, name });
  notDeepStrictEqual(epochOf(), epoch);
  await stop();
});
