/**
 * The store of a node on a simulated disk, as a node would open it.
 *
 * @module
 */
import type { TableSchema } from "../../crdt/mod.ts";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import type { Store, Writer } from "../../nodes/ports.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";

/** Opens a node's store. */
export function openNodeStore(disk: SimulatedDisk): Store {
  return openSimulatedStore(disk, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
    lendsRows: true,
  });
}

/** Deletes all rows of a table. */
export function clearTable(writer: Writer, table: TableSchema): void {
  for (const row of writer.scan(table)) {
    writer.delete(table, table.key.map((column) => row[column] ?? null));
  }
}
