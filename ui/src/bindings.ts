// The contract between the shell (Rust) and the page. Will be generated into ui/src/bindings.ts from Rust; until then this
// file is that one. Data is snake_case (the same JSON as the terminal program's); arguments of commands are camelCase.

// ---- nouns
export type MediaKind = "image" | "video" | "audio" | "unknown";
export type Stage = "load" | "decode" | "ocr" | "summarise";              // loading, opening, reading, summarising
export type Isolation = "off" | "reduced" | "full";
export type Code =
  | "empty" | "damaged" | "unsupported" | "too_large" | "timed_out" | "stalled" | "out_of_memory" | "worker_crashed"
  | "changed" | "vanished" | "permission_denied" | "symlink" | "not_a_file" | "unreadable" | "internal";
export type ItemState = "read" | "failed" | "queued";
/** A piece of a text; `hit` when it was asked for. */
export type Piece = { text: string; hit: boolean };
export type Coverage = { read: number; failed: number; queued: number };

/** One item in the library. */
export type Card = {
  key: string | null;                // "b3:<hex>"; null for a file that waits to be read
  path: string; name: string; folder: string;   // folder as people write it: "~/Desktop"
  kind: MediaKind; state: ItemState; code: Code | null; reason: string | null;
  title: Piece[];                    // empty when there is none
  summary: string | null;            // shortened
  summary_by: string | null;         // "extractive" or a model's name
  tags: string[];
  moment: number;                    // when it was taken, in ms since 1970
  language: string | null;           // BCP-47
  pages: number | null;
  aspect: number | null;             // width / height of the thumbnail; null when there is none
  snippet: Piece[];                  // around the words that were asked for; empty without words
  page: number | null;               // the page they stand on, from 0
  at: number | null;                 // second in a recording
};
export type Page = {
  cards: Card[]; offset: number;
  total: { count: number; more: boolean };      // more: "more than count"
  coverage: Coverage;
  change: number;                    // the last change of the cache that this answer knows
};

/** A line of text in a picture: corners in pixels of the upright picture, clockwise from where the text begins. */
export type Line = { text: string; confidence: number; box: [[number, number], [number, number], [number, number], [number, number]]; page: number };
export type LineHit = { line: number; pieces: Piece[] };
export type Place = { path: string; name: string; folder: string; there: boolean };
export type Item = {
  key: string | null; path: string; name: string; folder: string; places: Place[];
  kind: MediaKind; state: ItemState; code: Code | null; reason: string | null;
  title: string | null; summary: string | null; summary_by: string | null; tags: string[]; tags_edited: boolean;
  text: string | null; lines: Line[]; hits: LineHit[];
  language: string | null; width: number | null; height: number | null; pages: number | null;
  taken_at: string | null; camera: string | null; moment: number | null; bytes: number | null; read_at: string | null;
  seconds: number | null;
  provenance: { program: string; engines: { stage: Stage; engine: string; model: string; sha256: string }[]; stages: { stage: Stage; seconds: number }[] } | null;
};

/** A file that waits. With a reason: put off; without: its turn has not come. */
export type Waiting = { path: string; name: string; folder: string; kind: MediaKind; since: number; code: Code | null; reason: string | null };
export type WaitingPage = { files: Waiting[]; offset: number; total: number };
/** Something that could not be read, with what can be done about it. */
export type Trouble = { key: string | null; path: string; name: string; folder: string; kind: MediaKind; moment: number; code: Code; reason: string; remedy: "try_again" | "show" | "none" };
export type TroublePage = { files: Trouble[]; offset: number; total: number };

