// What the window says of summaries by a language model: who makes them, what is wrong, and what can be done.
import type {
  Call,
  LlmTest,
  LlmVerdict,
  ModelPull,
  Receipt,
  Server,
  TroubleCode,
  WritingStatus,
} from "../bindings";
import { count, decimal, duration, number, percent, size } from "./format";

const items = (n: number) => count(n, "item", "items");

/** What is wrong, and what that means; what to do comes from the engine. */
const trouble = {
  not_installed: {
    title: "Ollama is not installed",
    help: "With Ollama, a language model on this computer writes titles, summaries and tags. It is free, and nothing leaves this computer. Another server can be named in settings.toml: llm, llm_address.",
  },
  not_running: {
    title: "The language model is not running",
    help: "Start it, and the summaries go on by themselves.",
  },
  wrong_address: {
    title: "There is no language model at this address",
    help: "Something else answers there, or nobody knows the name.",
  },
  model_missing: {
    title: "There is no model to write with",
    help: "The server is there, but not the model that should write.",
  },
  cannot_see: {
    title: "This model cannot see pictures",
    help: "Only what can be read in a picture is summarised.",
  },
  too_slow: {
    title: "The language model does not answer in time",
    help: "It may be busy with something else, or too large for its computer. It is asked again after a pause.",
  },
  out_of_memory: {
    title: "The language model does not fit into memory",
    help: "It is asked again after a pause.",
  },
  nonsense: {
    title: "The language model gives no usable answers",
    help: "What it said was thrown away, and nothing was changed. It is asked again after a pause.",
  },
  refused: {
    title: "The server wants a key",
    help: "It does not know us, or wants another key than ours. The key is kept in the keychain of this computer.",
  },
  too_long: {
    title: "A text was too long for the model",
    help: "All other texts are summarised.",
  },
  not_allowed: { title: "The server cannot do this", help: "It was not asked." },
  stopped: { title: "It was stopped", help: "Nothing is lost." },
  broken: {
    title: "The server cannot answer",
    help: "It is asked again after a pause.",
  },
} satisfies Record<TroubleCode, { title: string; help: string }>;

const verdict = {
  works: "It works.",
  in_part: "It works, but not all of it.",
  no: "It does not work.",
  off: "Nobody is to be asked: the settings say so.",
} satisfies Record<LlmVerdict, string>;

/** How long a call took: most are over in no time. */
const took = (seconds: number) =>
  seconds < 0.1 ? `${number(Math.round(seconds * 1000))} ms` : duration(seconds);

const tested = {
  verdict,
  took,
  call: ({ call, status, seconds }: Call) => `${call}: ${status ?? "no answer"}, ${took(seconds)}`,
  pace: ({ first_seconds, tokens_per_second }: LlmTest): string =>
    [
      first_seconds === null ? [] : [`First word after ${duration(first_seconds)}`],
      tokens_per_second === null ? [] : [`${decimal(tokens_per_second)} tokens a second`],
    ]
      .flat()
      .join("  ·  "),
};

/** All of a test as lines of plain text. */
function report(test: LlmTest): string {
  const who =
    test.state === "ready"
      ? [`${test.model.name} at ${test.address}`]
      : test.state === "trouble"
        ? [test.reason, ...(test.remedy === null ? [] : [test.remedy.words])]
        : [];
  const pace = tested.pace(test);
  const calls = test.calls.map((call) => `${tested.call(call)}\n  ${call.answer}`);
  return [verdict[test.verdict], ...who, ...calls, ...(pace ? [pace] : []), ...test.notes].join("\n");
}

/** So much of so much, and what is done just now. */
function step({ progress }: ModelPull): string | null {
  switch (progress.type) {
    case "going": {
      if (!progress.step) return "Starting…";
      const { step: now, bytes, total } = progress.step;
      if (total === 0 || bytes >= total) return `${now}…`;
      // The names of files say nothing to people.
      const doing = /^pulling [0-9a-f]+$/.test(now) ? [] : [now];
      return [`${size(bytes)} of ${size(total)}`, percent(bytes / total), ...doing].join("  ·  ");
    }
    case "stopped":
      return progress.kept > 0 ? `Stopped. ${size(progress.kept)} are kept.` : "Stopped.";
    case "failed":
      return `${progress.trouble.reason}.`;
    case "done":
      return null;
  }
}

