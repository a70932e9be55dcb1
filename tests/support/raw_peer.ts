/**
 * The other end of a node's link, in a test's hands: it sends what the test says and keeps what comes.
 *
 * @module
 */
import {
  type Certificate,
  type Checkpoint,
  encodeCommit,
  type EncodedCommit,
  issueCertificate,
  type LogId,
  logIdOf,
  type Signer,
  signHead,
  type SpaceId,
  type Stamp,
} from "../../crdt/mod.ts";
import {
  decodeMessage,
  encodeMessage,
  type Link,
  type Message,
  type Transport,
} from "../../net/mod.ts";
import type {
  SimulatedMesh,
  SimulatedPeer,
} from "../simulation/scenario_peers.ts";

/** A peer that speaks only as told. */
export class RawPeer {
  /** What came, in order. */
  readonly received: Message[] = [];
  /** Why the link ended; undefined while it is up. */
  ended: string | undefined;
  /** What the handling of a frame waits for; nothing if undefined. */
  stall: Promise<void> | undefined;
  readonly #mesh: SimulatedMesh;
  readonly #identity: SimulatedPeer;
  readonly #transport: Transport;
  #link: Link | undefined;

  /**
   * Makes a peer without a link.
   *
   * @param mesh Whose network it is on.
   * @param identity Who it is; never started.
   */
  constructor(mesh: SimulatedMesh, identity: SimulatedPeer) {
    this.#mesh = mesh;
    this.#identity = identity;
    this.#transport = mesh.network.transport(identity.peer);
  }

  /** Connects to a node. */
  async connect(to: SimulatedPeer): Promise<void> {
    await this.#transport.start({
      linked: (link) => {
        this.#link = link;
      },
      received: (_link, frame) => {
        const message = decodeMessage(frame);
        if (message !== undefined) this.received.push(message);
        return this.stall;
      },
      drained: () => {},
      unlinked: (_link, reason) => {
        this.ended = reason;
      },
      discovered: () => {},
    });
    await this.#mesh.settle(
      this.#transport.dial(`/memory/${to.peer}`, {
        signal: new AbortController().signal,
      }),
    );
  }

  /** Connects and shows its certificate. */
  async join(
    to: SimulatedPeer,
    hello: Partial<Extract<Message, { kind: "hello" }>> = {},
  ): Promise<void> {
    await this.connect(to);
    this.hello(hello);
    await this.#mesh.run(5);
  }

  /** Shows its certificate, or what the test gives instead. */
  hello(hello: Partial<Extract<Message, { kind: "hello" }>> = {}): void {
    this.send({
      kind: "hello",
      root: this.#mesh.root.publicKey,
      chain: this.#mesh.certificate(this.#identity),
      addresses: [],
      digests: [],
      ...hello,
    });
  }

  /** Sends a message. */
  send(message: Message): void {
    this.sendFrame(encodeMessage(message));
  }

  /** Sends bytes. */
  sendFrame(frame: Uint8Array): void {
    this.#link?.send(frame);
  }

  /** The messages of a kind that came. */
  of<K extends Message["kind"]>(kind: K): Extract<Message, { kind: K }>[] {
    return this.received.filter((message) => message.kind === kind) as Extract<
      Message,
      { kind: K }
    >[];
  }

  /** Ends its link and its transport. */
  async stop(): Promise<void> {
    await this.#transport.stop();
  }
}

/** A log that a test writes by itself: commits without contents, or with what the test puts in. */
export interface RawLog {
  /** Its name. */
  readonly name: LogId;
  /** Its commits. */
  readonly commits: readonly EncodedCommit[];
  /** The message that carries some of them. */
  message(from?: number, to?: number): Extract<Message, { kind: "commits" }>;
}

/**
 * Writes a log.
 *
 * @param mesh The mesh.
 * @param writer Who writes it.
 * @param options Its space, its length, and what tells it from other logs.
 */
export function makeRawLog(
  mesh: SimulatedMesh,
  writer: SimulatedPeer,
  options: {
    readonly space: string;
    readonly length: number;
    readonly epoch?: number;
    readonly certificate?: Uint8Array;
    readonly signer?: Signer;
    readonly checkpoint?: (commits: readonly EncodedCommit[]) => Checkpoint;
  },
): RawLog {
  const space = options.space as SpaceId;
  const epoch = new Uint8Array(8);
  new DataView(epoch.buffer).setUint32(0, options.epoch ?? 1);
  const opening = { publicKey: writer.signer.publicKey, epoch };
  const log = logIdOf(space, opening);
  const commits: EncodedCommit[] = [];
  for (let seq = 1; seq <= options.length; seq++) {
    const stamp = (mesh.clock.now() * 65536 + seq).toString(16).padStart(
      16,
      "0",
    ) as Stamp;
    commits.push(encodeCommit({
      space,
      log,
      seq,
      prev: commits.at(-1)?.hash ?? null,
      stamp,
      changes: [],
      ...(seq === 1
        ? {
          opening,
          certificate: options.certificate ?? mesh.certificate(writer),
        }
        : {}),
      // The last commit is the checkpoint.
      ...(seq === options.length && options.checkpoint !== undefined
        ? { checkpoint: options.checkpoint(commits) }
        : {}),
    }));
  }
  return {
    name: log,
    commits,
    message(from = 1, to = options.length) {
      const last = commits[to - 1];
      if (last === undefined) throw new Error(`there is no commit ${to}`);
      const head = signHead(
        { log, seq: to, hash: last.hash },
        options.signer ?? writer.signer,
      );
      return {
        kind: "commits",
        log,
        bodies: commits.slice(from - 1, to).map(({ bytes }) => bytes),
        head: { seq: to, hash: last.hash, signature: head.signature },
      };
    },
  };
}

/** A certificate that differs in something from what a peer's invitation gives. */
export function makeCertificate(
  mesh: SimulatedMesh,
  peer: SimulatedPeer,
  changes: Partial<Certificate> & { readonly root?: Uint8Array },
  issuer: Signer = mesh.root,
): Uint8Array {
  return issueCertificate({
    kind: "member",
    root: issuer.publicKey,
    subject: peer.signer.publicKey,
    issuer: issuer.publicKey,
    serial: peer.signer.publicKey.slice(0, 8),
    notBefore: 0,
    notAfter: Date.UTC(2100, 0, 1),
    site: peer.site,
    roles: ["office"],
    grants: [{
      pattern: "*",
      verbs: ["read", "write", "price", "spend", "admin"],
    }],
    ...changes,
  }, issuer);
}
