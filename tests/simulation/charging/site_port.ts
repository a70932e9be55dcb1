/**
 * What runs beside a charging node: the port that monitors dial, and the topics. It ends in order, or with its machine.
 *
 * @module
 */
import {
  type Clock,
  createSeededRandom,
  PanalError,
} from "../../../crdt/mod.ts";
import type {
  KafkaBroker,
  KafkaSession,
  TcpConnection,
} from "../../../net/mod.ts";
import { ChargingTopics } from "../../../nodes/charging/charging_topics.ts";
import type { PointId } from "../../../nodes/charging/charging_use_cases.ts";
import {
  HEARTBEAT_SECONDS,
  OcppPoint,
  OcppPoints,
  START_MS,
} from "../../../nodes/charging/ocpp_point.ts";
import { CALL_MS } from "../../../nodes/charging/ocpp_rpc.ts";
import { PointPort } from "../../../nodes/charging/point_port.ts";
import {
  connectInMemory,
  type MemoryEnd,
} from "../../support/memory_connection.ts";
import type { MemoryKafka } from "../../support/memory_kafka.ts";
import type { Beside, SimulatedPeer } from "../scenario_peers.ts";

/** Decimal places of amounts. */
const EXPONENT = 2;

/** Towards chargers, as nodes are set unless told otherwise. */
const OCPP = {
  heartbeatSeconds: HEARTBEAT_SECONDS,
  startMs: START_MS,
  callMs: CALL_MS,
};
const SILENT = { log: () => {} };
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** What a site's port works with. */
export interface SitePortParts {
  /** The peer; its node has started. */
  readonly peer: SimulatedPeer;
  /** Its clock. */
  readonly clock: Clock;
  /** The broker that every node reaches. */
  readonly kafka: MemoryKafka;
  /** Its chance. */
  readonly seed: number;
}

/** A node's port and topics. */
export class SitePort implements Beside {
  /** The topics. */
  readonly topics: ChargingTopics;
  readonly #parts: SitePortParts;
  readonly #node: SimulatedPeer["node"];
  readonly #port: PointPort;
  readonly #chargers = new OcppPoints();
  readonly #ends = new Set<MemoryEnd>();
  readonly #sessions = new Set<KafkaSession>();
  #losing = 0;

  /**
   * Makes it for a node that runs.
   *
   * @param parts What it works with.
   */
  constructor(parts: SitePortParts) {
    const { peer, clock, seed } = parts;
    this.#parts = parts;
    this.#node = peer.node;
    const charging = peer.node?.useCases.charging;
    if (charging === undefined || peer.site === null) {
      throw new Error("a charging node has a site");
    }
    const logger = SILENT;
    this.#port = new PointPort({ charging, clock, logger });
    this.topics = new ChargingTopics({
      ...{ charging, clock, logger, site: peer.site, exponent: EXPONENT },
      broker: this.#broker(),
      random: createSeededRandom(seed),
      incidents: { report: () => {} },
    });
  }

  /** Whether the process lives: what a dead one says nobody hears. */
  get lives(): boolean {
    const { peer } = this.#parts;
    return peer.node === this.#node && !peer.disk.isHalted;
  }

  start(): Promise<void> {
    this.topics.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const isInOrder = this.lives;
    for (const end of [...this.#ends]) {
      if (isInOrder) end.close();
      else end.destroy();
    }
    if (!isInOrder) {
      for (const session of this.#sessions) this.#parts.kafka.end(session);
    }
    await this.topics.stop();
    this.#port.stop();
  }

  /** The answers to this node's next writes are lost on their way. */
  loseAnswers(count: number): void {
    this.#losing = count;
  }

  /** A monitor dials. */
  dial(): TcpConnection {
    const { clock } = this.#parts;
    const [its, own] = connectInMemory(clock);
    this.#ends.add(own);
    const reader = this.#port.open({
      write: (bytes, flushed) => this.lives && own.write(bytes, flushed),
      close: () => own.close(),
    });
    own.start({
      chunk: (bytes) => this.lives ? reader.chunk(bytes) : undefined,
      ended: () => this.lives ? reader.ended() : undefined,
      closed: (why) => {
        this.#ends.delete(own);
        if (this.lives) reader.closed(why);
      },
    });
    return its;
  }

  /** A charger dials; each write is a message. */
  dialAsCharger(id: string): TcpConnection {
    const { clock, peer } = this.#parts;
    const [its, own] = connectInMemory(clock);
    this.#ends.add(own);
    const point = new OcppPoint({
      point: id as PointId,
      charging: (this.#node ?? raise(peer.name)).useCases.charging,
      link: {
        send: (text) => this.lives && own.write(ENCODER.encode(text)),
        close: () => own.close(),
      },
      ...{ points: this.#chargers, settings: OCPP, clock, logger: SILENT },
      drop: () => {},
    });
    own.start({
      chunk: (bytes) =>
        this.lives ? point.receive(DECODER.decode(bytes)) : undefined,
      ended: () => own.close(),
      closed: () => {
        this.#ends.delete(own);
        if (this.lives) point.ended().catch(() => {});
      },
    });
    point.opened().catch(() => {});
    return its;
  }

  #broker(): KafkaBroker {
    const { kafka } = this.#parts;
    return {
      address: kafka.address,
      connect: async () => {
        const session = await kafka.connect();
        this.#sessions.add(session);
        this.#endWithMachine(session);
        this.#loseSomeAnswers(session);
        return session;
      },
    };
  }

  /** What a dead machine was about to say to the broker is not said. */
  #endWithMachine(session: KafkaSession): void {
    const check = () => {
      if (!this.lives) this.#parts.kafka.end(session);
    };
    const { send, openReader, join } = session;
    session.send = (messages) => {
      check();
      return send.call(session, messages);
    };
    session.openReader = () => {
      const reader = openReader.call(session);
      return {
        read(positions, waitMs) {
          check();
          return reader.read(positions, waitMs);
        },
      };
    };
    session.join = async (...args) => {
      const membership = await join.apply(session, args);
      return {
        ...membership,
        commit(offsets) {
          check();
          return membership.commit(offsets);
        },
      };
    };
  }

  #loseSomeAnswers(session: KafkaSession): void {
    const send = session.send.bind(session);
    session.send = async (messages) => {
      await send(messages);
      if (this.#losing === 0) return;
      this.#losing--;
      this.#parts.kafka.end(session);
      throw new PanalError("link_closed", "The answer was lost");
    };
  }
}

function raise(name: string): never {
  throw new Error(`${name} has not started`);
}
