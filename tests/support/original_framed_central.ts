/**
 * A double of an original central that speaks in frames, byte by byte as its protocol's page says (8.1 to 8.5) and without
 * any of the node's own code: what one read brings is one message, and what is glued behind it is lost.
 *
 * @module
 */

const [STX, ETX, EOT, ENQ, ACK, NACK] = [0x02, 0x03, 0x04, 0x05, 0x06, 0x15];
const READ_MAX = 1024;

/** A frame: STX, the text, ETX, and the exclusive or of all before. */
function frame(text: string): Uint8Array<ArrayBuffer> {
  const bytes = [STX, ...new TextEncoder().encode(text), ETX];
  return Uint8Array.from([...bytes, bytes.reduce((a, b) => a ^ b, 0)]);
}

/** The text of the first frame of a read; undefined if the read does not begin with a whole one. */
function firstText(read: Uint8Array): string | undefined {
  const end = read.indexOf(ETX);
  if (read[0] !== STX || end < 0 || end + 1 >= read.length) return undefined;
  const lrc = read.subarray(0, end + 1).reduce((a, b) => a ^ b, 0);
  if (lrc !== read[end + 1]) return undefined;
  return new TextDecoder().decode(read.subarray(1, end));
}

/** The program. */
export class OriginalFramedCentral {
  /** Texts of frames that came whole, in order, each behind what came it on: `monitor` or `query`. */
  readonly heard: string[] = [];
  /** Reads that it could make nothing of. */
  readonly lost: string[] = [];
  /** Whose session each point has. */
  readonly sessions = new Map<string, string>();
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #known = new Set<string>();
  readonly #open = new Set<Deno.Conn>();
  #monitor: Deno.Conn | undefined;

  /** It listens from the beginning. */
  constructor() {
    void this.#accept();
  }

  /** Where it listens. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Sends a command to the monitor. */
  async command(text: string): Promise<void> {
    await this.#monitor?.write(frame(text));
  }

  /** Closes the monitor's connection. */
  drop(): void {
    this.#close(this.#monitor);
  }

  /** Ends it. */
  stop(): void {
    this.#listener.close();
    for (const one of [...this.#open]) this.#close(one);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      // A connection that was closed in the middle of a read has nothing more to say.
      this.#serve(connection).catch(() => {}).finally(() =>
        this.#close(connection)
      );
    }
  }

  #close(connection: Deno.Conn | undefined): void {
    if (connection !== undefined && this.#open.delete(connection)) {
      connection.close();
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const read = async () => {
      const buffer = new Uint8Array(READ_MAX);
      const length = await connection.read(buffer);
      return length === null ? undefined : buffer.subarray(0, length);
    };
    const hello = await read();
    if (hello?.length !== 1 || hello[0] !== ENQ) return;
    await connection.write(Uint8Array.of(ACK));
    const first = firstText(await read() ?? new Uint8Array());
    const [word, point = ""] = first?.split("#") ?? [];
    if (word === "CHECK_SESSION") {
      this.heard.push(`query ${first}`);
      const answer = frame(this.sessions.get(point) ?? "NO_SESSION");
      await connection.write(Uint8Array.of(ACK, ...answer, ACK, EOT));
      return;
    }
    if (word !== "REGISTER") {
      this.lost.push(`first: ${first}`);
      await connection.write(Uint8Array.of(NACK));
      return;
    }
    this.heard.push(`monitor ${first}`);
    this.#monitor = connection;
    const result = this.#known.has(point) ? "RECONNECT" : "FIRST";
    this.#known.add(point);
    await connection.write(Uint8Array.of(ACK));
    await connection.write(frame(`REGISTER_RESULT#${result}`));
    await this.#listen(connection, read);
  }

  async #listen(
    connection: Deno.Conn,
    read: () => Promise<Uint8Array | undefined>,
  ): Promise<void> {
    let bad = 0;
    for (let got = await read(); got !== undefined; got = await read()) {
      const lone = got.length === 1 ? got[0] : undefined;
      if (lone === ACK || lone === NACK) continue;
      if (lone === EOT) return void await connection.write(Uint8Array.of(ACK));
      const text = firstText(got);
      if (text === undefined) {
        this.lost.push(got.toHex());
        if (++bad > 1) return;
        continue;
      }
      bad = 0;
      this.heard.push(`monitor ${text}`);
      await connection.write(Uint8Array.of(ACK));
    }
  }
}
