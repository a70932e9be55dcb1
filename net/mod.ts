/**
 * Moving bytes between peers: the transports, framing, dialing, the replication protocol's messages, and the
 * codecs of installed programs.
 *
 * @module
 */
export * from "./address.ts";
export * from "./credit_link.ts";
export * from "./dialer.ts";
export * from "./frame.ts";
export * from "./frame_listener.ts";
export * from "./kafka.ts";
export * from "./legacy/branch_sync.ts";
export * from "./legacy/branch_sync_message.ts";
export * from "./legacy/branch_sync_numbers.ts";
export * from "./legacy/branch_sync_time.ts";
export * from "./legacy/branch_sync_values.ts";
export * from "./legacy/charging_frames.ts";
export * from "./legacy/charging_text.ts";
export * from "./legacy/charging_text_splitter.ts";
export * from "./legacy/fernet.ts";
export * from "./legacy/charging_topics.ts";
export * from "./legacy/driver_topics.ts";
export * from "./legacy/fleet.ts";
export * from "./legacy/fleet_admin.ts";
export * from "./legacy/fleet_datagrams.ts";
export * from "./legacy/fleet_frames.ts";
export * from "./legacy/fleet_handshake.ts";
export { U32_MAX } from "./legacy/fleet_json.ts";
export * from "./legacy/fleet_messages.ts";
export * from "./legacy/forecourt.ts";
export * from "./legacy/forecourt_control_messages.ts";
export * from "./legacy/forecourt_pump_messages.ts";
export * from "./legacy/forecourt_sale.ts";
export * from "./legacy/forecourt_station_rest.ts";
export * from "./legacy/forecourt_time.ts";
export * from "./legacy/forecourt_values.ts";
export * from "./legacy/ocpp.ts";
export * from "./legacy/ocpp_messages.ts";
export * from "./legacy/ocpp_meter.ts";
export { encodeOcppTime, parseOcppTime } from "./legacy/ocpp_values.ts";
export * from "./libp2p_transport.ts";
export * from "./limits.ts";
export * from "./line_splitter.ts";
export * from "./memory_faults.ts";
export * from "./memory_transport.ts";
export * from "./messages.ts";
export {
  TCP_DRAIN_MS_MAX,
  TCP_LINGER_MS,
  TCP_QUEUE_BYTES_MAX,
  type TcpAddress,
  type TcpBounds,
  type TcpConnection,
  type TcpEnd,
  type TcpReader,
} from "./tcp_connection.ts";
export * from "./tcp_listener.ts";
export * from "./network_range.ts";
export * from "./transport.ts";
export * from "./udp_listener.ts";
export * from "./websocket_frames.ts";
export * from "./websocket_listener.ts";
export * from "./websocket_upgrade.ts";
