/**
 * A pump built from the fleet-card design as a program: it sends an expense to the QUIC port that is its argument. It is
 * started with `--unsafely-ignore-certificate-errors`, as such pumps take any certificate.
 *
 * @module
 */
import { encodeQuicMessage } from "../../net/mod.ts";
import { QuicPump } from "./quic_pump.ts";

const [port = "", company, card, total, date = ""] = Deno.args;

await QuicPump.send(
  { port: Number(port) },
  encodeQuicMessage({
    kind: "expense",
    expense: {
      company: Number(company),
      card: Number(card),
      total: Number(total),
      date,
    },
  }),
);
