// What the window knows without asking: the last message of each type on the live channel.
import type { Coverage, CrashStatus, Drag, Live, RunCounts, Status, WorkerStatus } from "../bindings";

export const LANES = 8;

export class LiveState {
  known = $state.raw(false);
  status = $state.raw<Status | null>(null);
  broken = $state.raw<string | null>(null);
  change = $state.raw(-1);
  coverage = $state.raw<Coverage | null>(null);
  caution = $state.raw<string | null>(null);
  drag = $state.raw<Drag | null>(null);
  finished = $state.raw<{ counts: RunCounts; stopped: string | null } | null>(null);
  /** When something was last stored while this window looked on. */
  lastStored = $state.raw<number | null>(null);
  /** By the path of a file: the deaths of workers that had it, in this run. Another map only when there are others. */
  deaths = $state.raw<ReadonlyMap<string, CrashStatus[]>>(new Map());

  constructor(private readonly note: (text: string) => void = () => undefined) {}

  reduce(message: Live): void {
    switch (message.type) {
      case "status":
        this.known = true;
        this.status = message.status;
        this.broken = message.broken;
        this.#count(message.status?.crashes ?? []);
        // A round that goes on again makes the card of the last one stale.
        if (message.status && !message.status.idle && this.finished) this.finished = null;
        break;
      case "library":
        if (this.change >= 0 && message.change > this.change) this.lastStored = Date.now();
        this.change = message.change;
        this.coverage = message.coverage;
        this.caution = message.caution;
        break;
      case "models":
      case "pull":
      case "choices":
      case "settings":
      case "count":
      case "closing":
      case "show_folders":
        break;
      case "drag":
        this.drag = message.drag;
        break;
      case "note":
        this.note(message.text);
        break;
      case "finished":
        this.finished = { counts: message.counts, stopped: message.stopped };
        break;
    }
  }

  dismissFinished(): void {
    this.finished = null;
  }

  #count(crashes: CrashStatus[]): void {
    const known = [...this.deaths.values()].flat();
    const isSame = crashes.every(({ pid, path }) => path === null || known.some((one) => one.pid === pid));
    if (isSame && known.length <= crashes.length) return;
    const deaths = new Map<string, CrashStatus[]>();
    for (const crash of crashes)
      if (crash.path !== null) deaths.set(crash.path, [...(deaths.get(crash.path) ?? []), crash]);
    this.deaths = deaths;
  }
}

export type Progress = {
  done: number;
  total: number | null;
  share: number;
  failed: number;
  perSecond: number | null;
};

/** How far a round is. */
export function progress(status: Status): Progress {
  const { counts, found } = status;
  const done = counts.files;
  return {
    done,
    total: found,
    share: found ? Math.min(1, done / found) : 0,
    failed: counts.failed,
    perSecond: status.rate ?? null,
  };
}

/** All eight lanes, in their order; slots that were never used rest. */
export function lanes(status: Status | null): (WorkerStatus | null)[] {
  return Array.from(
    { length: LANES },
    (_, slot) => status?.workers.find((worker) => worker.slot === slot) ?? null,
  );
}

export type Health = { share: number | null; level: "good" | "fair" | "poor" | "none" };

/** The worse of how much is read and how long the oldest file has waited. */
export function health(coverage: Coverage | null, oldestSeconds: number | null, paused: boolean): Health {
  const all = coverage ? coverage.read + coverage.failed + coverage.queued : 0;
  if (!coverage || all === 0) return { share: null, level: "none" };
  // What failed has been dealt with: only what waits is missing.
  const share = (coverage.read + coverage.failed) / all;
  if (paused && coverage.queued > 0) return { share, level: "none" };
  const age = coverage.queued > 0 ? (oldestSeconds ?? 0) : 0;
  // What has come just now cannot be read yet, however much it is.
  const isYoung = coverage.queued > 0 && age <= 300;
  if (age > 3600 || (share < 0.8 && !isYoung)) return { share, level: "poor" };
  if (share < 0.95 || age > 300) return { share, level: "fair" };
  return { share, level: "good" };
}
