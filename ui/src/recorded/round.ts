// A round of reading as the engine would tell it: eight workers, a queue, failures and a death now and then.
import type { CrashStatus, RecordingStatus, Stage, Status, Waiting, WorkerStatus } from "../bindings";
import { NOW, type RecordedLibrary } from "./library";
import { FAILURES, SCRIPTS } from "./scripts";

const FOLDER = "/home/anna/Desktop";
const noise = (seed: number) => {
  const x = Math.sin(seed * 78.233) * 43_758.5453;
  return x - Math.floor(x);
};

const crash = (slot: number, pid: number, path: string | null, ago: number): CrashStatus => ({
  seconds_ago: ago,
  slot,
  pid,
  path,
  saw: null,
  exit: { signal: 11 },
  last_words: null,
});

/** What the first workers do with a recording, while the others read pictures. */
const HEARD: Record<number, Stage> = { 0: "transcribe", 1: "watch", 3: "hear" };

export class Round {
  paused = false;
  stopping = false;
  idle = false;
  counts = { files: 318, read: 306, failed: 12, skipped: 0, ignored: 3, cached: 0, workers: 8, seconds: 94 };
  found = 402;
  deaths = 2;
  queue: Waiting[] = [];
  workers: WorkerStatus[] = [];
  recordings: RecordingStatus[] = [
    { path: `${FOLDER}/Harbour launch weekly.mp4`, done_seconds: 750, total_seconds: 2700 },
  ];
  #turn = 0;
  crashes: CrashStatus[] = [
    crash(2, 20_098, `${FOLDER}/scan0042.bmp`, 63),
    crash(5, 20_144, `${FOLDER}/scan0042.bmp`, 41),
  ];

  constructor(
    private library: RecordedLibrary,
    state = "",
  ) {
    const again = SCRIPTS[1];
    if (state === "retried" && again) this.crashes.unshift(crash(4, 20_071, `${FOLDER}/${again.name}`, 312));
    for (let at = 0; at < this.found - this.counts.files - 8; at += 1) this.queue.push(this.#waiting(at));
    this.workers = Array.from({ length: 8 }, (_, slot) => this.#worker(slot));
    library.queued = this.queue.length + 8;
  }

  #waiting(at: number): Waiting {
    const base = SCRIPTS[(at * 5 + 2) % SCRIPTS.length];
    const name = (base?.name ?? "picture.png").replace(/(\.\w+)$/, ` copy ${at + 1}$1`);
    return {
      path: `${FOLDER}/${name}`,
      name,
      folder: "~/Desktop",
      kind: "image",
      since: NOW - 60_000 - at * 900,
    };
  }

  #worker(slot: number): WorkerStatus {
    return {
      slot,
      pid: 20_201 + slot,
      state: "busy",
      seconds: 0.3 + noise(slot) * 1.8,
      files: 36 + slot,
      work: this.#work(slot),
      resident: Math.round((142 + noise(slot + 3) * 90) * 1e6),
      deaths: slot === 2 || slot === 5 ? 1 : 0,
      isolation: "full",
    };
  }

  #work(slot: number): WorkerStatus["work"] {
    const stage = HEARD[slot];
    const path = this.recordings[0]?.path;
    if (stage && path) return { path, stage, done: 112 + slot * 7, total: 300 };
    const next = this.queue.shift();
    if (!next) return null;
    const done = slot === 6 ? 0 : Math.floor(noise(slot + this.#turn) * 24);
    return { path: next.path, stage: slot === 6 ? "decode" : "ocr", done, total: slot === 6 ? 0 : 36 };
  }

  /** A tenth of a second of work. True when something was stored. */
  tick(): boolean {
    if (this.idle || this.paused) return false;
    this.#turn += 1;
    this.counts.seconds += 0.1;
    let stored = false;
    const [recording] = this.recordings;
    if (recording) recording.done_seconds += 1.4;
    if (recording && recording.done_seconds >= recording.total_seconds) this.recordings = [];
    for (const worker of this.workers) {
      worker.seconds += 0.1;
      if (worker.work && HEARD[worker.slot] && this.recordings.length > 0) {
        worker.work.done = (worker.work.done + 1) % worker.work.total;
        continue;
      }
      if (!worker.work) {
        worker.work = this.stopping ? null : this.#work(worker.slot);
        worker.state = worker.work ? "busy" : worker.seconds > 2 ? "idle" : "ready";
        if (worker.work) worker.seconds = 0;
        continue;
      }
      worker.work.total = 36;
      worker.work.done += 1 + Math.floor(noise(this.#turn + worker.slot) * 3);
      worker.work.stage = worker.work.done < 3 ? "decode" : worker.work.done < 34 ? "ocr" : "summarise";
      if (worker.work.done < 36) continue;
      this.#finish(worker);
      stored = true;
    }
    for (const crash of this.crashes) crash.seconds_ago += 0.1;
    this.library.queued = this.queue.length + this.workers.filter((worker) => worker.work).length;
    if (this.library.queued === 0 || (this.stopping && this.workers.every((worker) => !worker.work)))
      this.idle = true;
    return stored;
  }

  #finish(worker: WorkerStatus): void {
    const failed = this.counts.read % 37 === 36;
    this.library.store(failed, NOW + this.#turn * 100);
    if (failed) this.counts.failed += 1;
    else this.counts.read += 1;
    this.counts.files += 1;
    if (failed && FAILURES.length > 0) {
      this.deaths += 1;
      worker.deaths += 1;
      this.crashes.push(crash(worker.slot, worker.pid, worker.work?.path ?? null, 0));
      worker.pid += 40;
    }
    Object.assign(worker, { work: null, seconds: 0, files: worker.files + 1 });
  }

  get status(): Status {
    const { counts, found, paused, stopping, idle, workers, deaths, crashes } = this;
    const rate = idle || paused ? null : counts.files / counts.seconds;
    const empty = { depth: 0 };
    return structuredClone({
      id: "recorded",
      pid: 20_200,
      program: "Deskscribe 0.1.0",
      folders: ["~/Desktop"],
      idle,
      host: "window",
      paused,
      stopping,
      found,
      counts,
      rate,
      left_seconds: rate && (found - counts.files) / rate,
      resident: 1.31e9,
      waiting: null,
      workers,
      recordings: idle ? [] : this.recordings,
      deaths,
      crashes,
      queues: {
        arrivals: empty,
        pending: { depth: this.queue.length, capacity: 256, oldest_seconds: 61 },
        alone: empty,
        elsewhere: empty,
        recording: empty,
        events: empty,
      },
      wire: { sent: { frames: 812, bytes: 41_000 }, received: { frames: 9_214, bytes: 3.1e6 } },
    });
  }
}
