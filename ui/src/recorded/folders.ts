// Watched folders in the recorded session: what was chosen, and how each of them does.
import type { Background, FolderChoice, FolderCount, FolderStatus, PauseStatus } from "../bindings";
import { NOW } from "./library";
import { isFirst } from "./setup";

export const folder = (path: string, more: Partial<FolderChoice> = {}): FolderChoice => ({
  path: `/home/anna/${path}`,
  name: `~/${path}`,
  recurse: true,
  kinds: ["image", "video", "audio"],
  ignore: [],
  existing: true,
  ...more,
});

export const DESKTOP = folder("Desktop");
export const PICTURES = folder("Pictures/Screenshots", {
  kinds: ["image"],
  ignore: ["*.tmp.png", "drafts/"],
});
const ARCHIVE: FolderChoice = {
  ...folder("Archive", { recurse: false, existing: false }),
  path: "/mnt/archive/Meetings",
  name: "/mnt/archive/Meetings",
};

export const BACKGROUND: Background = { autostart: false, has_tray: true };

const SEVERAL = ["watch", "watch-sheet", "watch-reading", "watch-starting"];

const WATCHED_AT_FIRST = ["first-watching", "first-paused"];

export function choicesIn(state: string): FolderChoice[] {
  if (WATCHED_AT_FIRST.includes(state)) return [DESKTOP];
  if (isFirst(state) || state === "watch-none") return [];
  return SEVERAL.includes(state) ? [DESKTOP, PICTURES, ARCHIVE] : [DESKTOP];
}

export function pauseIn(state: string): PauseStatus | null {
  if (state === "watch-battery") return { by: "battery", resumes_in_seconds: null };
  const isPaused = state === "watch-paused" || state === "first-paused";
  return isPaused ? { by: "user", resumes_in_seconds: 2520 } : null;
}

const well = (path: string, more: Partial<FolderStatus> = {}): FolderStatus => ({
  path,
  state: "watched",
  reason: null,
  unfinished: 0,
  last_file_at: NOW - 26 * 60_000,
  ...more,
});

export const watchIn = (state: string, choices: FolderChoice[]): FolderStatus[] =>
  choices.map((choice) => statusIn(state, choice));

function statusIn(state: string, { path }: FolderChoice): FolderStatus {
  if (isFirst(state)) return well(path, { last_file_at: null });
  if (state === "watch-starting") return well(path, { state: "starting", last_file_at: null });
  if (state === "watch-elsewhere") return well(path, { state: "elsewhere", last_file_at: null });
  if (path === ARCHIVE.path || state === "watch-offline")
    return well(path, { state: "offline", reason: "it is not there", last_file_at: null });
  if (path === PICTURES.path)
    return well(path, {
      state: "polled",
      reason: "a network folder does not say what changes in it",
      last_file_at: NOW - 3 * 3_600_000,
    });
  if (state === "watch-cloud") return well(path, { away: 12 });
  return well(path, { unfinished: state === "watch-reading" ? 2 : 0 });
}

/** What a count comes to with these options; half of it while it goes on. */
export function countIn({ kinds, recurse, ignore }: FolderChoice, counting: boolean): FolderCount {
  const part = (counting ? 0.5 : 1) * (recurse ? 1 : 0.6) - (ignore.length > 0 ? 0.02 : 0);
  const of = (kind: FolderChoice["kinds"][number], all: number) =>
    kinds.includes(kind) ? Math.round(all * part) : 0;
  const [images, videos, audio] = [of("image", 318), of("video", 12), of("audio", 4)];
  return { images, videos, audio, away: 0, counting, wrong: null };
}
