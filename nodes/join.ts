/**
 * Redeeming an invitation: the joining node dials the issuer, shows the token and gets its certificate; the issuer
 * stores the token's nonce before it answers.
 *
 * @module
 */
import {
  type Clock,
  type Invitation,
  PanalError,
  peerIdOf,
  type Random,
  type SignatureScheme,
  type Signer,
} from "../crdt/mod.ts";
import {
  decodeMessage,
  encodeMessage,
  peerOfAddress,
  type Transport,
} from "../net/mod.ts";
import {
  checkGivenChain,
  type MeshPlace,
  redeemInvitation,
} from "./membership.ts";
import type { Replica } from "./replica.ts";
import { REDEEMED } from "./tables.ts";

/** Longest time for one address of the issuer to answer, in milliseconds. */
const JOIN_MS_MAX = 15_000;

/**
 * Gets a certificate for an invitation.
 *
 * @param transport A transport of the joining node that has not started; it is stopped afterwards.
 * @param invitation The invitation and its token.
 * @param options The joining node's key, further addresses, and the surroundings.
 * @returns The chain.
 * @throws {PanalError} `invalid_token` if the issuer refuses, `dial_failed` if it cannot be reached.
 */
export async function requestMembership(
  transport: Transport,
  invitation: { readonly token: string; readonly content: Invitation },
  options: {
    readonly publicKey: Uint8Array;
    readonly signatures: SignatureScheme;
    readonly clock: Clock;
    /** Where to dial besides the addresses that the invitation names. */
    readonly addresses: readonly string[];
  },
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const issuer = peerIdOf(invitation.content.issuer);
  let reached = false;
  await transport.start({
    linked: (link) => {
      if (link.peer === issuer) {
        reached = true;
        link.send(encodeMessage({ kind: "join", token: invitation.token }));
      } else link.close("it is not who was to be asked");
    },
    received: (link, frame) => {
      const message = decodeMessage(frame);
      if (link.peer !== issuer || message === undefined) return;
      if (message.kind === "refused") {
        reject(
          new PanalError(
            "invalid_token",
            `The invitation was refused: ${message.reason}`,
          ),
        );
      }
      if (message.kind !== "joined") return;
      const own = {
        publicKey: options.publicKey,
        signatures: options.signatures,
      };
      const place = checkGivenChain(message.chain, invitation.content, own);
      if (place.ok) resolve(message.chain);
      else {reject(
          new PanalError(
            "invalid_token",
            `The issuer gave a wrong certificate: ${place.error}`,
          ),
        );}
    },
    drained: () => {},
    unlinked: (link, reason) => {
      if (link.peer !== issuer) return;
      reject(
        new PanalError("dial_failed", `The issuer ended the link: ${reason}`),
      );
    },
    discovered: () => {},
  });
  const giveUp = new AbortController();
  // What a person named comes first: an invitation's addresses may lead nowhere from here.
  const addresses = [
    ...new Set([...options.addresses, ...invitation.content.addresses]),
  ].filter((address) => (peerOfAddress(address) ?? issuer) === issuer);
  const timer = options.clock.timer(JOIN_MS_MAX, () => {
    giveUp.abort();
    reject(
      new PanalError(
        "dial_failed",
        "The node that made the invitation did not answer in time",
      ),
    );
  });
  try {
    const { signal } = giveUp;
    const isReached = () => reached;
    await Promise.race([
      promise,
      dialAny(transport, addresses, { signal, isReached }),
    ]);
    return await promise;
  } finally {
    timer.cancel();
    giveUp.abort();
    promise.catch(() => {});
    await transport.stop();
  }
}

async function dialAny(
  transport: Transport,
  addresses: readonly string[],
  { signal, isReached }: {
    readonly signal: AbortSignal;
    readonly isReached: () => boolean;
  },
): Promise<void> {
  let last: unknown;
  for (const address of addresses) {
    try {
      await transport.dial(address, { signal });
      // An address that names nobody may lead to another node.
      if (isReached()) return;
    } catch (error) {
      last = error;
    }
  }
  const where = addresses.length === 0
    ? "the invitation names no address"
    : addresses.join(", ");
  throw new PanalError(
    "dial_failed",
    `The node that made the invitation cannot be reached (${where})`,
    {
      cause: last,
    },
  );
}

/**
 * Makes the issuer's side: redeems each invitation once. The same node may ask again and gets the same certificate.
 *
 * @param parts The issuer's place, key and surroundings.
 * @returns A function for the replicator.
 */
export function createRedeem(
  parts: {
    readonly replica: () => Replica;
    readonly place: MeshPlace;
    readonly signer: Signer;
    readonly signatures: SignatureScheme;
    readonly clock: Clock;
    readonly random: Random;
  },
): (
  token: string,
  publicKey: Uint8Array,
) => { readonly chain: Uint8Array } | { readonly reason: string } {
  const { place, signer, signatures, clock, random } = parts;
  return (token, publicKey) => {
    const redeemed = redeemInvitation({
      place,
      signer,
      signatures,
      token,
      peerPublicKey: publicKey,
      now: clock.now(),
      random,
    });
    if (!redeemed.ok) return { reason: redeemed.error };
    const { chain, invitation } = redeemed.value;
    const peer = peerIdOf(publicKey);
    try {
      return parts.replica().transact((writer) => {
        const used = writer.get(REDEEMED, [invitation.nonce]);
        if (used !== undefined && used["peer"] !== peer) {
          return { reason: "the invitation was used before" };
        }
        if (used !== undefined) return { chain: used["chain"] as Uint8Array };
        writer.put(REDEEMED, {
          nonce: invitation.nonce,
          peer,
          at: clock.now(),
          chain,
        });
        return { chain };
      });
    } catch {
      return { reason: "the node cannot store that the invitation was used" };
    }
  };
}
