// What each setting is called, what it means, and what its values are.
import type { Plain, Setting } from "../bindings";
import { list, number } from "./format";

/** What a setting is called, what it means, and what stands beside or instead of its value. */
type Said = {
  name: string;
  help?: string;
  unit?: string;
  /** What its words are called. */
  words?: Record<string, string>;
  /** What each of its words means. */
  means?: Record<string, string>;
  /** What it is while nothing is chosen. */
  none?: string;
};

export const keys: Record<string, Said> = {
  // Its help depends on the desktop: see `folders.background`.
  keep_running: { name: "Keep watching when the window is closed" },
  notifications: {
    name: "Notify me when files were read",
    help: "Once for each round, and only while the window is not in sight.",
  },
  on_battery: {
    name: "On battery",
    words: { read: "Read", pause: "Wait" },
    means: { read: "Everything is read as ever.", pause: "What appears waits for the charger." },
  },
  priority: {
    name: "Beside other programs",
    words: { low: "Give way", normal: "As others" },
    means: {
      low: "Other programs get the processor and the disk first.",
      normal: "Reading is faster, and may slow down other programs.",
    },
  },

  picture_megapixels: {
    name: "Largest picture",
    help: "Larger ones are not read. A very large picture needs much memory.",
    unit: "megapixels",
  },

  speech_model: {
    name: "Model that listens",
    help: "One of those that are installed.",
    none: "the best that fits",
  },
  recording_gib: {
    name: "Largest recording",
    help: "Recordings in larger files are not read.",
    unit: "GiB",
  },
  models_mirror: {
    name: "Fetch models from",
    help: "A copy of the models on another server. Every byte is checked, whoever hands it over.",
    none: "where they come from",
  },
  proxy: {
    name: "Proxy for downloads",
    help: "What fetching goes through.",
    none: "as the system says",
  },
  download_connect_seconds: {
    name: "Wait for a server",
    help: "Until a server is reached.",
    unit: "seconds",
  },
  download_quiet_seconds: {
    name: "Wait for data",
    help: "Without a byte, before it is tried anew.",
    unit: "seconds",
  },

  llm: {
    name: "Who writes summaries",
    words: { auto: "Automatic", off: "Nobody", ollama: "Ollama", openai: "Other server" },
    means: {
      auto: "Ollama on this computer, if it is there.",
      off: "Summaries are made from the text itself.",
      ollama: "Ollama, at the address below.",
      openai: "A server that speaks the OpenAI protocol: LM Studio, llama.cpp, vLLM.",
    },
  },
  llm_address: {
    name: "Address",
    help: "On another machine, what was read is sent there, and each item that was sent is marked.",
    none: "where such a server usually is",
  },
  llm_model: {
    name: "Model that writes",
    help: "As the server calls it. Left empty, one that is in memory, or else the newest.",
    none: "chosen by itself",
  },
  llm_language: {
    name: "Language of summaries",
    help: "Such as en or pt-BR.",
    none: "that of the text",
  },
  llm_embedder: {
    name: "Model for search by meaning",
    help: "As the server calls it.",
    none: "the first that can",
  },
  max_concurrent_requests: {
    name: "Requests at once",
    help: "Of all programs of yours together. A model on this computer is fastest with one.",
    unit: "requests",
  },
  llm_connect_seconds: { name: "Wait for the server", help: "Until it is reached.", unit: "seconds" },
  llm_first_seconds: {
    name: "Wait for the first word",
    help: "Until then the model is loaded and reads the question.",
    unit: "seconds",
  },
  llm_quiet_seconds: {
    name: "Wait for the next word",
    help: "There is no limit on the whole answer.",
    unit: "seconds",
  },

  sidecars: {
    name: "Transcripts as files",
    words: { off: "None", beside: "Beside", mirror: "In a folder" },
    means: {
      off: "What is said stays in the library; you can export it at any time.",
      beside: "Each transcript lies beside its recording, under the same name.",
      mirror: "Transcripts lie in a folder of their own, in the same order as the recordings.",
    },
  },
  sidecar_formats: {
    name: "Formats",
    words: {
      srt: "Subtitles (.srt)",
      vtt: "Subtitles for the web (.vtt)",
      txt: "Plain text (.txt)",
      md: "Markdown (.md)",
      json: "JSON (.json)",
    },
    help: "Markdown and JSON have times and what was shown.",
  },
  sidecar_folder: {
    name: "Folder for transcripts",
    help: "For transcripts in a folder. Left empty, they lie among Deskscribe's own data.",
    none: "among its own data",
  },

  workers: {
    name: "Workers at most",
    help: "Each reads one file at a time. All programs of yours together have eight at most.",
    unit: "workers",
  },
  memory_ceiling_mib: {
    name: "Memory of a worker",
    help: "One that holds more is replaced, and its file is tried once more alone.",
    unit: "MiB",
  },
  queue_files: { name: "Files held open", help: "While they wait for a worker.", unit: "files" },
  jobs_per_worker: {
    name: "Files before a worker is replaced",
    help: "A fresh one takes over. No file is lost by it.",
    unit: "files",
  },
  rest_seconds: {
    name: "Rest before a worker goes",
    help: "Without work it is sent home, and its memory is free again.",
    unit: "seconds",
  },
  hello_seconds: { name: "Wait for a new worker", help: "Until its first words.", unit: "seconds" },
  ready_seconds: { name: "Wait until it is ready", help: "From its first words.", unit: "seconds" },
  quiet_seconds: {
    name: "Wait for progress",
    help: "A file without any for so long is stopped.",
    unit: "seconds",
  },
  grace_seconds: {
    name: "Time to stop",
    help: "Between asking a worker to stop and ending it.",
    unit: "seconds",
  },
  cpu_seconds: {
    name: "Processor time for a file",
    help: "For files that would keep a worker busy for ever.",
    unit: "seconds",
  },
  cpu_seconds_per_mib: { name: "More of it for each MiB", unit: "seconds" },

  isolation: {
    name: "Least isolation of a worker",
    words: { full: "Full", reduced: "Reduced", off: "None" },
    means: {
      full: "Files are read only where both layers hold.",
      reduced: "Files are read where at least one layer holds. Where both do, both are used.",
      off: "Files are read even without isolation. Both layers are still used where there are any.",
    },
  },
  keep_gone_days: {
    name: "Keep what was read in files that are gone",
    help: "If a file comes back before, it is not read anew. After that its text, picture and summary are dropped.",
    unit: "days",
  },
};

/** What a value is called. */
export function told(key: string, value: Plain | null): string {
  const said = keys[key];
  if (value === null) return said?.none ?? "nothing";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return said?.unit ? `${number(value)} ${said.unit}` : number(value);
  if (Array.isArray(value)) return list(value.map((word) => said?.words?.[word] ?? word));
  return said?.words?.[value] ?? value;
}

/** What a setting may be, for whoever typed something else. */
export function allowed({ takes }: Setting): string {
  switch (takes.type) {
    case "number":
      return `A whole number from ${number(takes.from)} to ${number(takes.to)}.`;
    case "text":
      return `This cannot be. It is ${takes.what}.`;
    case "words":
      return "Choose at least one.";
    default:
      return "This cannot be.";
  }
}
