// What the window says of watched folders, and of being in the background.
import type { FolderChoice, FolderCount, MediaKind, PauseStatus } from "../bindings";
import type { Watched, Watching } from "../state/folders.svelte";
import { clock, count, duration, number, sentence } from "./format";

const list = new Intl.ListFormat("en", { type: "conjunction" });
const files = (n: number) => count(n, "file", "files");

const some = (names: string[]) =>
  names.length > 1 ? count(names.length, "folder", "folders") : (names[0] ?? "");
const away = (names: string[]) =>
  names.length === 0 ? "" : `${list.format(names)} ${names.length === 1 ? "is" : "are"} offline`;

/** Why nothing is read, and for how long. */
function paused(pause: PauseStatus | null | undefined): string {
  if (pause?.by === "battery") return "Paused: on battery";
  const seconds = pause?.resumes_in_seconds ?? null;
  return seconds === null ? "Paused" : `Paused for ${duration(Math.max(60, seconds))} more`;
}

/** How it stands with all of them, in one line. */
function headline(watching: Watching): string {
  switch (watching.is) {
    case "unknown":
      return "Watched folders";
    case "nothing":
      return "Watch a folder…";
    case "elsewhere":
      return "Watched by another Deskscribe program";
    case "paused":
      return paused(watching.pause);
    case "starting":
      return `Looking through ${some(watching.names)}`;
    case "offline":
      return `${away(watching.names)}; ${watching.names.length === 1 ? "it comes back by itself" : "they come back by themselves"}`;
    case "reading":
      return [`Watching ${some(watching.names)}, ${number(watching.waiting)} waiting`, away(watching.offline)]
        .filter(Boolean)
        .join("; ");
    case "quiet": {
      const { names, offline, last, done } = watching;
      const parts = [`Watching ${some(names)}`];
      if (offline.length > 0) parts.push(away(offline));
      else if (last !== null) parts.push(`Last file ${clock(last)}`);
      parts.push(`${number(done)} done`);
      return parts.map((part) => `${part}.`).join(" ");
    }
  }
}

/** The same where nothing was read yet: of what was, there is nothing to tell. */
const standingAll = (watching: Watching): string =>
  watching.is === "quiet"
    ? [`Watching ${some(watching.names)}`, away(watching.offline)].filter(Boolean).join("; ")
    : headline(watching);

/** Files that a sync program keeps elsewhere. */
const elsewhere = (n: number) => `${files(n)} not on this computer`;

const state = {
  starting: "Looking through it",
  watched: "Watched",
  polled: "Looked at now and then",
  offline: "Offline",
  elsewhere: "Watched by another Deskscribe program; when that ends, by this window",
};

/** How one of them does, and why. */
function standing({ status }: Watched): string {
  if (!status) return "Not watched at the moment.";
  const reason = status.reason ? `: ${status.reason}` : "";
  const parts = [`${state[status.state]}${reason}`];
  if (status.state === "offline") parts.push("It comes back by itself");
  if (status.unfinished > 0) parts.push(`${files(status.unfinished)} still being written`);
  if (status.last_file_at != null) parts.push(`Last file ${clock(status.last_file_at)}`);
  return parts.map(sentence).join(". ") + ".";
}

const KINDS: [Exclude<MediaKind, "unknown">, string][] = [
  ["image", "images"],
  ["video", "videos"],
  ["audio", "audio"],
];

/** What is read in it, in words. */
function options({ recurse, kinds, ignore, existing }: FolderChoice): string {
  const read = KINDS.flatMap(([kind, name]) => (kinds.includes(kind) ? [name] : []));
  const parts = [
    read.length === KINDS.length ? "everything" : read.length > 0 ? list.format(read) : "nothing",
  ];
  if (!recurse) parts.push("without the folders in it");
  if (!existing) parts.push("new files only");
  if (ignore.length > 0) parts.push(`without ${list.format(ignore)}`);
  return sentence(parts.join(", "));
}

/** "318 images, 12 videos". */
function counted({ images, videos, audio, away }: FolderCount): string {
  const parts = [
    images > 0 ? [count(images, "image", "images")] : [],
    videos > 0 ? [count(videos, "video", "videos")] : [],
    audio > 0 ? [`${number(audio)} audio`] : [],
    away > 0 ? [elsewhere(away)] : [],
  ].flat();
  return parts.length === 0 ? "No files yet" : parts.join(", ");
}

export const folders = {
  title: "Watched folders",
  about: "What appears in these folders is read by itself. No file is ever moved, changed or deleted.",
  headline,
  standingAll,
  cloud: elsewhere,
  cloudHelp:
    "They are not opened. In the menu of your sync program, such as Nextcloud: Make available locally. Then they are read.",
  paused,
  standing,
  options,
  runNow: "Run now",
  resume: "Resume",
  pause: "Pause",
  pauseHour: "For 1 hour",
  pauseLong: "Until I resume",
  list: "Folders",
  none: "No folder is watched yet.",
  elsewhereHelp: "When that one ends, this window takes over.",
  watch: (name: string) => `Watch ${name}`,
  choose: "Choose a folder to watch…",
  another: "Watch another folder…",
  change: "Change…",
  changeNamed: (name: string) => `Change how ${name} is watched`,
  stop: "Stop watching…",
  stopNamed: (name: string) => `Stop watching ${name}`,
  stopTitle: (name: string) => `Stop watching ${name}?`,
  stopText:
    "What appears there is not read any more. What was read stays in the library and can be found, and no file is touched.",
  stopYes: "Stop watching",
  stopped: (name: string) => `${name} is not watched any more`,
  started: (name: string) => `Watching ${name}`,
  changed: (name: string) => `${name} is watched in another way`,
  back: "Back to the list",

  form: {
    label: (name: string) => `How to watch ${name}`,
    counting: (so: FolderCount) => `${counted(so)} so far…`,
    counted: (all: FolderCount) => `${counted(all)}; nothing has been opened yet.`,
    begin: "Counting…",
    later: (all: FolderCount) => `${counted(all)}, which are left alone; only new files are read.`,
    kinds: "Read",
    kind: { image: "Images", video: "Videos", audio: "Audio" } satisfies Record<
      Exclude<MediaKind, "unknown">,
      string
    >,
    noKind: "Choose at least one.",
    also: "Also",
    recurse: "Folders in this folder",
    existing: "Files that are there already",
    existingHelp: "New ones are read first.",
    ignore: "Leave out",
    ignoreHelp: "One pattern a line, as in a .gitignore: *.tmp.png or drafts/",
    watch: "Watch this folder",
    save: "Save",
  },

  background: {
    title: "In the background",
    keepHelp: "Deskscribe stays in the tray. Quit there ends it.",
    keepWithoutTray: "This desktop has no tray: start Deskscribe again to see its window.",
    autostart: "Start when I log in",
    autostartHelp: "Without a window.",
  },

  closing: {
    title: "Keep watching when the window is closed?",
    text: "New files in your watched folders are then read as before, and Deskscribe stays in the tray.",
    textWithoutTray:
      "New files in your watched folders are then read as before. This desktop has no tray: start Deskscribe again to see its window.",
    later: "You can change this in the settings, under Folders.",
    keep: "Keep watching",
    quit: "Quit",
  },
} as const;
