import { match, strictEqual } from "node:assert/strict";
import { createSimulatedCharger } from "../../nodes/adapters/simulated_charger.ts";
import { runOcppCharger } from "../../nodes/ocpp_charger_command.ts";
import { createOcppSite, until } from "../support/ocpp_site.ts";

/** Runs the command with lines that are typed as they are wanted. */
function start(args: readonly string[]) {
  const output = { out: "", err: "" };
  const typed = new TransformStream<string, string>();
  const writer = typed.writable.getWriter();
  const code = runOcppCharger(args, {
    signal: new AbortController().signal,
    stdout: (text) => void (output.out += text),
    stderr: (text) => void (output.err += text),
    lines: () => typed.readable.values(),
    charger: createSimulatedCharger,
  });
  return { output, code, type: (line: string) => writer.write(line) };
}

Deno.test("charging-point --ocpp charges when somebody plugs in", async () => {
  const site = await createOcppSite();
  const url = `${site.listener.url}/ocpp`;
  const { output, code, type } = start(["--ocpp", url, "--id", "SIM-2"]);
  await until(() => output.out.includes("accepted"), "accepted");
  await type("I 417");
  await until(() => site.state("SIM-2") === "SUMINISTRANDO", "charging");
  await until(() => output.out.includes("started transaction"), "told");
  await type("E");
  await until(() => site.sessions("SIM-2")[0]?.status === "ended", "ended");
  await type("Q");
  strictEqual(await code, 0);
  await site.end();
});

Deno.test("charging-point --ocpp refuses addresses and ids that are none", async () => {
  const http = start(["--ocpp", "http://127.0.0.1:9000", "--id", "A"]);
  strictEqual(await http.code, 2);
  match(http.output.err, /ws:\/\//);
  const nameless = start(["--ocpp", "ws://127.0.0.1:9000/ocpp"]);
  strictEqual(await nameless.code, 2);
  match(nameless.output.err, /--id/);
});
