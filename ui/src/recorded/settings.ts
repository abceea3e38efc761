// Settings in the recorded session: as they come but for a few, what was found out about a machine, and what was sent.
import type { Capacity, Diagnosis, Isolation, Plain, Sent, Setting, Takes } from "../bindings";
import { PAGE_NAMES, type SettingsPage } from "../state/settings-pages";

/** One as it comes. */
const setting = (key: string, value: Plain | null, takes: Takes): Setting => ({
  key,
  takes,
  value,
  default: value,
});
const number = (key: string, value: number, from: number, to: number) =>
  setting(key, value, { type: "number", from, to });
const toggle = (key: string, value: boolean) => setting(key, value, { type: "switch" });
const word = (key: string, value: string, ...others: string[]) =>
  setting(key, value, { type: "word", words: [value, ...others] });
const text = (key: string, what: string, example: string) =>
  setting(key, null, { type: "text", what, example });
const model = (key: string) => text(key, "the name of a model, as the server has it", "gemma3:4b");
const address = (key: string, example: string) => text(key, `an address, such as "${example}"`, example);

/** All of them, as they come. */
export const SETTINGS: Setting[] = [
  number("workers", 8, 1, 8),
  number("queue_files", 16, 1, 256),
  number("picture_megapixels", 268, 1, 10_000),
  number("recording_gib", 64, 1, 100_000),
  number("memory_ceiling_mib", 2048, 256, 1_048_576),
  number("jobs_per_worker", 500, 1, 1_000_000),
  number("keep_gone_days", 90, 1, 36_500),
  { ...word("isolation", "full", "reduced", "off"), value: "reduced", default: "reduced" },
  number("hello_seconds", 10, 1, 600),
  number("ready_seconds", 60, 1, 3600),
  number("quiet_seconds", 60, 1, 86_400),
  number("grace_seconds", 2, 1, 600),
  number("cpu_seconds", 600, 1, 86_400),
  number("cpu_seconds_per_mib", 10, 0, 3600),
  number("rest_seconds", 30, 1, 86_400),
  toggle("keep_running", false),
  toggle("notifications", true),
  { ...word("on_battery", "pause", "read"), value: "read", default: "read" },
  word("priority", "low", "normal"),
  text("speech_model", 'the name of a model, such as "small"', "small"),
  word("sidecars", "off", "beside", "mirror"),
  setting("sidecar_formats", ["srt", "txt"], { type: "words", words: ["srt", "vtt", "txt", "md", "json"] }),
  text("sidecar_folder", "a folder, such as ~/Transcripts", "~/Transcripts"),
  word("llm", "auto", "off", "ollama", "openai"),
  address("llm_address", "http://localhost:1234"),
  model("llm_model"),
  model("llm_embedder"),
  text("llm_language", 'a language, such as "en" or "pt-BR"', "en"),
  number("llm_connect_seconds", 5, 1, 600),
  number("llm_first_seconds", 120, 1, 86_400),
  number("llm_quiet_seconds", 60, 1, 86_400),
  number("max_concurrent_requests", 1, 1, 64),
  address("models_mirror", "https://example.org/whisper/"),
  address("proxy", "http://localhost:3128"),
  number("download_connect_seconds", 20, 1, 600),
  number("download_quiet_seconds", 30, 1, 3600),
];

/** The settings of the recorded session: what was chosen, and the ways back. */
export class RecordedSettings {
  trouble: string | null;
  all: Setting[];
  #before = new Map<number, Setting[]>();

  constructor(state: string) {
    this.trouble =
      state === "settings-broken"
        ? "line 4 of the settings has workers = 80; allowed is a whole number from 1 to 8: /home/anna/.local/share/deskscribe/settings.toml"
        : null;
    const chosen: Record<string, Plain> = state === "settings-outputs" ? { sidecars: "mirror" } : {};
    if (state.startsWith("settings-perf") || this.trouble) chosen["workers"] = 4;
    if (state === "settings-advanced") chosen["llm_first_seconds"] = 300;
    this.all = SETTINGS.map((setting) => ({ ...setting, value: chosen[setting.key] ?? setting.value }));
  }

  of(key: string): Setting | undefined {
    return this.all.find((setting) => setting.key === key);
  }

  set(key: string, value: Plain | null): number {
    const { takes } = this.of(key) ?? {};
    if (
      takes?.type === "text" &&
      takes.what.startsWith("an address") &&
      value !== null &&
      !/^\w+:\/\/./.test(String(value))
    )
      throw { code: "refused", message: `${key} = "${String(value)}" cannot be; allowed is ${takes.what}` };
    const change = this.#before.size + 1;
    this.#before.set(change, this.all);
    this.all = this.all.map((one) => (one.key === key ? { ...one, value: value ?? one.default } : one));
    return change;
  }

  undo(change: number): void {
    this.all = this.#before.get(change) ?? this.all;
  }
}

export function capacityIn(state: string, settings: RecordedSettings): Capacity {
  const wanted = Number(settings.of("workers")?.value ?? 8);
  const short = state === "settings-performance-short" ? "memory is short: 2 workers instead of 4" : null;
  const machine = { processors: 8, memory: 16_600_000_000, available: short ? 780_000_000 : 9_240_000_000 };
  return { ...machine, worker: 314_572_800, wanted, workers: short ? 2 : wanted, short };
}

const sentIn = (state: string): Sent[] =>
  state === "settings-left"
    ? [
        {
          server: "https://models.harbour.example/v1",
          remote: true,
          contents: 212,
          requests: 431,
          sent: 1_840_000,
          received: 96_000,
        },
        {
          server: "http://127.0.0.1:11434",
          remote: false,
          contents: 94,
          requests: 180,
          sent: 700_000,
          received: 41_000,
        },
      ]
    : [];

