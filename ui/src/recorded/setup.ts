// What can be set up and can wait, in the recorded session: how it stands with speech and with the language model.

type Steps = { speech: string; llm: string };

const MISSING: Steps = { speech: "no-model", llm: "llm-not-installed" };
const STEPS: Record<string, Steps> = {
  first: MISSING,
  "first-missing": { speech: "no-model", llm: "llm-model-missing" },
  "first-looking": { speech: "no-model", llm: "llm-unseen" },
  "first-going": { speech: "downloading", llm: "llm-pulling" },
  "first-stopped": { speech: "stopped", llm: "llm-pull-stopped" },
  "first-failed": { speech: "failed", llm: "llm-pull-failed" },
  "first-watching": MISSING,
  "first-paused": MISSING,
  setup: MISSING,
};

/** Whether nothing was read yet. */
export const isFirst = (state: string): boolean =>
  state === "empty" || state === "drag-empty" || state.startsWith("first");

/** The states of the models and of summaries that this one stands for. */
export const stepsIn = (state: string): Steps => STEPS[state] ?? { speech: state, llm: state };
