// Made-up answers of the backend for tests.
import { vi } from "vitest";
import type {
  Card,
  Coverage,
  ItemView,
  Live,
  ModelList,
  OfferedModel,
  Page,
  Status,
  WorkerStatus,
} from "../src/bindings";
import type { Backend, Commands } from "../src/backend";
import { BACKGROUND, folder } from "../src/recorded/folders";
import { offered } from "../src/recorded/models";
import { RecordedSettings, SETTINGS, capacityIn, diagnosisIn } from "../src/recorded/settings";
import type { Recorded } from "../src/state/recording";

export const coverage: Coverage = { read: 3, failed: 1, queued: 2 };

export const card = (at: number, more: Partial<Card> = {}): Card => ({
  key: `b3:${at}`,
  path: `/d/${at}.png`,
  name: `${at}.png`,
  folder: "~/Desktop",
  kind: "image",
  state: "read",
  code: null,
  reason: null,
  title: `Title ${at}`,
  title_pieces: [],
  summary: `Summary ${at}`,
  summary_by: "extractive",
  tags: ["invoice"],
  tags_edited: false,
  moment: Date.parse("2026-03-14T09:12:00"),
  language: "en",
  pages: 1,
  duration: null,
  pending: [],
  remote: false,
  meaning: null,
  meant: false,
  aspect: 1.6,
  snippet: [],
  page: null,
  box: null,
  at: null,
  ...more,
});

export const page = (cards: Card[], offset = 0, count = cards.length, change = 1): Page => ({
  cards,
  offset,
  total: { count, more: false },
  coverage,
  change,
});

export const item = (more: Partial<ItemView> = {}): ItemView => ({
  key: "b3:1",
  path: "/d/1.png",
  name: "1.png",
  folder: "~/Desktop",
  places: ["/d/1.png"],
  spots: [{ path: "/d/1.png", name: "1.png", folder: "~/Desktop", there: true }],
  aspect: 4 / 3,
  pending: [],
  kind: "image",
  state: "read",
  code: null,
  reason: null,
  title: "Invoice",
  summary: "A bill",
  summary_by: "extractive",
  tags: ["invoice", "due"],
  tags_edited: false,
  text: "one\ntwo",
  lines: [
    {
      text: "one",
      confidence: 0.9,
      page: 0,
      box: [
        [10, 10],
        [110, 10],
        [110, 30],
        [10, 30],
      ],
    },
    {
      text: "two",
      confidence: 0.9,
      page: 0,
      box: [
        [200, 100],
        [200, 200],
        [180, 200],
        [180, 100],
      ],
    },
  ],
  said_hits: [],
  shown_hits: [],
  hits: [
    {
      line: 0,
      pieces: [
        { text: "o", hit: false },
        { text: "ne", hit: true },
      ],
    },
  ],
  language: "en",
  width: 400,
  height: 300,
  pages: 1,
  taken_at: null,
  date: null,
  camera: null,
  coordinates: null,
  moment: 0,
  bytes: 1234,
  read_at: "2026-03-14T09:12:00Z",
  seconds: null,
  cached: true,
  worker: null,
  provenance: null,
  ...more,
});

/** A recording of a minute: four sentences, two screens, something that could not be heard. */
export const recording = (more: Partial<Recorded> = {}): Recorded => ({
  ...item({ kind: "video", name: "talk.mp4", text: "Agenda\nBudget\nQuestions", lines: [], hits: [] }),
  duration: 60,
  sound: "speech",
  spoken_language: "en",
  transcript: [
    { start: 1, end: 4, text: "Good morning.", confidence: 0.9 },
    { start: 5, end: 9, text: "The budget is settled.", confidence: 0.9 },
    { start: 30, end: 34, text: "Any questions?", confidence: 0.9 },
    { start: 40, end: 44, text: "Thank you.", confidence: 0.9 },
  ],
  screen: [
    { from: 0, to: 20, text: "Agenda" },
    { from: 0.1, to: 60, text: "Budget" },
    { from: 28, to: 60, text: "Questions" },
  ],
  gaps: [
    { from: 12, to: 15, what: "sound", reason: "the sound is broken there" },
    { from: 50, to: 60, what: "picture", reason: "the picture is broken there" },
  ],
  ...more,
});

export const model = (name: string, more: Partial<OfferedModel> = {}): OfferedModel =>
  offered(name, 148e6, 388e6, {
    languages: "all",
    sha256: name,
    source: "https://models.example",
    host: "models.example",
    ...more,
  });

export const models = (more: Partial<ModelList> = {}): ModelList => ({
  models: [model("tiny", { bytes: 77.7e6 }), model("base", { recommended: true })],
  listens: { type: "none_installed" },
  memory: 4e9,
  folder: "/models",
  ...more,
});

