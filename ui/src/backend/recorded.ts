// A recorded session for a plain browser. `?state=` reaches every state, `?items=100000` fills the library,
// `?still` stops its time, `?large` makes text twice as large.
import type { Attention, Live } from "../bindings";
import { BACKGROUND, DESKTOP, PICTURES, choicesIn, countIn, pauseIn, watchIn } from "../recorded/folders";
import { NOW, RecordedLibrary, drawing } from "../recorded/library";
import { errandIn, listensIn, modelsIn } from "../recorded/models";
import { frame } from "../recorded/recordings";
import { Round } from "../recorded/round";
import { isFirst, stepsIn } from "../recorded/setup";
import { SCREENS } from "../recorded/screens";
import { RecordedSettings, openPage, pageIn, settingsCommands } from "../recorded/settings";
import { llmIn, pullIn, summariesIn, testIn, unsummarisedIn } from "../recorded/summaries";
import { fileId } from "../state/files";
import { FAILURES } from "../recorded/scripts";
import type { Backend, Commands } from ".";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

export function recorded(asked: URLSearchParams): Backend {
  const state = asked.get("state") ?? "";
  // Before anything is laid out.
  if (asked.has("large")) document.documentElement.style.fontSize = "162.5%";
  const empty = isFirst(state);
  const { speech, llm: model } = stepsIn(state);
  const items = empty || state === "arriving" ? 0 : Number(asked.get("items") ?? 318);
  const library = new RecordedLibrary(items, state);
  const round = new Round(library, state);
  const quiet =
    state === "setup" ||
    pageIn(state) !== null ||
    state.startsWith("llm-") ||
    (state.startsWith("watch") && state !== "watch-reading");
  round.idle = empty || state === "idle" || state === "error" || quiet;
  let pause = pauseIn(state);
  round.paused = state === "paused" || pause !== null;
  let choices = choicesIn(state);
  let background = BACKGROUND;
  const settings = new RecordedSettings(state);
  if (round.idle) {
    library.queued = state === "error" ? library.queued : 0;
    round.queue = [];
    for (const worker of round.workers) Object.assign(worker, { work: null, state: "idle", seconds: 14 });
    round.recordings = [];
    if (empty) Object.assign(round, { workers: [], deaths: 0, crashes: [] });
  }
  if (empty) {
    library.queued = 0;
    Object.assign(round.counts, { files: 0, read: 0, failed: 0 });
    round.found = 0;
  }
  let broken = state === "broken" ? "The worker program is missing. Install Deskscribe again." : null;
  let tell: (message: Live) => void = () => undefined;
  const status = () => {
    const watch = watchIn(state, choices);
    const now = { ...round.status, summaries: summariesIn(model), pause, watch };
    tell({ type: "status", status: broken ? null : now, broken });
  };
  const chosen = () => {
    tell({ type: "choices", folders: choices, background });
    const file = "~/.local/share/deskscribe/settings.toml";
    tell({ type: "settings", settings: settings.all, file, trouble: settings.trouble });
    status();
  };
  const changed = () =>
    tell({
      type: "library",
      change: library.change,
      coverage: library.coverage,
      unheard: state === "setup" ? 0 : library.unheard,
      unsummarised: unsummarisedIn(model),
      caution: null,
    });
  const troubles = (): Attention[] =>
    library.entries
      .filter((entry) => entry.failure >= 0)
      .map((entry) => {
        const { code, reason } = FAILURES[entry.failure] ?? { code: "internal" as const, reason: "" };
        const { key, name, moment } = entry;
        return {
          key,
          name,
          moment,
          code,
          reason,
          kind: "image",
          path: `/home/anna/Desktop/${name}`,
          folder: "~/Desktop",
        };
      });

  const commands: Commands = {
    async page(query, offset, limit) {
      await sleep(state === "loading" ? 1e9 : 4);
      if (state === "error")
        throw { code: "cache", message: "The library is damaged and could not be repaired: disk I/O error." };
      return library.page(query, offset, limit);
    },
    item: async (key, query) => library.item(key, query),
    similar: async (key) => library.alike(key),
    async byMeaning() {
      await sleep(300);
      return library.alike("");
    },
    async setTags(key, tags) {
      library.find(key).tags = tags;
      library.change += 1;
      changed();
      return library.item(key, "");
    },
    async forget(keys) {
      const count = library.forget(keys);
      changed();
      return count;
    },
    copy: async (keys, form) => {
      const items = keys.map((key) => library.item(key, ""));
      const text = items
        .map((item) => (form === "text" ? item.text : `## ${item.title}\n\n${item.text}`))
        .join("\n\n");
      await navigator.clipboard.writeText(text).catch(() => undefined);
      return null;
    },
    copyText: async (text) => {
      await navigator.clipboard.writeText(text).catch(() => undefined);
      return null;
    },
    exportItems: async (_keys, _query, format) => `/home/anna/Documents/deskscribe.${format}`,
    open: async () => null,
    reveal: async () => null,
    chooseFolder: async () => "~/Desktop",
    chooseFiles: async () => 3,
    chooseWatched: async () => PICTURES,
    async countFolder(folder) {
      if (!folder) return (tell({ type: "count", count: null }), null);
      tell({ type: "count", count: countIn(folder, true) });
      if (state !== "watch-counting") await sleep(600);
      tell({ type: "count", count: countIn(folder, state === "watch-counting") });
      return null;
    },
    async watchFolder(folder) {
      choices = [...choices.filter(({ path }) => path !== folder.path), folder];
      return (chosen(), 0);
    },
    async unwatchFolder(folder) {
      choices = choices.filter(({ path }) => path !== folder.path);
      return (chosen(), 0);
    },
    async setAutostart(on) {
      background = { ...background, autostart: on };
      return (chosen(), 0);
    },
    ...settingsCommands(state, settings, chosen),
    async closeWindow(keepRunning) {
      settings.set("keep_running", keepRunning);
      return (chosen(), null);
    },
    paste: async () => ({ type: "nothing" }),
    tryAgain: async () => null,
    readAgain: async () => null,
    retryFailed: async () => library.coverage.failed,
    readWaiting: async () => null,
    async pause(seconds) {
      pause = { by: "user", resumes_in_seconds: seconds };
      round.paused = true;
      status();
      return null;
    },
    async resume() {
      pause = null;
      round.paused = false;
      status();
      return null;
    },
    async cancel(file) {
      for (const worker of round.workers) if (worker.work?.path === file.path) worker.work = null;
      status();
      return null;
    },
    async stop() {
      round.stopping = true;
      round.paused = false;
      status();
      return null;
    },
    async remove(files) {
      const before = round.queue.length;
      const gone = new Set(files?.map(fileId));
      round.queue = files ? round.queue.filter((file) => !gone.has(fileId(file))) : [];
      round.found -= before - round.queue.length;
      status();
      return null;
    },
    waiting: async (offset, limit) => ({
      files: round.queue.slice(offset, offset + limit),
      offset,
      count: round.queue.length,
    }),
    async troubles(offset, limit) {
      const all = troubles();
      return { entries: all.slice(offset, offset + limit), offset, count: all.length };
    },
    models: async () => modelsIn(speech),
    async getModel(model) {
      tell({ type: "models", listens: listensIn(speech), errand: errandIn("downloading") });
      return (void model, null);
    },
    async importModel() {
      tell({ type: "models", listens: listensIn(speech), errand: errandIn("importing") });
      return true;
    },
    async verifyModel(model) {
      const step = { state: "verifying" as const, bytes: 60e6, total: 148e6 };
      const progress = { type: "going" as const, step };
      tell({ type: "models", listens: listensIn(speech), errand: { deed: "verify", model, progress } });
      return null;
    },
    removeModel: async () => 148e6,
    async stopErrand() {
      tell({ type: "models", listens: listensIn(speech), errand: errandIn("stopped") });
      return null;
    },
    async dismissErrand() {
      tell({ type: "models", listens: listensIn(speech), errand: null });
      return null;
    },
    lookForModel: async () => (await sleep(400), llmIn(model)),
    testModel: async () => (await sleep(900), testIn(model)),
    async pullModel() {
      tell({ type: "pull", pull: pullIn("llm-pulling") });
      return null;
    },
    async stopPull() {
      tell({ type: "pull", pull: pullIn("llm-pull-stopped") });
      return null;
    },
    async dismissPull() {
      tell({ type: "pull", pull: null });
      return null;
    },
    summarise: async () => null,
    exportTranscript: async (_key, format) => `/home/anna/Documents/Harbour launch weekly.${format}`,
    copyTranscript: async () => null,
    suggestion: async () => ({ desktop: DESKTOP }),
    async restart() {
      broken = null;
      status();
      return null;
    },
  };

  function play(): void {
    if (asked.has("still") || empty) return;
    let ended = round.idle;
    setInterval(() => {
      if (round.tick()) changed();
      status();
      if (!round.idle || ended) return;
      ended = true;
      tell({ type: "finished", counts: { ...round.counts }, stopped: null });
    }, 100);
  }

  return {
    commands,
    async live(listen) {
      tell = listen;
      if (window.__deskscribe) window.__deskscribe.screens = SCREENS;
      chosen();
      changed();
      if (state === "watch-closing") tell({ type: "closing" });
      if (state.startsWith("watch-sheet")) tell({ type: "show_folders" });
      const drag = state.startsWith("drag")
        ? { supported: 7, unsupported: 2, folders: 0, models: 0, counting: false }
        : null;
      tell({
        type: "drag",
        drag:
          state === "drag-counting"
            ? { supported: 212, unsupported: 0, folders: 2, models: 0, counting: true }
            : state === "drag-model"
              ? { supported: 0, unsupported: 0, folders: 0, models: 1, counting: false }
              : drag,
      });
      tell({ type: "models", listens: listensIn(speech), errand: errandIn(speech) });
      tell({ type: "pull", pull: pullIn(model) });
      if (state === "note")
        tell({ type: "note", text: "“Archive” is not connected; its 41 items stay in the library." });
      if (state === "idle")
        tell({
          type: "finished",
          counts: { ...round.counts, files: 318, read: 306, seconds: 94 },
          stopped: null,
        });
      const page = pageIn(state);
      if (page) openPage(page);
      play();
    },
    online: (listen) => listen(state !== "waiting"),
    thumb: (key) => picture(key, 0),
    preview: (key, at = 0) => (state === "nopreview" ? "data:," : picture(key, at)),
  };

  function picture(key: string, at: number): string {
    const { script, recording } = library.find(key);
    if (recording >= 0) return frame(recording, at)?.picture ?? "";
    return script >= 0 ? drawing(script).picture : "";
  }
}

export { NOW };
