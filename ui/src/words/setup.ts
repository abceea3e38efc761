// What the window says of what can be set up at any time: a speech model, and a language model.
import type { Fit, OfferedModel } from "../bindings";
import { size } from "./format";

type Fitting = Pick<OfferedModel, "model" | "bytes"> & { fits: Fit | null };

const fits: Record<Fit, (memory: string) => string> = {
  well: (memory) => `fits in your ${memory} of memory`,
  tight: (memory) => `just fits in your ${memory} of memory`,
  too_large: (memory) => `too large for your ${memory} of memory`,
};

export const setup = {
  label: "What can wait",
  later: "Later",
  show: "Show again",
  left: "Whenever you like:",
  notNow: "Not now",
  notNowHelp: "Both are in the header whenever you want them.",
  undo: "Undo",
  /** The name of a model, its size and whether it is one for this computer. */
  fit: ({ model, bytes, fits: fit }: Fitting, memory: number | null): string =>
    [`${model}: ${size(bytes)}`, ...(memory === null || fit === null ? [] : [fits[fit](size(memory))])].join(
      ", ",
    ),

  speech: {
    title: "Speech in recordings",
    open: "What is shown in recordings is read without anything. To have what is said, a speech model listens on this computer.",
    looking: "Looking for speech models…",
    settled: (model: string) => `${model} listens to your recordings.`,
    away: "Later. What is said in recordings waits.",
  },

  summary: {
    title: "Better titles and summaries",
    open: "They are made from the text itself. With Ollama, a language model on this computer writes them; nothing leaves it.",
    looking: "Looking for a language model…",
    settled: (model: string) => `${model} writes your summaries.`,
    off: "Nobody is asked: your settings say so.",
    away: "Later. Summaries are made from the text itself.",
    how: "How to get it…",
    see: "What to do…",
  },
} as const;
