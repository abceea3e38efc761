// Which settings a person sees on which page; the rarely used ones are folded away. Every key of settings.toml is here once.

export type SettingsPage =
  "folders" | "text" | "speech" | "summaries" | "outputs" | "performance" | "privacy" | "diagnostics";

type Keys = { shown: string[]; advanced: string[] };

export const PAGES: Record<SettingsPage, Keys> = {
  folders: {
    // Below the folders, with starting at login, which is no setting of the file.
    shown: ["keep_running", "notifications", "on_battery", "priority"],
    advanced: [],
  },
  text: { shown: ["picture_megapixels"], advanced: [] },
  speech: {
    shown: ["speech_model", "recording_gib"],
    advanced: ["models_mirror", "proxy", "download_connect_seconds", "download_quiet_seconds"],
  },
  summaries: {
    shown: ["llm", "llm_address", "llm_model", "llm_language"],
    advanced: [
      "llm_embedder",
      "max_concurrent_requests",
      "llm_connect_seconds",
      "llm_first_seconds",
      "llm_quiet_seconds",
    ],
  },
  outputs: { shown: ["sidecars", "sidecar_formats", "sidecar_folder"], advanced: [] },
  performance: {
    shown: ["workers"],
    advanced: [
      "memory_ceiling_mib",
      "queue_files",
      "jobs_per_worker",
      "rest_seconds",
      "hello_seconds",
      "ready_seconds",
      "quiet_seconds",
      "grace_seconds",
      "cpu_seconds",
      "cpu_seconds_per_mib",
    ],
  },
  privacy: { shown: ["isolation", "keep_gone_days"], advanced: [] },
  diagnostics: { shown: [], advanced: [] },
};

export const PAGE_NAMES = Object.keys(PAGES) as SettingsPage[];