// ---- what the engine of this window does
export type Phase = "starting" | "ready" | "loading" | "busy" | "idle" | "ended" | "died";
export type Work = { path: string; stage: Stage | null; done: number; total: number };
export type WorkerStatus = { slot: number; pid: number; state: Phase; seconds: number; work: Work | null; resident: number | null; files: number; deaths: number; isolation: Isolation | null };
export type RunCounts = { files: number; read: number; failed: number; skipped: number; ignored: number; cached: number; workers: number; seconds: number };
export type QueueStatus = { depth: number; capacity?: number; oldest_seconds?: number };
export type CrashStatus = { seconds_ago: number; slot: number; pid: number; path: string | null; how: string };
export type Status = {
  id: string; pid: number; program: string; folders: string[];
  idle: boolean;                     // no round of reading goes on; counts are those of the last one
  paused: boolean; stopping: boolean;
  found: number | null;              // files of this round; null while folders are still being looked through
  counts: RunCounts;                 // of this round
  left_seconds: number | null;       // measured; null before it can be
  resident: number | null; waiting?: string | null;      // why no worker can be had
  workers: WorkerStatus[];           // slots that were used; 0 to 7
  queues: { arrivals: QueueStatus; pending: QueueStatus; alone: QueueStatus; elsewhere: QueueStatus; recording: QueueStatus; events: QueueStatus };
  deaths: number; crashes: CrashStatus[];
};

/** Everything that reaches the page unasked, over one channel. The first messages after `live` are the snapshot: one of each of status, library, drag. Each replaces the one before it. */
export type Live =
  | { type: "status"; status: Status | null; broken: string | null }    // broken: why nothing can be read any more; "Try again" = restart()
  | { type: "library"; change: number; coverage: Coverage; caution: string | null }   // something was stored or forgotten, by whatever program
  | { type: "drag"; drag: Drag | null }                                 // files are held over the window
  | { type: "note"; id: number; text: string }                          // something to know that concerns no single file
  | { type: "finished"; counts: RunCounts; folders: string[] };         // a round is over
export type Drag = { supported: number; unsupported: number; folders: number; counting: boolean };

// ---- errors of commands: thrown as this
export type ErrorCode = "query" | "gone" | "changed" | "cache" | "workers" | "system" | "cancelled";
export type CommandError = { code: ErrorCode; message: string };

// ---- commands
export declare const commands: {
  live(channel: unknown): Promise<null>;
  // library
  page(query: string, offset: number, limit: number): Promise<Page>;    // error "query": what an operator takes, in one line
  item(key: string, query: string): Promise<Item>;
  setTags(key: string, tags: string[] | null): Promise<Item>;           // null: back to the machine's
  forget(keys: string[]): Promise<number>;
  copy(keys: string[], form: "text" | "markdown"): Promise<null>;       // whole items, to the clipboard
  copyText(text: string): Promise<null>;                                // a selection
  exportItems(keys: string[] | null, query: string, format: "jsonl" | "json" | "md" | "csv"): Promise<string | null>;  // asks where; null when cancelled, else the path
  open(path: string): Promise<null>;
  reveal(path: string): Promise<null>;
  // reading
  chooseFolder(): Promise<string | null>;                               // asks, and begins to read it
  chooseFiles(): Promise<number>;                                       // asks, and begins to read them; how many
  add(paths: string[]): Promise<null>;                                  // first in the queue
  paste(): Promise<"image" | "files" | "nothing">;                      // from the clipboard
  readAgain(keys: string[]): Promise<null>;
  retryFailed(): Promise<number>;                                       // how many
  readWaiting(): Promise<null>;                                         // what was found and not read
  pause(): Promise<null>;
  resume(): Promise<null>;
  cancel(path: string): Promise<null>;
  stop(): Promise<null>;                                                // all; files stay "not read yet"
  remove(paths: string[] | null): Promise<number>;                      // from the queue; null: all
  waiting(offset: number, limit: number): Promise<WaitingPage>;
  troubles(offset: number, limit: number): Promise<TroublePage>;
  suggestion(): Promise<{ desktop: string | null; folder: string | null }>;  // the Desktop, as people write it; the folder the window was started on
  restart(): Promise<null>;
};
// pictures: thumb://localhost/<key> (JPEG, longer edge 320) and preview://localhost/<key> (JPEG, longer edge up to 2048, made by a
// worker on demand, takes up to a few seconds; HTTP status 404/409/503 with one line of text why)
