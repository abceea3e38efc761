// Every word that the window says, in one catalogue.
import type { Drag, Format, Isolation, MediaKind, Omission, Phase, RunCounts, Stage } from "../bindings";
import { clock, count, decimal, duration, number, size } from "./format";
import { deathHow } from "./deaths";
import { folders } from "./folders";
import { keys } from "./keys";
import { models, recording } from "./recordings";
import { setup } from "./setup";
import { settings } from "./settings";
import { summaries } from "./summaries";
import { trouble } from "./trouble";

const items = (n: number) => count(n, "item", "items");
const files = (n: number) => count(n, "file", "files");
const list = new Intl.ListFormat("en", { type: "conjunction" });

export const words = {
  app: "Deskscribe",
  recording,
  models,
  summaries,
  folders,
  setup,
  trouble,
  settings,
  tryAgain: "Try again",
  cancel: "Cancel",
  close: "Close",

  search: {
    label: "Search everything that was read",
    placeholder: "Search your screenshots and recordings",
    clear: "Clear search",
    operators: "Narrow the search",
    operator: {
      kind: "image, video or audio",
      tag: 'a tag: tag:invoice or tag:"two words"',
      in: "a folder: in:~/Desktop",
      after: "a day: 2026-03-14, 2026-03, today, 7d, 2w",
      before: "a day: 2026-03-14, 2026-03, yesterday, 7d",
      state: "read, failed or queued",
      lang: "a language code: de, en, zh",
      by: "who summarised it: extractive, remote or a model",
      '"…"': "these words side by side",
      "-": "without this word",
    },
  },

  alike: {
    find: "Find similar",
    similar: "Similar to this",
    byMeaning: "Close in meaning",
    meant: "Close in meaning, without these words",
    near: (share: string) => `${share} alike`,
    asking: "Asking the language model…",
    nothing: "Nothing like it was found.",
  },

  filter: {
    label: "Filters",
    image: "Images",
    video: "Videos",
    audio: "Audio",
    week: "Last week",
    month: "Last month",
    failed: "Failed",
    queued: "Not read yet",
    remove: (what: string) => `Remove ${what}`,
  },

  header: {
    grid: "Grid",
    list: "List",
    add: "Add",
    chooseFolder: "Read a folder once…",
    watchFolder: "Watch a folder…",
    chooseFiles: "Choose files…",
    paste: "Paste",
    activity: "Activity",
    keys: "Keys",
    models: "Speech models",
    summaries: "Summaries",
    settings: "Settings",
    offline: "Offline",
    offlineHelp:
      "This computer is offline. Downloads, and summaries by a language model on another machine, wait until it is back; all else goes on.",
  },

  health: {
    label: (share: string) => `${share} of your files are read`,
    title: "How much is read",
    coverage: "Read",
    failed: "Could not be read",
    backlog: "Not read yet",
    elsewhere: "Not on this computer",
    oldest: "Oldest waiting",
    none: "None",
    state: "Now",
    nothing: "Nothing yet",
    attention: "Show what needs attention",
  },

  library: {
    label: "Library",
    total: (n: number, more: boolean) => (more ? `more than ${items(n)}` : items(n)),
    matches: (n: number, more: boolean) => `${more ? "More than " : ""}${count(n, "match", "matches")}`,
    notRead: (n: number) => `${number(n)} not read yet`,
    noMatch: (n: number) => `No match in ${items(n)}.`,
    pending: (n: number) => `${number(n)} not read yet.`,
    noMatchHelp: "Try fewer words, the beginning of a word, or look without a filter.",
    clearFilters: "Search without filters",
    clearSearch: "Clear search",
    readThese: "Read these now",
    arriving: (n: number) => `Reading ${files(n)}`,
    arrivingHelp: "The first of them is here in a moment.",
    loading: "Loading the library",
    errorTitle: "The library cannot be opened",
    errorHelp: "Nothing of yours is lost: your files are where they were, and they can be read again.",
    waiting: "Not read yet",
    failed: "Could not be read",
    noText: "No text found",
    select: "Select",
    results: "Results",
  },

  empty: {
    title: "Drop images, videos or a folder here",
    or: "or choose a folder to watch",
    untouched: "Nothing has been opened yet.",
    formats:
      "Images such as PNG, JPEG and WebP, videos and audio such as MP4, MKV, WebM, MP3 and WAV. Everything stays on this computer.",
    watching: "What appears there is read by itself. Take a screenshot, and it is here a moment later.",
    orDrop: "Or drop images, videos or a folder here.",
    first:
      "Deskscribe reads your screenshots and recordings, so that you can find them again by any word that was shown or said.",
  },

  kind: { image: "Image", video: "Video", audio: "Audio", unknown: "File" } satisfies Record<
    MediaKind,
    string
  >,

  selection: {
    count: (n: number) => `${number(n)} selected`,
    label: "Selected items",
    clear: "Clear selection",
    copied: (n: number) => (n === 1 ? "Text copied" : `Text of ${items(n)} copied`),
    copiedMarkdown: (n: number) => (n === 1 ? "Copied as Markdown" : `${items(n)} copied as Markdown`),
    exported: (path: string) => `Exported to ${path}`,
    again: (n: number) => `${items(n)} will be read again`,
    forgotten: (n: number) => `${items(n)} forgotten`,
  },

  act: {
    copy: "Copy text",
    copyMarkdown: "Copy as Markdown",
    asMarkdown: "As Markdown",
    export: "Export…",
    exportAs: "Export as",
    exportTitle: (n: number) => `Export ${items(n)} as`,
    reveal: "Show in folder",
    open: "Open",
    again: "Read again",
    forget: "Forget…",
    more: "More",
  },

  formats: {
    markdown: "Markdown",
    jsonl: "JSON lines",
    json: "JSON",
    csv: "CSV table",
    srt: recording.formats.srt,
    vtt: recording.formats.vtt,
    txt: "Transcript",
  } satisfies Record<Format, string>,

  formatHelp: {
    markdown: "to read and to share",
    csv: "one row for each item",
    json: "one document",
    jsonl: "one line for each item",
    srt: "what was said in recordings",
    vtt: "what was said, for the web",
    txt: "what was said, as plain text",
  } satisfies Record<Format, string>,

  forget: {
    title: (n: number) => `Forget ${items(n)}?`,
    text: (n: number) =>
      `What was read in ${n === 1 ? "it" : "them"} is removed from the library. ${n === 1 ? "The file itself stays" : "The files themselves stay"} where ${n === 1 ? "it is" : "they are"}.`,
    yes: (n: number) => `Forget ${items(n)}`,
  },

  retried: {
    title: "Read after all",
    mark: (tries: number) => (tries === 2 ? "Read at the second try" : `Read at try ${number(tries)}`),
    help: "A worker that had it died, and another one read it. Nothing of it is missing.",
  },

  item: {
    back: "Back to the library",
    previous: "Previous",
    next: "Next",
    zoomIn: "Larger",
    zoomOut: "Smaller",
    zoomFit: "Fit",
    zoomFull: "100 %",
    preview: (name: string) => `Preview of ${name}`,
    making: "Making the preview…",
    noPicture: "There is no picture to show",
    noPreview: "The preview could not be made.",
    gone: "The file is gone from every place it was seen in. What was read is still here.",
    nothing: "No text was found in this picture.",
    nothingHelp: "Latin, Chinese and Japanese letters are read. What is written in others is not found yet.",
    tags: "Tags",
    addTag: "Add a tag",
    removeTag: (tag: string) => `Remove tag ${tag}`,
    resetTags: "Back to automatic tags",
    language: "Language",
    size: "Size",
    pixels: (w: number, h: number) => `${number(w)} × ${number(h)}`,
    taken: "Taken",
    date: "Date",
    camera: "Camera",
    coordinates: "Coordinates",
    omissionsTitle: "Not all of it could be read",
    omitted: ({ what, page, reason }: Omission): string => {
      switch (what) {
        case "page":
          return `Page ${page + 1} could not be read: ${reason}.`;
        case "pages":
          return `Page ${page + 1} and all after it could not be read: ${reason}.`;
        case "frames":
          return `Frame ${page + 1} and all after it could not be read: ${reason}.`;
        case "part":
          return `A part of it could not be read: ${reason}.`;
        case "script":
          return `There is writing here in letters that Deskscribe does not know yet. It reads ${reason}.`;
      }
    },
    read: "Read",
    places: "Places",
    placeGone: "gone",
    provenance: "How it was read",
    program: "Program",
    copied: "Selection copied",
    failedTitle: "Could not be read",
    skippedTitle: "Left out",
    openError: "This item cannot be shown",
  },

  activity: {
    label: "Activity",
    aloud: (title: string, line: string) => `${title}. ${line}`,
    reading: (folders: string[]) => (folders.length === 0 ? "Reading" : `Reading ${list.format(folders)}`),
    looking: (n: number) => `Looking through folders. ${files(n)} done so far.`,
    progress: (done: number, total: number) => `${number(done)} of ${number(total)}`,
    failed: (n: number) => `${number(n)} failed`,
    rate: (perSecond: number) => `${decimal(perSecond)}/s`,
    left: (seconds: number) =>
      `about ${duration(seconds < 90 ? Math.max(5, Math.ceil(seconds / 5) * 5) : seconds)} left`,
    stopping: "Stopping",
    idle: "Nothing is being read",
    idleDone: (done: number, last: number | null) =>
      `${number(done)} done.${last === null ? "" : ` Last file ${clock(last)}.`}`,
    nothing: "Nothing has been read yet.",
    pause: "Pause",
    resume: "Resume",
    stop: "Stop",
    stopHelp: "Files that were not read stay “not read yet”.",
    workers: "Workers",
    queue: "Waiting",
    attention: "Needs attention",
    resting: "Resting",
    lane: (slot: number) => `Worker ${slot + 1}`,
    phase: {
      starting: "Starting",
      ready: "Ready",
      loading: "Loading models",
      busy: "Busy",
      idle: "Resting",
      ended: "Resting",
      died: "Died, a new one starts",
    } satisfies Record<Phase, string>,
    stage: {
      load: "Loading",
      decode: "Opening",
      ocr: "Reading",
      hear: "Looking for speech",
      transcribe: "Listening",
      watch: "Watching",
      summarise: "Summarising",
    } satisfies Record<Stage, string>,
    isolation: {
      full: "Fully isolated",
      reduced: "Partly isolated",
      off: "Not isolated",
    } satisfies Record<Isolation, string>,
    deaths: (n: number) => count(n, "death", "deaths"),
    memory: (bytes: number) => size(bytes),
    allMemory: (bytes: number) => `${size(bytes)} in use`,
    cancel: (name: string) => `Do not read ${name} now`,
    remove: (name: string) => `Remove ${name} from the queue`,
    removeAll: "Remove all",
    removeSelected: (n: number) => `Remove ${number(n)}`,
    removed: (n: number) => `${files(n)} removed from the queue`,
    removeTitle: (n: number) => `Remove ${files(n)} from the queue?`,
    removeText: "They stay “not read yet” and can be read later.",
    inLine: (n: number) => `${files(n)} in line`,
    queueEmpty: "No file waits.",
    readWaiting: "Read these now",
    unread: (n: number) => `${files(n)} found and not read`,
    attentionEmpty: "Nothing needs your attention.",
    retryAll: (n: number) => `Try all failed again (${number(n)})`,
    retryTitle: (n: number) => `Try ${files(n)} again?`,
    retryText:
      "They are read again, first in the queue. Those that failed because of the file itself will fail again.",
    retried: (n: number) => `${files(n)} will be tried again`,
    remedy: { try_again: "Try again", show: "Show file" },
    deathHow,
    recordings: "Recordings",
    recentDeaths: "Recent deaths",
    death: (slot: number, ago: number) => `Worker ${slot + 1}, ${duration(ago)} ago`,
    deathHelp: "A worker that dies costs at most its own file. A new one takes its place.",
    finished: (counts: RunCounts) =>
      counts.files === 0 ? "Nothing was found that can be read" : `${files(counts.read)} read`,
    finishedIn: (seconds: number) => `in ${duration(seconds)}`,
    dismiss: "Dismiss",
    cached: (n: number) => `${number(n)} known already`,
    skipped: (n: number) => `${number(n)} left out`,
    waitingFor: (why: string) => `No worker can be had: ${why}`,
  },

  broken: { title: "Nothing can be read at the moment" },

  drag: {
    counting: "Counting…",
    files: (drag: Drag) => `Drop to read ${files(drag.supported)}`,
    folders: (drag: Drag) =>
      drag.supported === 0
        ? `Drop to read ${count(drag.folders, "folder", "folders")}`
        : `Drop to read ${files(drag.supported)} in ${count(drag.folders, "folder", "folders")}`,
    unsupported: (n: number) => `${number(n)} not supported`,
    none: (n: number) => `${n === 1 ? "This file is" : `These ${files(n)} are`} not supported`,
    first: "Dropped files go first.",
    formats: "Deskscribe reads images, videos and audio.",
    model: (n: number) =>
      n === 1 ? "Drop to import this speech model" : "Drop to import one of these speech models",
    modelHelp: "A model listens to your recordings on this computer.",
  },

  paste: {
    picture: "Image pasted; it is read first",
    nothing: "Nothing to read on the clipboard",
  },
  added: (n: number) => `${files(n)} added; ${n === 1 ? "it is" : "they are"} read first`,
  folderAdded: (folder: string) => `Reading ${folder}`,

  keys,
} as const;
