/**
 * The listener of the registry of charging points: HTTPS with a certificate that it makes for itself, which monitors do
 * not verify, or with the node's own.
 *
 * @module
 */
import { isLoopback, type ListenAddress } from "../surfaces.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from "./http_server.ts";
import { createSelfSigned } from "./self_signed.ts";

/** What the registry listens with. */
export interface RegistryListener {
  /** Answers requests. */
  readonly handler: HttpServerOptions["handler"];
  /** The certificate of `--tls-cert`; undefined to make one. */
  readonly tls?: HttpServerOptions["tls"];
  /** Is told what the handler threw. */
  readonly onError?: (error: unknown) => void;
  /** Wall time in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Listens for monitors that register.
 *
 * @param at Where.
 * @param registry Who answers, and with which certificate.
 * @returns The listener, once the port is bound.
 * @throws {PanalError} `config_invalid` if the port cannot be bound, or the certificate cannot be used.
 */
export function listenForRegistrations(
  at: ListenAddress,
  { tls, now, ...options }: RegistryListener,
): Promise<HttpServer> {
  return startHttpServer({
    ...at,
    ...options,
    tls: tls ?? createSelfSigned("localhost", now()),
  });
}

/**
 * Whether an address is this machine's.
 *
 * @param address A network address, as a listener sees it.
 * @returns True for loopback and for the addresses of its network interfaces.
 */
export function isOwnAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return isLoopback(plain) ||
    Deno.networkInterfaces().some((own) => own.address === plain);
}