export const worker = (slot: number, more: Partial<WorkerStatus> = {}): WorkerStatus => ({
  slot,
  pid: 100 + slot,
  state: "busy",
  seconds: 1.2,
  work: { path: `/d/${slot}.png`, stage: "ocr", done: 9, total: 36 },
  resident: 180e6,
  files: 3,
  deaths: 0,
  isolation: "full",
  ...more,
});

const depth = { depth: 0 };
export const status = (more: Partial<Status> = {}): Status => ({
  id: "1",
  pid: 1,
  program: "Deskscribe",
  folders: ["~/Desktop"],
  idle: false,
  paused: false,
  stopping: false,
  found: 402,
  counts: { files: 318, read: 306, failed: 12, skipped: 0, ignored: 0, cached: 0, workers: 8, seconds: 93.5 },
  rate: 3.4,
  left_seconds: 118,
  resident: 1e9,
  workers: [worker(0), worker(1)],
  deaths: 0,
  crashes: [],
  queues: {
    arrivals: depth,
    pending: depth,
    alone: depth,
    elsewhere: depth,
    recording: depth,
    events: depth,
  },
  wire: { sent: { frames: 0, bytes: 0 }, received: { frames: 0, bytes: 0 } },
  ...more,
});

export type Fake = Backend & {
  tell: (message: Live) => void;
  network: (online: boolean) => void;
  commands: { [name in keyof Commands]: ReturnType<typeof vi.fn> & Commands[name] };
};

/** A backend of which every command can be watched and answered. */
export function fake(answers: Partial<Commands> = {}): Fake {
  const nothing = { offset: 0, count: 0 };
  const defaults: Partial<Commands> = {
    page: async (_query, offset, limit) =>
      page(
        Array.from({ length: Math.min(limit, 4) }, (_, at) => card(offset + at)),
        offset,
        4,
      ),
    item: async (key) => item({ key }),
    waiting: async () => ({ ...nothing, files: [] }),
    troubles: async () => ({ ...nothing, entries: [] }),
    suggestion: async () => ({ desktop: folder("Desktop") }),
    similar: async () => [],
    byMeaning: async () => [],
    models: async () => models(),
    forget: async (keys) => keys.length,
    setTags: async (key, tags) => item({ key, tags: tags ?? ["machine"], tags_edited: tags !== null }),
    paste: async () => ({ type: "nothing" }),
    chooseWatched: async () => folder("Pictures"),
    watchFolder: async () => 1,
    unwatchFolder: async () => 1,
    setAutostart: async () => 1,
    setSetting: async () => 1,
    capacity: async () => capacityIn("", new RecordedSettings("")),
    diagnose: async () => diagnosisIn(""),
    sent: async () => [],
    ...answers,
  };
  const names: (keyof Commands)[] = [
    "page",
    "item",
    "setTags",
    "forget",
    "copy",
    "copyText",
    "exportItems",
    "open",
    "reveal",
    "chooseFolder",
    "chooseFiles",
    "chooseWatched",
    "countFolder",
    "watchFolder",
    "unwatchFolder",
    "setAutostart",
    "setSetting",
    "undoSetting",
    "capacity",
    "diagnose",
    "sent",
    "openPlace",
    "chooseTranscripts",
    "closeWindow",
    "paste",
    "tryAgain",
    "readAgain",
    "retryFailed",
    "readWaiting",
    "pause",
    "resume",
    "cancel",
    "stop",
    "remove",
    "waiting",
    "troubles",
    "suggestion",
    "similar",
    "byMeaning",
    "models",
    "getModel",
    "importModel",
    "verifyModel",
    "removeModel",
    "stopErrand",
    "dismissErrand",
    "exportTranscript",
    "copyTranscript",
    "restart",
    "lookForModel",
    "testModel",
    "pullModel",
    "stopPull",
    "dismissPull",
    "summarise",
  ];
  const commands = Object.fromEntries(
    names.map((name) => [name, vi.fn(defaults[name] ?? (async () => null))]),
  );
  const backend = {
    commands: commands as unknown as Fake["commands"],
    online: (listen: (online: boolean) => void) => void (backend.network = listen),
    live: async (listen: (message: Live) => void) => {
      backend.tell = listen;
      listen({ type: "status", status: status(), broken: null });
      listen({ type: "library", change: 1, coverage, unheard: 0, unsummarised: 0, caution: null });
      listen({ type: "models", listens: null, errand: null });
      listen({ type: "choices", folders: [], background: BACKGROUND });
      listen({ type: "settings", settings: SETTINGS, file: "~/d/settings.toml", trouble: null });
      listen({ type: "drag", drag: null });
    },
    thumb: (key: string) => `thumb://localhost/${key}`,
    preview: (key: string, at?: number) =>
      `preview://localhost/${key}${at === undefined ? "" : `?at=${at.toFixed(2)}`}`,
    network: (() => undefined) as (online: boolean) => void,
    tell: (() => undefined) as (message: Live) => void,
  };
  return backend;
}
