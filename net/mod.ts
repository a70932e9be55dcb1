/**
 * Moving bytes between peers: the transports, framing, dialing and the replication protocol's messages.
 *
 * @module
 */
export * from "./address.ts";
export * from "./credit_link.ts";
export * from "./dialer.ts";
export * from "./frame.ts";
export * from "./libp2p_transport.ts";
export * from "./limits.ts";
export * from "./memory_faults.ts";
export * from "./memory_transport.ts";
export * from "./messages.ts";
export * from "./transport.ts";
