/**
 * Memory and CPU time of another process, as Linux shows them under `/proc`. Elsewhere they are not known (NaN).
 *
 * @module
 */

const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 200;

async function readProc(pid: number, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

/** Resident memory in MB (10^6 bytes), as it is now; NaN if not known. */
export async function residentMb(pid: number): Promise<number> {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(await readProc(pid, "status"));
  return match === null ? NaN : Number(match[1]) * 1024 / 1e6;
}

/** CPU seconds used since the process started, all threads together; NaN if not known. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readProc(pid, "stat");
  // The program's name may hold spaces; it ends at the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === ""
    ? NaN
    : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Watches the resident memory of a process. */
export interface MemoryWatch {
  /** Ends it and tells the most MB that were seen. */
  stop(): Promise<number>;
}

/** Samples a process's resident memory until it is stopped. */
export function watchMemory(pid: number): MemoryWatch {
  let most = NaN;
  const sample = async () => {
    const now = await residentMb(pid);
    if (!(most >= now)) most = now;
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await sample();
      return most;
    },
  };
}

/**
 * Waits until a process uses less than a twentieth of a core for some time.
 *
 * @param pid The process.
 * @param mostMs How long to wait at most.
 * @param quietMs For how long it must be idle.
 */
export async function untilIdle(
  pid: number,
  mostMs: number,
  quietMs: number = SAMPLE_IDLE_MS,
): Promise<void> {
  const end = performance.now() + mostMs;
  let quiet = 0;
  while (performance.now() < end && quiet < quietMs) {
    const before = await cpuSeconds(pid);
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_IDLE_MS));
    const isBusy = await cpuSeconds(pid) - before > SAMPLE_IDLE_MS / 20_000;
    quiet = isBusy ? 0 : quiet + SAMPLE_IDLE_MS;
  }
}

const SAMPLE_IDLE_MS = 500;
