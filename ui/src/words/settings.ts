// What the window says of settings, and of what is known of this machine and installation.
import type {
  Canary,
  Capacity,
  Check,
  Diagnosis,
  Isolation,
  Kept,
  Layer,
  Sent,
  Setting,
  Verdict,
} from "../bindings";
import { count, list, number, size } from "./format";
import { allowed, keys, told } from "./setting-names";

const isolation = {
  full: "Fully isolated",
  reduced: "Partly isolated",
  off: "Not isolated",
} satisfies Record<Isolation, string>;

const isolationHelp = {
  full: "A broken or hostile file can reach nothing of yours: the process that opens it has no network and no files but that one.",
  reduced:
    "One of two layers holds. The second needs Linux 5.13 or newer with Landlock; some containers take it away.",
  off: "This system does not isolate the processes that open files. Read only what you would open in a viewer.",
} satisfies Record<Isolation, string>;

const layer = { process: "Process", files: "Files", calls: "Calls" } satisfies Record<Layer, string>;

const verdict = {
  fine: "Everything is fine",
  weak: "It works, with less isolation than there could be",
  busy: "Nothing is wrong, but all eight workers are in use, so none could be examined",
  broken: "It does not work",
} satisfies Record<Verdict, string>;

/** What Deskscribe looked at, by the name that the terminal has for it. */
const check: Record<string, string> = {
  system: "System",
  files: "Open files",
  settings: "Settings",
  home: "Data folder",
  cache: "Library",
  engines: "Running",
  resources: "Program files",
  speech: "Speech model",
  llm: "Language model",
  worker: "Worker",
};

/** What is kept, and what keeps it from growing for ever. */
const kept: Record<string, { name: string; bound?: string }> = {
  home: { name: "All together" },
  settings: { name: "Settings" },
  cache: {
    name: "Library: texts, summaries, tags",
    bound: "What was read in files that are gone is dropped after the time below.",
  },
  "small pictures": { name: "Small pictures", bound: "One for each item; dropped with it." },
  backup: { name: "Backup of the library", bound: "The last two are kept." },
  "damaged copy": { name: "Damaged copy of the library", bound: "Can be deleted once nothing is missing." },
  models: { name: "Speech models", bound: "Only those you chose; remove them under Speech." },
  runs: { name: "Reports of runs", bound: "The last hundred are kept." },
  logs: { name: "Logs", bound: "The last seven days are kept." },
};

/** Why so many workers run. */
function workersWhy({ processors, memory, worker, workers, wanted, short }: Capacity): string {
  const machine = [
    count(processors, "processor", "processors"),
    memory === null ? [] : `${size(memory)} of memory`,
  ];
  const has = `This computer has ${list(machine.flat())}.`;
  const share =
    workers > processors
      ? "More workers than processors still help: while one waits for the disk, another one works."
      : "A picture is read by one worker; with several, each has a processor of its own.";
  if (short === null)
    return `${has} A busy worker is reckoned to need ${size(worker)}, so there is room for all ${number(workers)} that you allow. ${share}`;
  return `${has} You allow ${number(wanted)}, and there is room for ${number(workers)} now: ${short.split(":")[0] ?? short}. A busy worker is reckoned to need ${size(worker)}.`;
}

/** What was sent to a server, in one line. */
const sentTo = ({ contents, requests, sent }: Sent): string =>
  `${count(contents, "item", "items")}, ${count(requests, "request", "requests")}, ${size(sent)} sent`;

const mark = ({ good }: Check) => (good === true ? "ok" : good === false ? "WRONG" : "?");

/** All of a diagnosis as text, for a letter to whoever helps. */
function report(of: Diagnosis): string {
  const { program, checks, worker, parts, mend } = of;
  const rows = (head: string, lines: string[]) => (lines.length > 0 ? ["", head, ...lines] : []);
  return [
    `Deskscribe ${program}: ${verdict[of.verdict]}`,
    "",
    ...checks.map((one) => `${mark(one)}\t${one.what}\t${one.found}`),
    ...(worker ? [`${worker.isolation}\tisolation\tat least ${worker.required} is required`] : []),
    ...rows("Layers", worker?.layers.map((one) => `${one.layer}\t${one.state}`) ?? []),
    ...rows(
      "The worker tried to",
      worker?.canaries.map(
        (one) => `${one.refused ? "refused" : "NOT REFUSED"}\t${one.attempt}\t${one.layer}\t${one.outcome}`,
      ) ?? [],
    ),
    ...rows(
      "Installed",
      parts.map((one) => `${one.what}\t${one.name}\t${size(one.bytes ?? 0)}\t${one.path}`),
    ),
    ...rows(
      "Kept",
      of.kept.map((one: Kept) => `${one.what}\t${size(one.bytes)}\t${one.holds}\t${one.path}`),
    ),
    ...rows(
      "To mend",
      mend.map((one) => `${one.what}\t${one.line}`),
    ),
    "",
  ].join("\n");
}

