// What the window says of recordings and of the speech models that listen to them.
import type {
  Deed,
  Languages,
  Listens,
  Missing,
  RecordingStatus,
  Sound,
  Step,
  TranscriptFormat,
} from "../bindings";
import { count, decimal, duration, number, percent, size, time } from "./format";

const recordings = (n: number) => count(n, "recording", "recordings");
const left = (seconds: number) =>
  `about ${duration(seconds < 90 ? Math.max(5, Math.ceil(seconds / 5) * 5) : seconds)} left`;

/** So much of so much, in one unit. */
function of(bytes: number, total: number): string {
  const unit = total >= 1e9 ? ([1e9, "GB"] as const) : ([1e6, "MB"] as const);
  const told = (value: number) => (unit[0] === 1e9 ? decimal(value / 1e9) : number(Math.round(value / 1e6)));
  return `${told(bytes)} of ${told(total)} ${unit[1]}`;
}

export const recording = {
  said: "Said",
  shown: "Shown",
  timeline: "Where you are in the recording",
  frame: (at: number, name: string) => `${name} at ${time(at)}`,
  getting: "Getting this frame…",
  noFrame: "This frame could not be made.",
  gone: "The file is gone from every place it was seen in. What was said and shown is still here.",
  at: (seconds: number) => `at ${time(seconds)}`,
  atOf: (at: number, duration: number) => `${time(at)} of ${time(duration)}`,
  show: (at: number) => `Show ${time(at)}`,
  to: (end: number) => `–${time(end)}`,
  until: (to: number) => `until ${time(to)}`,
  copyLine: "Copy with its time",
  unclear: "unclear",
  sound: {
    absent: "This recording has no sound.",
    silent: "There is sound in this recording, and nothing to be heard.",
    no_speech: "Nobody speaks in this recording.",
    speech: "What is said in this recording could not be understood.",
  } satisfies Record<Sound, string>,
  nothingShown: "No text was shown in this recording.",
  noPicture: "This is sound alone; nothing was shown.",
  pending: "Nobody has listened to this yet",
  pendingHelp:
    "What was shown is here already. What was said follows by itself as soon as there is a speech model.",
  pendingSound: "What was said follows by itself as soon as there is a speech model.",
  listeningNext: "It is listened to as soon as it is its turn.",
  missing: {
    picture: "Not seen",
    sound: "Not heard",
    words: "Unclear",
    rest: "Missing",
  } satisfies Record<Missing, string>,
  gap: (what: Missing, from: number, to: number) => `${recording.missing[what]}, ${time(from)}–${time(to)}`,
  length: "Length",
  spoken: "Spoken",
  waits: "Waiting for a speech model",
  transcript: "Transcript…",
  transcriptOf: "Transcript",
  copyAs: (format: string) => `Copy as ${format}`,
  saveAs: (format: string) => `Save as ${format}…`,
  save: "Save…",
  copy: "Copy",
  copied: (format: string) => `Transcript copied as ${format}`,
  formats: {
    txt: "Plain text",
    markdown: "Markdown",
    srt: "SRT subtitles",
    vtt: "WebVTT subtitles",
    json: "JSON",
  } satisfies Record<TranscriptFormat, string>,
  formatHelp: {
    txt: "the words alone",
    markdown: "what was said and shown, with times",
    srt: "for most players and editors",
    vtt: "for the web",
    json: "all of it, with times",
  } satisfies Record<TranscriptFormat, string>,
  worked: ({ done_seconds, total_seconds }: RecordingStatus) =>
    `${time(done_seconds)} of ${time(total_seconds)} worked through`,
} as const;

const deeds = {
  get: (model: string) => `Downloading ${model}`,
  import: (model: string) => `Importing ${model}`,
  verify: (model: string) => `Checking ${model}`,
} satisfies Record<Deed, (model: string) => string>;

function step(now: Step | null): string {
  if (!now) return "Starting…";
  switch (now.state) {
    case "connecting":
      return `Connecting to ${now.host}…`;
    case "waiting":
      return `${now.why}. The next try is in ${duration(now.seconds)}.`;
    case "starting_over":
      return `Starting over: ${now.why}.`;
    case "downloading": {
      const parts = [of(now.bytes, now.total)];
      if (now.rate !== null) parts.push(`${size(now.rate)}/s`);
      if (now.left_seconds !== null) parts.push(left(now.left_seconds));
      return parts.join("  ·  ");
    }
    case "copying":
      return `Copying… ${of(now.bytes, now.total)}`;
    case "verifying":
      return `Verifying… ${percent(now.total > 0 ? now.bytes / now.total : 0)}`;
    case "done":
      return "Done";
  }
}