const home = "/home/anna/.local/share/deskscribe";
const DENIED = "Permission denied (os error 13)";
const FORBIDDEN = "Operation not permitted (os error 1)";
const CANARIES: [string, "files" | "calls", string][] = [
  ["open /etc/passwd", "files", DENIED],
  ["list the folder /", "files", DENIED],
  ["make a file in /tmp", "files", DENIED],
  ["open /proc/cpuinfo", "calls", DENIED],
  ["look whether / is there", "calls", DENIED],
  ["make a file in /tmp", "calls", DENIED],
  ["make an Internet socket", "calls", FORBIDDEN],
  ["make a Unix socket", "calls", FORBIDDEN],
  ["start a program", "calls", FORBIDDEN],
  ["fork", "calls", FORBIDDEN],
  ["make a call that is not in the tables", "calls", "Function not implemented (os error 38)"],
  ["signal the parent", "calls", FORBIDDEN],
  ["map executable memory", "calls", FORBIDDEN],
];

export function diagnosisIn(state: string): Diagnosis {
  const isolation: Isolation =
    state === "settings-reduced" ? "reduced" : state === "settings-unconfined" ? "off" : "full";
  const holds = { files: isolation === "full", calls: isolation !== "off" };
  const good = (what: string, found: string) => ({ what, good: true, found });
  return {
    verdict: isolation === "full" ? "fine" : "weak",
    program: "0.1.0+1f3c9a2e (protocol 9)",
    checks: [
      good("system", "Linux 6.12.48"),
      good("files", "1024 may be open at once"),
      good("settings", `${home}/settings.toml`),
      good("home", `can be written: ${home}`),
      good("cache", "opens, with SQLite 3.53.2"),
      good("engines", "1 running"),
      good("resources", "complete"),
      { what: "speech", good: null, found: "the file of base was touched since it was checked" },
      good("llm", "gemma3:4b of Ollama 0.20.3 writes, and can see pictures"),
      good("worker", "of the same build, ready in 84 ms"),
    ],
    worker: {
      ready_ms: 84.2,
      isolation,
      required: isolation === "off" ? "off" : "reduced",
      layers: [
        { layer: "calls", state: holds.calls ? "seccomp, two stages" : "seccomp is not there" },
        { layer: "files", state: holds.files ? "Landlock, ABI 6" : "Landlock is not there" },
      ],
      canaries: CANARIES.map(([attempt, layer, outcome]) => ({
        attempt,
        layer,
        refused: holds[layer],
        outcome: holds[layer] ? outcome : "it was done",
      })),
    },
    parts: [
      {
        what: "worker",
        name: "deskscribe-worker",
        bytes: 21_400_000,
        path: "/opt/deskscribe/deskscribe-worker",
      },
      {
        what: "runtime",
        name: "ONNX Runtime 1.31.1",
        bytes: 29_352_200,
        path: "/opt/deskscribe/libonnxruntime.so",
      },
      {
        what: "text detection",
        name: "PP-OCRv6 det small",
        bytes: 4_819_576,
        path: "/opt/deskscribe/det.onnx",
      },
      {
        what: "text recognition",
        name: "PP-OCRv6 rec small",
        bytes: 16_517_247,
        path: "/opt/deskscribe/rec.onnx",
      },
    ],
    kept: [
      { what: "home", bytes: 512_400_000, holds: "", path: home },
      { what: "settings", bytes: 6_240, holds: "", path: `${home}/settings.toml` },
      { what: "cache", bytes: 143_000_000, holds: "318 readings", path: `${home}/summaries.sqlite` },
      { what: "small pictures", bytes: 21_300_000, holds: "", path: `${home}/thumbnails.sqlite` },
      { what: "backup", bytes: 139_000_000, holds: "", path: `${home}/backups/2026-03-13.sqlite` },
      { what: "models", bytes: 148_000_000, holds: "1 speech model", path: `${home}/models` },
      { what: "runs", bytes: 1_900_000, holds: "41 runs", path: `${home}/runs` },
      { what: "logs", bytes: 640_000, holds: "7 days", path: `${home}/logs` },
    ],
    mend: [{ what: "speech", line: "deskscribe models verify base" }],
  };
}

/** The commands of the settings; `changed` tells what they have become. */
export const settingsCommands = (state: string, settings: RecordedSettings, changed: () => void) => ({
  async setSetting(key: string, value: Plain | null) {
    const change = settings.set(key, value);
    changed();
    return change;
  },
  async undoSetting(change: number) {
    settings.undo(change);
    changed();
    return null;
  },
  capacity: async () => capacityIn(state, settings),
  async diagnose() {
    await new Promise((done) => setTimeout(done, 700));
    return diagnosisIn(state);
  },
  sent: async () => sentIn(state),
  openPlace: async () => null,
  chooseTranscripts: async () => "~/Transcripts",
});

const PAGE_OF: Record<string, SettingsPage> = {
  broken: "performance",
  "performance-short": "performance",
  advanced: "summaries",
  left: "privacy",
  reduced: "privacy",
  unconfined: "privacy",
};

/** The page that a state is about; nothing for any other state. */
export function pageIn(state: string): SettingsPage | null {
  if (!state.startsWith("settings")) return null;
  const name = state.slice("settings-".length);
  return PAGE_OF[name] ?? PAGE_NAMES.find((page) => page === name) ?? "folders";
}

/** Opens a page of the settings as a person does, once there is something to click. */
export function openPage(page: SettingsPage): void {
  const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  const tab = find(`settings-${page}`);
  if (tab) return (tab.focus(), tab.click());
  find("open-settings")?.click();
  setTimeout(() => openPage(page), 20);
}