export const settings = {
  title: "Settings",
  back: "Back to the library",
  pages: {
    folders: {
      name: "Folders",
      about: "What appears in these folders is read by itself. No file is ever moved, changed or deleted.",
    },
    text: {
      name: "Text",
      about: "Text in pictures and on screens is read on this computer, without any download.",
    },
    speech: {
      name: "Speech",
      about:
        "A model that you choose listens to your recordings, on this computer. None is fetched without being asked for.",
    },
    summaries: {
      name: "Summaries",
      about:
        "Titles, summaries and tags, written by a language model that you run. Reading and search never wait for it.",
    },
    outputs: { name: "Outputs", about: "Files that Deskscribe writes. Your own are never touched." },
    performance: { name: "Performance", about: "How many files are read at once." },
    privacy: {
      name: "Privacy",
      about: "What left this computer, where your data lies, and what a hostile file could reach.",
    },
    diagnostics: {
      name: "Diagnostics",
      about: "Whether everything works, and what to send to somebody who helps.",
    },
  },
  keys,
  told,
  allowed,
  advanced: "Advanced",
  defaultOf: (setting: Setting) => `As it comes: ${told(setting.key, setting.default)}`,
  defaultNamed: (setting: Setting) =>
    `${keys[setting.key]?.name ?? setting.key}. As it comes: ${told(setting.key, setting.default)}`,
  changed: (name: string) => `${name}: changed`,
  undo: "Undo",
  undone: "It is as it was before",
  chooseFolder: "Choose…",
  fewer: "Fewer",
  more: "More",

  file: (file: string) =>
    `What you choose is kept in ${file}. You may change it there as well; it counts once it is saved.`,
  openFile: "Open settings.toml",
  troubleTitle: "settings.toml cannot be followed",
  troubleHelp:
    "Until it is mended, what is shown here is in use: the file as it was when it could be followed last. Nothing can be changed here meanwhile. It is looked at again when it is saved.",

  text: {
    readers: "What reads",
    none: "Looking…",
    part: {
      runtime: "Runs the models",
      "text detection": "Finds lines of text",
      "text recognition": "Reads them",
    } as Record<string, string>,
    turned: "Pages that lie on their side, upside down or askew are turned before they are read.",
  },
  performance: {
    now: (n: number) => (n === 0 ? "None" : count(n, "worker", "workers")),
    rest: "They start when there is something to read, and go when there is not.",
    running: "Running now",
    facts: (of: Capacity): [string, string][] => [
      ["Processors", number(of.processors)],
      ["Memory", of.memory === null ? "unknown" : size(of.memory)],
      ["Of it free for workers", of.available === null ? "unknown" : size(of.available)],
    ],
    upTo: (n: number) => `Up to ${count(n, "worker", "workers")}`,
    why: workersWhy,
    wait: "Looking at this computer…",
  },
  privacy: {
    left: "What left this computer",
    nothing: "Nothing",
    nothingHelp: "Of what was read, nothing was ever sent to another machine.",
    leftTo: (n: number) => `${count(n, "server", "servers")} elsewhere`,
    leftHelp:
      "Of items that you have forgotten, nothing is known any more. Each item that was sent is marked, and says what.",
    here: "On this computer",
    sentTo,
    meaning: "Words that you search by meaning are sent to the same server.",
    downloads: "Downloads of models ask for a file, and send nothing of yours.",
    isolation: "Isolation",
    level: isolation,
    levelHelp: isolationHelp,
    canaries: (all: Canary[]) =>
      `${number(all.filter(({ refused }) => refused).length)} of ${count(all.length, "attempt", "attempts")} refused`,
    canariesHelp: "Each worker tries these before it is given a file, and tells what the system said.",
    columns: { attempt: "It tried to", layer: "Layer", outcome: "The system said" },
    layer,
    refused: "Refused",
    notRefused: "Not refused",
    examining: "Starting a worker and looking at it…",
    unseen: "No worker could be examined. Diagnostics says why.",
    data: "Where your data lies",
    kept: (what: string) => kept[what] ?? { name: what },
    open: "Open the folder",
  },
  diagnostics: {
    verdict,
    check: (what: string) => check[what] ?? what,
    good: "Good",
    bad: "Wrong",
    unclear: "Not sure",
    again: "Examine again",
    examining: "Examining…",
    copy: "Copy as text",
    logs: "Open the logs folder",
    version: "Version",
    mend: "To mend it, in a terminal",
    isolation: (level: Isolation, required: Isolation) =>
      `${isolation[level]}; ${required === "off" ? "nothing is demanded" : `at least ${isolation[required].toLowerCase()} is demanded`}`,
    report,
  },
} as const;
