// Summaries by a language model: how it stands is told once and quietly, and every trouble has its way out.
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { LlmState, ModelPull, Remedy, SummariesStatus, TroubleCode } from "../src/bindings";
import { OLLAMA, REMOTE, llmIn, testIn } from "../src/recorded/summaries";
import { Summaries } from "../src/state/summaries.svelte";
import { words } from "../src/words/en";
import { card, coverage, fake, item, page, recording, status, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const ready = (more = {}): LlmState => ({ state: "ready", ...OLLAMA, ...more });
const trouble = (code: TroubleCode, remedy: Remedy | null = null): LlmState => ({
  state: "trouble",
  code,
  reason: `what happened at the server (${code})`,
  remedy,
});

async function opened(model: LlmState, waiting = 0, answers: Parameters<typeof fake>[0] = {}) {
  const backend = fake(answers);
  const view = await openWindow(backend);
  stands(backend, model, waiting);
  return view;
}

const stands = (backend: Fake, model: LlmState, waiting = 0) =>
  backend.tell({
    type: "status",
    status: status({ idle: true, summaries: { model, waiting } }),
    broken: null,
  });
const unsummarised = (backend: Fake, n: number) =>
  backend.tell({ type: "library", change: 2, coverage, unheard: 0, unsummarised: n, caution: null });
const pull = (progress: ModelPull["progress"]): ModelPull => ({ model: "gemma3:4b", progress });
const chip = () => screen.queryByTestId("summaries-chip")?.textContent ?? null;
const sheet = async () => {
  await fireEvent.click(screen.getByTestId("open-summaries"));
  return screen.findByTestId("summaries");
};

describe("how it stands", () => {
  const standing = (summaries: SummariesStatus | undefined, n = 0) => {
    const state = new Summaries(() => status(summaries ? { summaries } : {}));
    state.unsummarised = n;
    return [state.standing, state.waiting];
  };

  it("is told only when there is something to tell", () => {
    expect(standing(undefined)).toEqual([null, 0]);
    expect(standing({ model: { state: "off" }, waiting: 4 }, 9)).toEqual([null, 0]);
    expect(standing({ model: { state: "unseen" }, waiting: 0 })).toEqual([null, 0]);
    expect(standing({ model: { state: "unseen" }, waiting: 2 })).toEqual(["waiting", 2]);
    expect(standing({ model: ready(), waiting: 0 })).toEqual([null, 0]);
    expect(standing({ model: trouble("broken"), waiting: 0 }, 7)).toEqual(["paused", 7]);
    expect(standing({ model: trouble("not_installed"), waiting: 0 })).toEqual(["off", 0]);
  });

  it("counts all that wait, not only those that come next, and none when all is done", () => {
    expect(standing({ model: ready(), waiting: 32 }, 318)).toEqual(["waiting", 318]);
    expect(standing({ model: ready(), waiting: 3 }, 0)).toEqual(["waiting", 3]);
    expect(standing({ model: ready(), waiting: 0 }, 5)).toEqual([null, 0]);
  });
});

describe("the chip", () => {
  it("comes and goes with what there is to tell, and opens the sheet", async () => {
    const { backend } = await opened(ready());
    expect(chip()).toBeNull();
    stands(backend, ready(), 12);
    await waitFor(() => expect(chip()).toBe("Summaries: 12 waiting"));
    stands(backend, trouble("not_running", { way: "run", words: "ollama serve" }), 12);
    await waitFor(() => expect(chip()).toBe("Summaries paused"));
    await fireEvent.click(screen.getByTestId("summaries-chip"));
    expect(await screen.findByTestId("summaries")).toBeTruthy();
    stands(backend, ready());
    await waitFor(() => expect(chip()).toBeNull());
    expect(screen.queryByTestId("note")).toBeNull();
  });

  it("says that a server is missed that was there, installed or not", async () => {
    const { backend } = await opened(ready());
    stands(backend, trouble("not_installed"));
    await waitFor(() => expect(chip()).toBe("Summaries paused"));
  });

  it("is gone for good once somebody goes on without, and nothing else is", async () => {
    const link = "https://ollama.com/download";
    const { backend } = await opened(trouble("not_installed", { way: "get", link, words: "install it" }));
    await waitFor(() => expect(chip()).toBe("Summaries off"));
    const view = await sheet();
    expect(within(view).getByText("https://ollama.com/download")).toBeTruthy();
    await fireEvent.click(within(view).getByTestId("copy-remedy"));
    expect(backend.commands.copyText).toHaveBeenCalledWith("https://ollama.com/download");
    await fireEvent.click(within(view).getByTestId("go-without"));
    await waitFor(() => expect(screen.queryByTestId("summaries")).toBeNull());
    expect(chip()).toBeNull();
    stands(backend, trouble("not_running"));
    await waitFor(() => expect(chip()).toBe("Summaries paused"));
    expect(await sheet()).toBeTruthy();
  });
});

describe("the sheet", () => {
  it.each([
    [{ way: "run", words: "ollama serve" }, "In a terminal ollama serve", false],
    [{ way: "get", link: "https://ollama.com", words: "get it" }, "Get it from https://ollama.com", true],
    [{ way: "set", words: "see to llm in settings.toml" }, "See to llm in settings.toml.", true],
    [{ way: "do", words: "load a model there" }, "Load a model there.", false],
    [{ way: "pull", words: "deskscribe llm pull m:4b", model: "m:4b", need: null }, null, false],
    [null, null, false],
  ] as const)("says what to do: %j", async (remedy, told, inSettings) => {
    await opened(trouble("broken", remedy));
    const view = await sheet();
    const said = within(view).queryByTestId("remedy");
    expect(said?.textContent.replace(/\s+/g, " ").trim() ?? null).toBe(told);
    expect(view.textContent.includes(words.summaries.settingsHelp)).toBe(inSettings);
    expect(within(view).queryByTestId("pull-model")?.textContent.trim()).toBe(
      remedy?.way === "pull" ? "Download m:4b" : undefined,
    );
  });

  const codes = Object.keys(words.summaries.trouble) as TroubleCode[];
  it.each(codes)("tells %s in its own words, with what to do", async (code) => {
    const { backend } = await opened(trouble(code, { way: "do", words: "restart the server" }));
    unsummarised(backend, 3);
    const view = await sheet();
    // What is known may be old.
    expect(backend.commands.lookForModel).toHaveBeenCalledTimes(1);
    expect(view.textContent).toContain(words.summaries.trouble[code].title);
    expect(within(view).getByTestId("reason").textContent).toContain("What happened at the server");
    expect(within(view).getByTestId("remedy").textContent).toBe("Restart the server.");
    await waitFor(() =>
      expect(within(view).getByTestId("without").textContent).toContain("3 items wait for it"),
    );
    await waitFor(() =>
      expect(within(view).getByTestId("look-again").textContent).toBe(words.summaries.again),
    );
    await fireEvent.click(within(view).getByTestId("look-again"));
    expect(backend.commands.lookForModel).toHaveBeenCalledTimes(2);
  });

  it("says who writes, that it sees, and that nothing leaves this machine", async () => {
    const { backend, container } = await opened(ready(), 2);
    const view = await sheet();
    expect(within(view).getByTestId("standing").textContent).toContain("gemma3:4b writes your summaries.");
    expect(
      within(view)
        .getAllByTestId("fact")
        .map((fact) => fact.textContent),
    ).toEqual([
      "gemma3:4b  ·  sees pictures",
      "http://127.0.0.1:11434",
      "Ollama 0.20.3",
      "Stays on this machine",
      "2 items",
      "nomic-embed-text",
    ]);
    expect(within(view).queryByTestId("leaves")).toBeNull();
    expect(backend.commands.lookForModel).not.toHaveBeenCalled();
    expect(await violations(container)).toEqual([]);
  });

  it("marks clearly what leaves this machine", async () => {
    await opened({ state: "ready", ...REMOTE });
    const view = await sheet();
    expect(within(view).getByTestId("leaves").textContent).toContain("Leaves this machine");
    expect(within(view).getByTestId("leaves").textContent).toContain(REMOTE.address);
  });

  it("says what is done instead when nobody is to be asked", async () => {
    const { container } = await opened({ state: "off" });
    const view = await sheet();
    expect(await violations(container)).toEqual([]);
    expect(view.textContent).toContain("are made from the text itself");
    expect(within(view).queryByTestId("test-model")).toBeNull();
    expect(within(view).queryByTestId("look-again")).toBeNull();
  });

  it("shows a test as what was called and what came back, and copies it", async () => {
    const { backend } = await opened(ready(), 0, { testModel: async () => testIn("llm-ready") });
    const view = await sheet();
    await fireEvent.click(within(view).getByTestId("test-model"));
    const test = await within(view).findByTestId("model-test");
    expect(test.textContent).toContain("It works.");
    expect(test.textContent).toContain("POST /api/chat gemma3:4b");
    expect(test.textContent).toContain("First word after 1.4 s  ·  18.6 tokens a second");
    await fireEvent.click(within(test).getByTestId("copy-report"));
    const copied = String(backend.commands.copyText.mock.calls[0]?.[0]);
    expect(copied.split("\n").slice(0, 3)).toEqual([
      "It works.",
      "gemma3:4b at http://127.0.0.1:11434",
      "GET /api/version: 200, 4 ms",
    ]);
  });
});

describe("fetching a model", () => {
  const missing = trouble("model_missing", {
    way: "pull",
    words: "deskscribe llm pull gemma3:4b",
    model: "gemma3:4b",
    need: null,
  });

  it("shows how far it is, goes on when the sheet is closed, and keeps what it has", async () => {
    const { backend } = await opened(missing, 12);
    const view = await sheet();
    await fireEvent.click(within(view).getByTestId("pull-model"));
    expect(backend.commands.pullModel).toHaveBeenCalledWith("gemma3:4b");
    const step = { step: "pulling aeda25e63ebd", bytes: 1.5e9, total: 3e9 };
    backend.tell({ type: "pull", pull: pull({ type: "going", step }) });
    await waitFor(() =>
      expect(within(view).getByTestId("pull-line").textContent).toBe("1.5 GB of 3.0 GB  ·  50%"),
    );
    expect(within(view).queryByTestId("pull-model")).toBeNull();
    expect(screen.queryByTestId("pull")).toBeNull();
    await fireEvent.click(screen.getByTestId("close-settings"));
    const edge = await screen.findByTestId("pull");
    expect(edge.textContent).toContain("Downloading gemma3:4b");
    await fireEvent.click(within(edge).getByTestId("stop-pull"));
    expect(backend.commands.stopPull).toHaveBeenCalled();
    backend.tell({ type: "pull", pull: pull({ type: "stopped", kept: 1.5e9 }) });
    await waitFor(() => expect(edge.textContent).toContain("1.5 GB are kept"));
    await fireEvent.click(within(edge).getByTestId("retry-pull"));
    expect(backend.commands.pullModel).toHaveBeenCalledTimes(2);
    backend.tell({ type: "pull", pull: pull({ type: "done" }) });
    await waitFor(() => expect(edge.textContent).toContain("gemma3:4b is ready"));
    await fireEvent.click(within(edge).getByTestId("dismiss-pull"));
    expect(backend.commands.dismissPull).toHaveBeenCalled();
  });

  it("says why it failed", async () => {
    const { backend } = await opened(missing);
    const why = { code: "broken", reason: "there is no model nosuch to fetch", remedy: null } as const;
    backend.tell({ type: "pull", pull: pull({ type: "failed", trouble: why }) });
    const edge = await screen.findByTestId("pull");
    expect(edge.textContent).toContain("The download failed");
    expect(edge.textContent).toContain("There is no model nosuch to fetch");
  });
});

describe("summarising again", () => {
  const open = async (model: LlmState, view: Parameters<typeof item>[0] = {}) => {
    const all = await opened(model, 0, { item: async (key) => item({ key, ...view }) });
    await all.app.openAt(0);
    await screen.findByTestId("facts");
    return all;
  };

  it("is offered with each model that there is", async () => {
    const { backend } = await open(ready());
    await fireEvent.click(screen.getByTestId("more"));
    await fireEvent.click(screen.getByText("Summarise again with gemma3:4b"));
    expect(backend.commands.summarise).toHaveBeenLastCalledWith(["b3:0"], null);
    await fireEvent.click(screen.getByTestId("more"));
    await fireEvent.click(screen.getByText("Summarise again with llama3.2:3b"));
    expect(backend.commands.summarise).toHaveBeenLastCalledWith(["b3:0"], "llama3.2:3b");
  });

  it("says why it cannot be done", async () => {
    const { backend } = await open(trouble("not_running"));
    await fireEvent.click(screen.getByTestId("more"));
    const entry = screen.getByText("Summarise again").closest("button");
    expect(entry?.getAttribute("aria-disabled")).toBe("true");
    expect(entry?.textContent).toContain(words.summaries.trouble.not_running.title);
    if (entry) await fireEvent.click(entry);
    expect(backend.commands.summarise).not.toHaveBeenCalled();
  });

  it("is offered for what is selected", async () => {
    const one = ready({ writers: ["gemma3:4b"] });
    const { backend, app } = await opened(one);
    app.selection.all([card(0), card(1)]);
    await fireEvent.click(await screen.findByTestId("act-summary"));
    expect(backend.commands.summarise).toHaveBeenCalledWith(["b3:0", "b3:1"], null);
    await waitFor(() => expect(app.notes.current?.text).toBe("2 items will be summarised again"));
    stands(backend, { state: "off" });
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("act-summary").disabled).toBe(true));
    expect(screen.getByTestId("act-summary").title).toBe("Summaries off");
  });
});

