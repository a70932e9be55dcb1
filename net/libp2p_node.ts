/**
 * The libp2p node under the transport: which parts of libp2p are used and how they are set.
 *
 * @module
 */
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import { identify } from "@libp2p/identify";
import type { Libp2p } from "@libp2p/interface";
import { mdns, type MulticastDNSComponents } from "@libp2p/mdns";
import { tcp } from "@libp2p/tcp";
import { createLibp2p } from "libp2p";
import { sha256, toHex } from "../crdt/ids.ts";
import type { Random } from "../crdt/random.ts";
import { DIAL_MS_MAX, LINK_WINDOW_BYTES, LINKS_MAX } from "./limits.ts";

/** Connections beyond the links: those being opened, refused or closed. */
const SPARE_CONNECTIONS = 64;
/** New connections from one address in a second; a demonstration has a whole mesh on one machine. */
const CONNECTIONS_PER_SECOND_MAX = 100;
/** TCP asks a silent other end for a sign of life after this time, in milliseconds. */
const TCP_KEEP_ALIVE_MS = 15_000;

/** What a node needs. */
export interface Libp2pNodeInit {
  /** 32 bytes from which the Ed25519 key is made. */
  readonly privateKeySeed: Uint8Array;
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[];
  /** Names the mesh on the local network. */
  readonly meshName: string;
  /** Names this node's mDNS answers. */
  readonly random: Random;
  /** Called with what mDNS shows; no mDNS if left out. */
  readonly discovered: ((addresses: readonly string[]) => void) | undefined;
}

/**
 * Makes a node that has not started.
 *
 * @param init Its settings.
 * @returns The node.
 */
export async function createLibp2pNode(init: Libp2pNodeInit): Promise<Libp2p> {
  const socketOptions = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
  };
  return await createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed("Ed25519", init.privateKeySeed),
    addresses: { listen: [...init.listen] },
    transports: [tcp({ dialOpts: socketOptions, listenOpts: socketOptions })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      // Room for a window and its acknowledgements on a long line; the stream's own window opens as the line is slow.
      yamux({ streamOptions: { maxStreamWindowSize: 2 * LINK_WINDOW_BYTES } }),
    ],
    connectionManager: {
      maxConnections: LINKS_MAX + SPARE_CONNECTIONS,
      maxIncomingPendingConnections: SPARE_CONNECTIONS,
      inboundConnectionThreshold: CONNECTIONS_PER_SECOND_MAX,
      dialTimeout: DIAL_MS_MAX,
      addressDialTimeout: DIAL_MS_MAX,
      inboundUpgradeTimeout: DIAL_MS_MAX,
      reconnectRetries: 0,
    },
    // Each link watches its own other end; libp2p's monitor would only add a stream every ten seconds.
    connectionMonitor: { enabled: false },
    // Answers who asks, for other libp2p programs; what Panal needs to know is said over the link.
    services: { identify: identify({ runOnConnectionOpen: false }) },
    peerDiscovery: init.discovered === undefined
      ? []
      : [localDiscovery(init, init.discovered)],
  });
}

/**
 * The mDNS service name of a mesh.
 *
 * @param meshName The mesh's name; only its hash is shown on the local network.
 * @returns `_panal-<16 hexadecimal digits>._udp.local`.
 */
export function serviceTagOf(meshName: string): string {
  const digest = toHex(sha256(new TextEncoder().encode(meshName)));
  return `_panal-${digest.slice(0, 8)}._udp.local`;
}

function localDiscovery(
  init: Libp2pNodeInit,
  discovered: (addresses: readonly string[]) => void,
) {
  const create = mdns({
    serviceTag: serviceTagOf(init.meshName),
    peerName: toHex(init.random.bytes(16)),
  });
  return (components: MulticastDNSComponents) => {
    const discovery = create(components);
    // libp2p's own event comes once for each peer; an answer may show new addresses of a known one.
    discovery.addEventListener("peer", (event) => {
      const { id, multiaddrs } = event.detail;
      discovered(multiaddrs.map((address) => `${address}/p2p/${id}`));
    });
    return discovery;
  };
}
