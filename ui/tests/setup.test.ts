// The first screen and what can wait: nothing blocks, everything can be put away and taken up again, and how far a download
// is stands there.
import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, describe, expect, it } from "vitest";
import type { Errand, LlmState, ModelPull } from "../src/bindings";
import { recorded } from "../src/backend/recorded";
import { words } from "../src/words/en";
import { card, fake, model, models, page, status, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const NONE = { read: 0, failed: 0, queued: 0 };
const NOT_INSTALLED: LlmState = {
  state: "trouble",
  code: "not_installed",
  reason: "Ollama is not installed",
  remedy: { way: "get", link: "https://ollama.com/download", words: "install it" },
};
const MISSING: LlmState = {
  state: "trouble",
  code: "model_missing",
  reason: "there is no model",
  remedy: {
    way: "pull",
    words: "deskscribe llm pull gemma3:4b",
    model: "gemma3:4b",
    need: { bytes: 3_338_801_804, fits: "too_large" },
  },
};

function says(backend: Fake, llm: LlmState): void {
  backend.tell({
    type: "status",
    status: status({ idle: true, summaries: { model: llm, waiting: 0 } }),
    broken: null,
  });
}

let change = 1;
function holds(backend: Fake, read: number): void {
  change += 1;
  backend.commands.page.mockResolvedValue({
    ...page(read > 0 ? [card(0)] : []),
    coverage: { ...NONE, read },
  });
  backend.tell({
    type: "library",
    change,
    coverage: { ...NONE, read },
    unheard: 0,
    unsummarised: 0,
    caution: null,
  });
}

async function first(llm: LlmState = NOT_INSTALLED, answers: Parameters<typeof fake>[0] = {}) {
  const backend = fake({ page: async () => ({ ...page([]), coverage: NONE }), ...answers });
  const view = await openWindow(backend);
  holds(backend, 0);
  says(backend, llm);
  await screen.findByTestId("empty");
  return view;
}

const stands = (step: string, state: string) =>
  waitFor(() => expect(screen.getByTestId(`setup-${step}`).dataset.state).toBe(state));
const going: Errand = {
  deed: "get",
  model: "base",
  progress: {
    type: "going",
    step: { state: "downloading", bytes: 60e6, total: 148e6, rate: 8.4e6, left_seconds: 11 },
  },
};

beforeEach(() => localStorage.clear());

describe("the first screen", () => {
  it("says what each step is for, its size and whether it fits, and fetches nothing", async () => {
    const { backend } = await first(MISSING);
    await stands("speech", "open");
    expect(screen.getByTestId("fit").textContent).toBe("base: 148 MB, fits in your 4.0 GB of memory");
    expect(screen.getByTestId("llm-fit").textContent).toBe(
      "gemma3:4b: 3.3 GB, too large for your 4.0 GB of memory",
    );
    expect(backend.commands.getModel).not.toHaveBeenCalled();
    expect(backend.commands.pullModel).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByTestId("get-recommended"));
    expect(backend.commands.getModel).toHaveBeenCalledWith("base", false);
    await fireEvent.click(screen.getByTestId("setup-pull"));
    expect(backend.commands.pullModel).toHaveBeenCalledWith("gemma3:4b");
  });

  it("asks by itself who is there, once, when nobody has", async () => {
    const { backend } = await first({ state: "unseen" });
    await waitFor(() => expect(backend.commands.lookForModel).toHaveBeenCalledTimes(1));
    says(backend, NOT_INSTALLED);
    await stands("summary", "open");
    says(backend, NOT_INSTALLED);
    expect(backend.commands.lookForModel).toHaveBeenCalledTimes(1);
  });

  it("opens each step, and every step is there again after it was put away, in the next window too", async () => {
    await first();
    await stands("speech", "open");
    await fireEvent.click(screen.getByTestId("choose-model"));
    await fireEvent.click(await screen.findByTestId("close-settings"));
    await fireEvent.click(screen.getByTestId("setup-how"));
    await fireEvent.click(await screen.findByTestId("close-settings"));
    for (const step of ["speech", "summary"]) {
      await fireEvent.click(screen.getByTestId(`later-${step}`));
      await stands(step, "away");
    }
    document.body.innerHTML = "";
    await first();
    await stands("speech", "away");
    for (const step of ["speech", "summary"]) {
      await fireEvent.click(screen.getByTestId(`show-${step}`));
      await stands(step, "open");
    }
    expect(localStorage.length).toBe(0);
  });

  it("tells how far a download is, in its place and nowhere else, also what the last window left", async () => {
    const { backend } = await first();
    backend.tell({ type: "models", listens: null, errand: going });
    await stands("speech", "going");
    expect(screen.getByTestId("setup-speech").textContent).toContain("60 of 148 MB");
    expect(screen.queryByTestId("errand")).toBeNull();
    backend.tell({
      type: "models",
      listens: null,
      errand: { ...going, progress: { type: "stopped", kept: 60e6 } },
    });
    await stands("speech", "stopped");
    expect(screen.getByTestId("setup-speech").textContent).toContain("Stopped. 60.0 MB are kept.");
    await fireEvent.click(screen.getByTestId("retry"));
    expect(backend.commands.getModel).toHaveBeenCalledWith("base", false);

    const pull: ModelPull = { model: "gemma3:4b", progress: { type: "stopped", kept: 1.4e9 } };
    backend.tell({ type: "pull", pull });
    await stands("summary", "stopped");
    expect(screen.queryByTestId("pull")).toBeNull();
    await fireEvent.click(screen.getByTestId("later-summary"));
    expect(backend.commands.dismissPull).toHaveBeenCalled();
    // What is put away and goes on all the same is told.
    backend.tell({ type: "pull", pull: { ...pull, progress: { type: "going", step: null } } });
    await stands("summary", "going");
  });

  it("is settled when somebody listens and writes", async () => {
    const { backend } = await first({ state: "off" });
    backend.tell({ type: "models", listens: "base", errand: null });
    await stands("speech", "settled");
    expect(screen.getByTestId("setup-speech").textContent).toContain("base listens to your recordings.");
    expect(screen.getByTestId("setup-summary").textContent).toContain(words.setup.summary.off);
  });

  it("says what is wrong with a model that is there and not used", async () => {
    const listens = { type: "broken", model: "base" } as const;
    await first(NOT_INSTALLED, {
      models: async () => models({ listens, models: [model("base", { state: "broken" })] }),
    });
    await waitFor(() => expect(screen.getByTestId("setup-speech").textContent).toContain("base is broken"));
    expect(screen.queryByTestId("fit")).toBeNull();
  });
});