describe("what is told of an item", () => {
  it("is who made its summary, who is waited for, and what was sent where", async () => {
    const receipt = { model: "qwen3-vl-8b", requests: 2, sent: 4_180, received: 1_204, seconds: 6.4 };
    const receipts = [{ ...receipt, server: REMOTE.address, remote: true }];
    const { backend, app, container } = await opened(ready(), 1, {
      item: async (key) => item({ key, summary_by: "qwen3-vl-8b", receipts }),
    });
    await app.openAt(0);
    await waitFor(() => expect(screen.getByTestId("made-by").textContent).toBe("by qwen3-vl-8b"));
    expect(screen.getByTestId("left").title).toContain(REMOTE.address);
    const sent = (await screen.findByTestId("receipts")).textContent;
    for (const part of [REMOTE.address, "2 times, 6.4 s in all", "4.2 kB", "1.2 kB", "Left this machine"])
      expect(sent).toContain(part);
    expect(await violations(container)).toEqual([]);

    backend.commands.item.mockResolvedValue(item({ key: "b3:1", pending: ["summary"] }));
    await app.openAt(1);
    await waitFor(() =>
      expect(screen.getByTestId("made-by").textContent).toBe("made from the text  ·  waiting for gemma3:4b"),
    );
    expect(screen.queryByTestId("left")).toBeNull();
    expect(screen.queryByTestId("receipts")).toBeNull();
  });

  it("is on its card when something of it has left the machine", async () => {
    await opened(ready(), 0, { page: async () => page([card(0, { remote: true }), card(1)]) });
    const marks = await screen.findAllByTestId("left");
    expect(marks).toHaveLength(1);
    expect(marks[0]?.textContent).toContain("Left this machine");
    expect(marks[0]?.title).toBe(words.summaries.leftHelp);
  });

  it("is what each chapter of a recording is about, and a key or a click goes there", async () => {
    const chapters = [
      { at: 1, title: "Hello" },
      { at: 30, title: "Questions" },
    ];
    const { app } = await opened(ready(), 0, {
      item: async (key) => ({ ...recording({ chapters }), key }),
    });
    await app.openAt(0);
    await fireEvent.click(await screen.findByTestId("tab-chapters"));
    const rows = screen.getAllByTestId("line");
    expect(rows.map((row) => row.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "0:01–0:30 Hello",
      "0:30–1:00 Questions",
    ]);
    await fireEvent.click(within(rows[1] as HTMLElement).getByLabelText("Show 0:30"));
    expect(app.item.second).toBe(30);
    await fireEvent.keyDown(window, { key: "ArrowUp" });
    expect(app.item.second).toBe(1);
  });

  it("has no chapters without any", async () => {
    const { app } = await opened(llmIn("llm-off"), 0, { item: async (key) => ({ ...recording(), key }) });
    await app.openAt(0);
    await screen.findByTestId("tab-said");
    expect(screen.queryByTestId("tab-chapters")).toBeNull();
  });
});
