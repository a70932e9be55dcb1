/** The console of charging points, at a real node over HTTP. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createChargingConsoleIo } from "../../../nodes/adapters/charging_console_io.ts";
import { runChargingConsole } from "../../../nodes/charging_console_command.ts";
import { createApp } from "../../../web/app.ts";
import {
  createChargingNode,
  PlayedPoint,
} from "../../support/charging_node.ts";
import { serveSurface } from "../../support/served_surface.ts";

/** A site with points, its native interface behind a real listener, and a console in front of it. */
async function createRig() {
  const node = await createChargingNode();
  const { useCases, clock } = node;
  const points = new Map<string, PlayedPoint>();
  for (const id of ["MAD-01", "mad-01", "Val-03"]) {
    const point = new PlayedPoint(id);
    await point.connect(useCases.charging);
    points.set(id, point);
  }
  const served = await serveSurface(
    createApp(useCases, { clock, requireSignIn: false }),
  );
  return {
    ...{ clock, points, useCases },
    state: (id: string) => useCases.charging.point(id)?.state,
    async run(args: readonly string[], typed: readonly string[] = []) {
      let out = "";
      let err = "";
      const ending = new AbortController();
      const io = createChargingConsoleIo({
        stdout: (text) => void (out += text),
        stderr: (text) => void (err += text),
        signal: ending.signal,
      });
      const moving = setInterval(() => void clock.run(50), 10);
      try {
        const code = await runChargingConsole([...args, "--node", served.url], {
          ...io,
          terminal: undefined,
          async *lines() {
            for (const line of typed) yield await Promise.resolve(line);
          },
        });
        return { code, out, err };
      } finally {
        clearInterval(moving);
      }
    },
    async [Symbol.asyncDispose]() {
      await served.stop();
      await node.stop();
    },
  };
}

Deno.test({
  name: "C-44: the console orders the point whose id was typed, over HTTP",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using rig = await createRig();
    const exact = await rig.run(["P", "mad-01"]);
    deepStrictEqual([exact.code, exact.out], [
      0,
      "PARAR mad-01: confirmado\n",
    ]);
    const other = await rig.run(["PARAR", "VAL-03"]);
    strictEqual(other.out, "PARAR Val-03: confirmado\n");
    const both = await rig.run(["P", "Mad-01"]);
    strictEqual(both.code, 1);
    match(both.out, /ambiguo/);
    deepStrictEqual(
      ["MAD-01", "mad-01", "Val-03"].map(rig.state),
      ["ACTIVADO", "FUERA_DE_SERVICIO", "FUERA_DE_SERVICIO"],
    );
  },
});

Deno.test({
  name:
    "C-52: PT and RT order every connected point; C-45: Q leaves the node as it is",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using rig = await createRig();
    await rig.points.get("Val-03")?.link?.ended();
    const stopped = await rig.run(["PT"]);
    deepStrictEqual([stopped.code, stopped.out], [
      0,
      "PARAR: enviado a 2 CPs, 2 confirmados\n",
    ]);
    const away = await rig.run(["R", "Val-03"]);
    strictEqual(
      away.out,
      "ERROR: CP Val-03 no está conectado por socket para recibir comandos.\n",
    );
    const { code, out } = await rig.run([], ["RA", "Q", "PT"]);
    strictEqual(code, 0);
    match(out, /^MAD-01: FUERA_DE_SERVICIO \(Out of Order\)$/m);
    match(out, /REANUDAR: enviado a 2 CPs, 2 confirmados/);
    deepStrictEqual(
      ["MAD-01", "mad-01"].map(rig.state),
      ["ACTIVADO", "ACTIVADO"],
    );
    ok(rig.useCases.charging.points({ limit: 9 }).items.length === 3);
  },
});