describe("below the library", () => {
  it("is what is left, until it is put away, which can be undone", async () => {
    const { backend, app } = await first();
    holds(backend, 1);
    await screen.findByTestId("setup-bar");
    expect(app.setup.left).toEqual(["speech", "summary"]);
    await fireEvent.click(screen.getByTestId("set-up-summary"));
    await fireEvent.click(await screen.findByTestId("close-settings"));
    await fireEvent.click(screen.getByTestId("not-now"));
    await waitFor(() => expect(screen.queryByTestId("setup-bar")).toBeNull());
    await fireEvent.click(screen.getByTestId("toast-deed"));
    await screen.findByTestId("setup-bar");
    backend.tell({ type: "models", listens: "base", errand: null });
    await waitFor(() => expect(app.setup.left).toEqual(["summary"]));
    says(backend, { state: "off" });
    await waitFor(() => expect(screen.queryByTestId("setup-bar")).toBeNull());
  });
});

describe("every state of it that is recorded", () => {
  it.each([
    ["first", "open", "open"],
    ["first-missing", "open", "open"],
    ["first-looking", "open", "looking"],
    ["first-going", "going", "going"],
    ["first-stopped", "stopped", "stopped"],
    ["first-failed", "failed", "failed"],
    ["empty", "settled", "settled"],
  ])("%s", async (state, speech, summary) => {
    const backend = recorded(new URLSearchParams(`still&state=${state}`));
    const { container } = await openWindow(backend);
    await screen.findByTestId("empty");
    await stands("speech", speech);
    await stands("summary", summary);
    expect(await violations(container)).toEqual([]);
  });

  it("setup", async () => {
    const { container } = await openWindow(recorded(new URLSearchParams("still&state=setup")));
    await screen.findByTestId("setup-bar");
    expect(await violations(container)).toEqual([]);
  });
});
