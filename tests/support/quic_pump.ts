/**
 * A pump built from the fleet-card design: it sends messages to another over QUIC, one a stream.
 *
 * @module
 */

/** Whom a pump dials. */
export interface QuicTarget {
  /** The QUIC port. */
  readonly port: number;
  /** Its certificate as PEM; left out by a program that was started to take any. */
  readonly certificate?: string;
}

/** A connection of such a pump. */
export class QuicPump {
  readonly #endpoint: Deno.QuicEndpoint;
  readonly #connection: Deno.QuicConn;

  private constructor(
    endpoint: Deno.QuicEndpoint,
    connection: Deno.QuicConn,
  ) {
    this.#endpoint = endpoint;
    this.#connection = connection;
  }

  /**
   * Connects.
   *
   * @param to The QUIC port of the other pump, and its certificate: the runtime's client checks it.
   * @param alpnProtocols What it offers: nothing, as the design has it.
   * @returns The connection.
   */
  static async connect(
    { port, certificate }: QuicTarget,
    alpnProtocols: string[] = [],
  ): Promise<QuicPump> {
    const endpoint = new Deno.QuicEndpoint({ hostname: "0.0.0.0", port: 0 });
    try {
      const connection = await Deno.connectQuic({
        ...{ hostname: "127.0.0.1", serverName: "localhost", port },
        ...{ endpoint, alpnProtocols },
        ...(certificate === undefined ? {} : { caCerts: [certificate] }),
        keepAliveInterval: 1_000,
      });
      return new QuicPump(endpoint, connection);
    } catch (error) {
      endpoint.close();
      throw error;
    }
  }

  /**
   * Connects, sends each message on a stream of its own, and closes once the other end has them.
   *
   * @param to The QUIC port of the other pump, and its certificate.
   * @param messages The messages.
   */
  static async send(
    to: QuicTarget,
    ...messages: readonly Uint8Array[]
  ): Promise<void> {
    const pump = await QuicPump.connect(to);
    for (const message of messages) {
      const stream = await pump.#connection.createUnidirectionalStream();
      const writer = stream.getWriter();
      if (message.length > 0) await writer.write(message);
      await writer.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    pump.close();
  }

  /**
   * Sends the beginning of a message.
   *
   * @param bytes The beginning.
   */
  async begin(bytes: Uint8Array): Promise<void> {
    const stream = await this.#connection.createUnidirectionalStream();
    await stream.getWriter().write(bytes);
  }

  /** Closes. */
  close(): void {
    this.#connection.close();
    this.#endpoint.close();
  }
}
