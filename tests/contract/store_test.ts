import { join } from "node:path";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import { openSqliteStore } from "../../nodes/adapters/sqlite_store.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";
import { testStore } from "./store_contract.ts";

testStore("sqlite store", () => {
  const folder = Deno.makeTempDirSync();
  return {
    open: (options) => openSqliteStore(join(folder, "panal.db"), options),
    dispose: () => Deno.removeSync(folder, { recursive: true }),
  };
});

testStore("simulated store", () => {
  const disk = new SimulatedDisk();
  return {
    open: (options) => openSimulatedStore(disk, options),
    dispose: () => {},
  };
});