/** How it goes with a summary while it is written. */
function pace({ seconds, tokens, tokens_per_second, left_seconds }: WritingStatus): string {
  const about = left_seconds == null ? [] : [`about ${duration(Math.ceil(left_seconds))} more`];
  if (tokens === 0) return [`no word yet, after ${duration(Math.round(seconds))}`, ...about].join(", ");
  const rate = tokens_per_second == null ? [] : [`${decimal(tokens_per_second)} a second`];
  return [count(tokens, "token", "tokens"), ...rate, ...about].join(", ");
}

export const summaries = {
  title: "Summaries",
  about:
    "A language model can write the titles, summaries and tags. Until it has, they are made from the text itself.",
  chip: {
    waiting: (n: number) => `Summaries: ${number(n)} waiting`,
    paused: "Summaries paused",
    off: "Summaries off",
  },
  writes: (model: string) => `${model} writes your summaries.`,
  off: "No language model is asked: your settings say llm = “off”.",
  offHelp:
    "Titles, summaries and tags are made from the text itself. To have a language model write them, choose one below.",
  unseen: "No language model was asked yet.",
  unseenHelp: "It is looked for as soon as something can be summarised.",
  looking: "Asking…",
  remote: "Leaves this machine",
  remoteTo: (server: string) =>
    `What was read is sent to ${server} to be summarised. Each item that was sent is marked.`,
  local: "Stays on this machine",
  facts: {
    model: "Model",
    server: "Server",
    program: "Program",
    meaning: "Search by meaning",
    where: "Your texts",
    waiting: "Waiting",
    now: "Being written",
  },
  sees: "sees pictures",
  blind: "reads text only",
  blindHelp: "A model that can is chosen below.",
  program: ({ kind, version }: Server) => {
    const name = kind === "ollama" ? "Ollama" : "OpenAI-compatible";
    return version === null ? name : `${name} ${version}`;
  },
  waiting: (n: number) => (n === 0 ? "Nothing" : items(n)),
  without: (n: number) =>
    n === 0
      ? "Nothing waits for it. Reading goes on as ever."
      : `${items(n)} ${n === 1 ? "waits" : "wait"} for it and ${n === 1 ? "has" : "have"} a summary made from the text until then. Reading goes on as ever.`,
  trouble,
  settingsHelp: "You can change that below; it counts at once.",
  again: "Try again",
  download: (model: string) => `Download ${model}`,
  goOn: (model: string) => `Go on with ${model}`,
  continueWithout: "Continue without",
  copy: "Copy",
  copyNamed: (what: string) => `Copy ${what}`,
  copied: "Copied",
  command: "In a terminal",
  link: "Get it from",

  pull: {
    going: (model: string) => `Downloading ${model}`,
    stopped: (model: string) => `Downloading ${model}`,
    failed: "The download failed",
    done: (model: string) => `${model} is ready`,
    doneHelp: "What waits is summarised now.",
    stop: "Stop; what was downloaded is kept",
    resume: "Resume",
    dismiss: "Dismiss",
    open: "Summaries…",
    step,
  },

  test: "Test",
  testing: "Testing…",
  testHelp: "Asks it a short question and shows what came back.",
  tested,
  report,
  copyReport: "Copy as text",

  act: "Summarise again",
  actWith: (model: string) => `Summarise again with ${model}`,
  queued: (n: number, model: string | null) =>
    `${items(n)} will be summarised again${model === null ? "" : ` by ${model}`}`,
  nobody: "There is no language model now",

  madeBy: (model: string) => `by ${model}`,
  extractive: "made from the text",
  pace,
  writesNow: (model: string, now: WritingStatus) => `${model} is writing one: ${pace(now)}`,
  waitsFor: (model: string | null) => `waiting for ${model ?? "a language model"}`,
  left: "Left this machine",
  leftHelp: "Something of it was sent to a language model on another machine.",
  leftTo: (servers: string[]) => `Something of it was sent to ${servers.join(", ")}.`,

  receipts: {
    title: "What was sent",
    server: "Server",
    model: "Model",
    asked: "Asked",
    requests: ({ requests, seconds }: Receipt) =>
      `${count(requests, "time", "times")}, ${duration(seconds)} in all`,
    sent: "Sent",
    received: "Received",
    total: (bytes: number) => size(bytes),
  },

  chapters: "Chapters",
} as const;
