/**
 * A line between two programs of one machine that can be cut and healed without rights of an administrator: whoever is
 * told only the relay's address is cut off with it.
 *
 * @module
 */

/** A relay that runs. */
export interface TcpRelay {
  /** The port on 127.0.0.1 where it listens. */
  readonly port: number;
  /** How many lines are up. */
  readonly lines: number;
  /** Ends all lines and refuses new ones. */
  cut(): void;
  /** Takes new lines again. */
  heal(): void;
  /** Ends all lines and stops listening; a second call does nothing. */
  stop(): Promise<void>;
}

/** Where a relay leads. */
export interface RelayTarget {
  /** A host name or address. */
  readonly hostname: string;
  /** Its port. */
  readonly port: number;
}

const BUFFER_BYTES = 64 * 1024;

/**
 * Starts a relay on a free port of 127.0.0.1.
 *
 * @param target Where each line leads.
 * @returns The relay, which takes lines.
 */
export function startTcpRelay(target: RelayTarget): TcpRelay {
  return new Relay(target);
}

class Relay implements TcpRelay {
  readonly #target: RelayTarget;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #sockets = new Set<Deno.TcpConn>();
  readonly #lines = new Set<Promise<void>>();
  readonly #listening: Promise<void>;
  #state: "open" | "cut" | "stopped" = "open";

  constructor(target: RelayTarget) {
    this.#target = target;
    this.#listening = this.#listen();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  get lines(): number {
    return this.#lines.size;
  }

  cut(): void {
    if (this.#state === "open") this.#state = "cut";
    for (const socket of this.#sockets) this.#close(socket);
  }

  heal(): void {
    if (this.#state === "cut") this.#state = "open";
  }

  async stop(): Promise<void> {
    if (this.#state !== "stopped") this.#listener.close();
    this.#state = "stopped";
    this.cut();
    await this.#listening;
    await Promise.all(this.#lines);
  }

  async #listen(): Promise<void> {
    while (this.#state !== "stopped") {
      let near: Deno.TcpConn;
      try {
        near = await this.#listener.accept();
      } catch {
        // The listener was closed, or the other end went away before it was taken.
        continue;
      }
      this.#sockets.add(near);
      const line: Promise<void> = this.#carry(near).finally(() => {
        this.#lines.delete(line);
      });
      this.#lines.add(line);
    }
  }

  /** Carries one line until both directions have ended; never rejects. */
  async #carry(near: Deno.TcpConn): Promise<void> {
    let far: Deno.TcpConn | undefined;
    try {
      if (this.#state === "open") far = await Deno.connect(this.#target);
    } catch {
      // Nobody listens there: the line ends, as it would without the relay.
    }
    if (far !== undefined) {
      this.#sockets.add(far);
      // It may have been cut while it was being connected.
      if (this.#state === "open" && this.#sockets.has(near)) {
        await Promise.all([this.#copy(near, far), this.#copy(far, near)]);
      }
      this.#close(far);
    }
    this.#close(near);
  }

  async #copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(BUFFER_BYTES);
    try {
      for (;;) {
        const length = await from.read(buffer);
        if (length === null) return await to.closeWrite();
        let rest = buffer.subarray(0, length);
        while (rest.length > 0) rest = rest.subarray(await to.write(rest));
      }
    } catch {
      // One end is gone, so the line is.
      this.#close(from);
      this.#close(to);
    }
  }

  #close(socket: Deno.TcpConn): void {
    if (this.#sockets.delete(socket)) socket.close();
  }
}
