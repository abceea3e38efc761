// Everything that the recorded session can show: by its state, and by what is searched for and clicked in it. Tests look
// at all of it, and pictures of states are taken by it.

import { PAGE_NAMES } from "../state/settings-pages";

export type Screen = {
  name: string;
  /** As `?state=` has it. */
  state: string;
  /** What is searched for first. */
  search: string | null;
  /** What is clicked, one after the other, by its test id. */
  clicks: string[];
  /** What is there in the end, by its test id. */
  shows: string;
};

const screen = (name: string, more: Partial<Screen> = {}): Screen => ({
  name,
  state: name,
  search: null,
  clicks: [],
  shows: "view-library",
  ...more,
});

/** The session as it is, and something clicked in it. */
const opened = (name: string, shows: string, clicks: string[], more: Partial<Screen> = {}): Screen =>
  screen(name, { state: "", shows, clicks, ...more });

const summaries = (state: string): Screen =>
  screen(state, { clicks: ["open-summaries"], shows: "summaries" });

export const SCREENS: Screen[] = [
  // The library.
  screen("library", { state: "" }),
  opened("list", "card", ["layout-list"]),
  screen("empty", { shows: "empty" }),
  screen("loading", { shows: "loading" }),
  screen("error", { shows: "error" }),
  screen("idle", { shows: "finished" }),
  screen("paused"),
  screen("broken", { shows: "broken" }),
  screen("note", { shows: "toast" }),
  opened("search", "card", [], { search: "invoice" }),
  opened("no-match", "no-match", [], { search: "zebra" }),
  screen("no-match-meant", {
    state: "llm-ready",
    search: "zebra",
    clicks: ["by-meaning"],
    shows: "alike-card",
  }),
  opened("query-error", "query-error", [], { search: "kind:poem " }),
  screen("retried", { shows: "retried" }),
  // Something held over the window.
  screen("drag", { shows: "overlay" }),
  screen("drag-counting", { shows: "overlay" }),
  screen("drag-empty", { shows: "overlay" }),
  screen("drag-model", { shows: "overlay" }),
  // Items.
  opened("item", "facts", ["card"]),
  screen("item-retried", { state: "retried", clicks: ["retried"], shows: "item-retried" }),
  screen("item-without-text", { state: "no-text", clicks: ["card"], shows: "no-text" }),
  screen("nopreview", { clicks: ["card"], shows: "facts" }),
  opened("recording", "recording", ["card"], { search: "kind:video" }),
  screen("recording-waits", {
    state: "no-model",
    search: "kind:video queue",
    clicks: ["card", "tab-said"],
    shows: "pending",
  }),
  opened("transcript", "transcript", ["card", "transcript-of"], { search: "kind:video" }),
  // What is being done.
  opened("workers", "view-activity", ["activity"]),
  opened("queue", "view-activity", ["activity", "tab-queue"]),
  opened("attention", "trouble", ["activity", "tab-attention"]),
  screen("ignore", {
    state: "watch",
    clicks: ["activity", "tab-attention", "ignore-file"],
    shows: "confirm",
  }),
  opened("keys", "keys", ["open-keys"]),
  // The first screen, and what can wait.
  ...[
    "first",
    "first-looking",
    "first-missing",
    "first-going",
    "first-stopped",
    "first-failed",
    "first-watching",
    "first-paused",
  ].map((name) => screen(name, { shows: "empty" })),
  screen("arriving", { shows: "arriving" }),
  screen("setup", { shows: "setup-bar" }),
  // Settings.
  ...PAGE_NAMES.map((page) => screen(`settings-${page}`, { shows: `page-${page}` })),
  screen("settings-broken", { shows: "page-performance" }),
  screen("settings-performance-short", { shows: "page-performance" }),
  screen("settings-advanced", { shows: "page-summaries" }),
  screen("settings-left", { shows: "page-privacy" }),
  screen("settings-reduced", { shows: "page-privacy" }),
  screen("settings-unconfined", { shows: "page-privacy" }),
  // Speech models.
  screen("no-model", { shows: "speech-notice" }),
  screen("models", { clicks: ["open-models"], shows: "models" }),
  ...["connecting", "downloading", "waiting", "verifying", "stopped", "failed", "importing", "ready"].map(
    (name) => screen(name, { shows: "errand" }),
  ),
  // Watched folders.
  screen("watch", { shows: "watching" }),
  screen("watch-sheet", { shows: "folder" }),
  screen("watch-cloud", { clicks: ["watching"], shows: "folder-cloud" }),
  ...[
    "watch-none",
    "watch-starting",
    "watch-reading",
    "watch-offline",
    "watch-elsewhere",
    "watch-battery",
    "watch-paused",
  ].map((name) => screen(name, { shows: "watching" })),
  screen("watch-form", {
    state: "watch-none",
    clicks: ["watching", "sheet-watch-desktop"],
    shows: "folder-form",
  }),
  screen("watch-closing", { shows: "closing" }),
  // Language models.
  ...[
    "llm-ready",
    "llm-blind",
    "llm-waiting",
    "llm-writing",
    "llm-remote",
    "llm-off",
    "llm-unseen",
    "llm-not-installed",
    "llm-not-running",
    "llm-wrong-address",
    "llm-model-missing",
    "llm-too-slow",
    "llm-out-of-memory",
    "llm-nonsense",
    "llm-refused",
  ].map(summaries),
  screen("item-writing", { state: "llm-writing", clicks: ["card"], shows: "made-by" }),
  screen("llm-tested", {
    state: "llm-wrong-address",
    clicks: ["open-summaries", "test-model"],
    shows: "model-test",
  }),
  ...["llm-pulling", "llm-pull-stopped", "llm-pull-failed"].map((name) => screen(name, { shows: "pull" })),
];
