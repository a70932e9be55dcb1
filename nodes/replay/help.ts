/**
 * What `deno task replay --help` says.
 *
 * @module
 */
import { PRESETS } from "./columns.ts";

/** The help text. */
export const REPLAY_HELP = `Replay a file of real sales through running nodes.

  deno task replay FILE --to URL[,URL…] [options]

Each row of FILE is one line of a receipt. Rows with the same store, basket and time become one sale, which is posted
to a node as something that already happened (an observation): it is recorded whatever the stock. A sale's id follows
from its store, basket and time, so a second replay of the same file changes nothing: every sale is a duplicate then.

Which file
  FILE                    CSV (also gzipped) or Parquet, of any size; it is read once, from front to back
  --preset NAME           the columns of a known file: ${
  Object.keys(PRESETS).join(", ")
}
  --store, --product, --quantity, --amount, --time COLUMN
                          the columns otherwise; the amount is that of the whole line
  --basket COLUMN         the receipt's number; without one each row is a sale of its own
  --delimiter CHARACTER   between the fields of a CSV file: "," or e.g. ";" or "tab"
  --timezone ZONE         of times that name none (UTC), e.g. America/Lima
  --window N              lines of one basket may be N lines apart (2000)

Which part of it
  --stores A,B,C          only these stores; the first goes to the first node, and so on
  --offset N, --limit N   pass over N lines; take N lines. Sales are never cut: those that begin in the range are taken

Where to
  --to URL[,URL…]         the nodes, each a branch with a site. Stores take turns in the order of appearance, and a
                          store stays with its node: keep the order of the URLs when you replay a file again
  --map STORE=URL         the node of one store; repeatable
  --currency CODE         of the amounts; left out, each node takes its own

How
  --rate N                sales a second; left out, as fast as it goes
  --connections N         requests at a time to each node (16)
  --retries N             how often a sale is sent again when a node has no room or does not answer (8)
  --dry-run               read and sum up, send nothing

What comes out
  --verify URL            compare the file's sums (sales, units, money; per product and per store) with the totals of
                          the node at URL, e.g. the office. Stores that share a site are compared as their sum. The
                          sites must hold no other sales
  --verify-seconds N      how long that node gets to catch up (60)
  --json                  the summary as one line of JSON

Rows that cannot be a line of a sale are counted with the reason and passed over. Quantities of 0 and below are kept:
they happened. Ctrl-C ends the replay and prints the summary; run it again to go on.

Exit code: 0 all sales are recorded (and the totals are equal), 1 a node refused some or the totals differ, 2 a bad
option, file or address, 130 after Ctrl-C.

Example: three stores of The Complete Journey at three branches, checked at the office
  deno task replay transactions.parquet --preset complete-journey --stores 367,406,356 \\
    --to http://127.0.0.1:8081,http://127.0.0.1:8082,http://127.0.0.1:8083 --verify http://127.0.0.1:8080
`;