/** Why nobody listens, in one sentence. */
function nobody(listens: Listens): string {
  switch (listens.type) {
    case "use":
      return `${listens.model} listens to your recordings.`;
    case "none_installed":
      return "No speech model is installed, so nobody listens to your recordings yet.";
    case "not_there":
      return `Your settings name the speech model ${listens.model}, which is not installed.`;
    case "touched":
      return `The file of ${listens.model} was changed since it was checked, and is not used until it is checked again.`;
    case "broken":
      return `The file of ${listens.model} is broken, and is not used.`;
    case "too_large":
      return `${listens.model} is too large for the memory of this computer.`;
  }
}

export const models = {
  title: "Speech models",
  about:
    "A speech model listens to your recordings, on this computer. None is downloaded unless you ask for it here.",
  nobody,
  columns: { model: "Model", languages: "Languages", size: "Download", memory: "Memory", state: "State" },
  languages: { all: "All", en: "English" } satisfies Record<Languages, string>,
  recommended: "Recommended",
  inUse: "In use",
  installed: "Installed",
  partial: (share: number) => `${percent(share)} downloaded`,
  touched: "Changed, to be checked",
  broken: "Broken",
  tooLarge: "Too large for this computer",
  tight: "Just fits",
  stranger: "Not one that Deskscribe knows",
  get: "Get",
  getNamed: (name: string, bytes: number) => `Get ${name} (${size(bytes)})`,
  getFrom: (name: string, bytes: number, host: string) => `Download ${name}, ${size(bytes)}, from ${host}`,
  resume: "Resume",
  stop: "Stop; what was downloaded is kept",
  check: "Check",
  checkNamed: (name: string) => `Check every byte of ${name}`,
  again: "Get again",
  importAgain: "Import again…",
  remove: (name: string) => `Remove ${name}`,
  import: "Import a file…",
  drop: "Or drop a Whisper model (.bin) into the window.",
  choose: "Choose another…",
  from: (hosts: string[]) => `Downloads come from ${hosts.join(", ")}.`,
  memory: (bytes: number) => `This computer has ${size(bytes)} of memory.`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: (bytes: number) =>
    `${size(bytes)} are freed. Transcripts that it made stay; it can be downloaded again.`,
  removeStranger: (bytes: number) =>
    `${size(bytes)} are freed. Transcripts that it made stay; to use it again you need its file.`,
  removed: (name: string, freed: number) => `${name} removed, ${size(freed)} freed`,
  largeTitle: (name: string) => `Get ${name} all the same?`,
  largeText: (model: string, memory: number, has: number) =>
    `${model} needs ${size(memory)} of memory and this computer has ${size(has)}. It would become very slow while somebody listens. Smaller models understand the same languages.`,
  largeYes: (bytes: number) => `Get ${size(bytes)}`,
  error: "The speech models cannot be listed",
  loading: "Looking for speech models…",

  deed: (deed: Deed, model: string) => deeds[deed](model),
  verifying: (model: string) => `Verifying ${model}`,
  step,
  stopped: (kept: number) => (kept > 0 ? `Stopped. ${size(kept)} are kept.` : "Stopped."),
  failed: {
    get: "The download failed",
    import: "The file was not imported",
    verify: "The model is not whole",
  } satisfies Record<Deed, string>,
  ready: (model: string) => `${model} is ready`,
  whole: (model: string) => `${model} is whole`,
  stays: (listens: string) => `${listens} stays in use.`,
  nowListening: (n: number) =>
    n > 0
      ? `${recordings(n)} ${n === 1 ? "is" : "are"} listened to now.`
      : "It listens to recordings from now on.",
  dismiss: "Dismiss",

  notice: (n: number) => `${recordings(n)} ${n === 1 ? "waits" : "wait"} for a speech model`,
  noticeHelp: "What was shown is read already. To have what was said, a model listens on this computer.",
  noticeFrom: (host: string) => `From ${host}; nothing of yours is sent.`,
  later: "Not now",
  open: "Speech models…",
} as const;
