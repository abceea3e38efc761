// Speech models: told of once, fetched only when asked, and never lost from sight meanwhile.
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { Errand, Progress, Step } from "../src/bindings";
import { words } from "../src/words/en";
import { coverage, fake, model, models, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const opened = (answers: Parameters<typeof fake>[0] = {}) => openWindow(fake(answers));

const waiting = (backend: Fake, unheard: number) =>
  backend.tell({ type: "library", change: 1, coverage, unheard, unsummarised: 0, caution: null });
const tell = (backend: Fake, errand: Errand | null, listens: string | null = null) =>
  backend.tell({ type: "models", listens, errand });
const going = (step: Step | null): Errand => ({
  deed: "get",
  model: "base",
  progress: { type: "going", step },
});
const ended = (progress: Progress, deed: Errand["deed"] = "get"): Errand => ({
  deed,
  model: "base",
  progress,
});
const downloading: Step = { state: "downloading", bytes: 60e6, total: 148e6, rate: 8.4e6, left_seconds: 11 };

describe("the notice", () => {
  it("says how many recordings wait, what would be fetched and from where; nothing is fetched unasked", async () => {
    const { backend } = await opened();
    expect(screen.queryByTestId("speech-notice")).toBeNull();
    waiting(backend, 3);
    const notice = await screen.findByTestId("speech-notice");
    await waitFor(() => expect(notice.textContent).toContain("From models.example"));
    expect(notice.textContent).toContain("3 recordings wait for a speech model");
    expect(backend.commands.getModel).not.toHaveBeenCalled();
    await fireEvent.click(within(notice).getByText("Get base (148 MB)"));
    expect(backend.commands.getModel).toHaveBeenCalledWith("base", false);
    await fireEvent.click(within(notice).getByText("Import a file…"));
    expect(backend.commands.importModel).toHaveBeenCalled();
    await fireEvent.click(within(notice).getByText("Choose another…"));
    expect(screen.getByTestId("models")).toBeTruthy();
  });

  it("is gone for good once it was put away", async () => {
    const { backend } = await opened();
    waiting(backend, 1);
    await fireEvent.click(await screen.findByTestId("dismiss-notice"));
    expect(screen.queryByTestId("speech-notice")).toBeNull();
    waiting(backend, 5);
    expect(screen.queryByTestId("speech-notice")).toBeNull();
    expect((await opened()).app.models.dismissed).toBe(true);
  });

  it("is not there while somebody listens, or a model is on its way", async () => {
    const { backend } = await opened();
    waiting(backend, 1);
    await screen.findByTestId("speech-notice");
    tell(backend, null, "base");
    await waitFor(() => expect(screen.queryByTestId("speech-notice")).toBeNull());
    tell(backend, going(downloading));
    await screen.findByTestId("errand");
    expect(screen.queryByTestId("speech-notice")).toBeNull();
  });

  it("tells what is wrong with a model that is there and not used", async () => {
    const listens = { type: "touched", model: "base" } as const;
    const { backend } = await opened({ models: async () => models({ listens }) });
    waiting(backend, 1);
    await waitFor(() =>
      expect(screen.getByTestId("speech-notice").textContent).toContain(
        "is not used until it is checked again",
      ),
    );
    expect(screen.queryByTestId("get-recommended")).toBeNull();
  });
});

describe("the sheet of models", () => {
  const all = models({
    listens: { type: "use", model: "tiny" },
    models: [
      model("tiny", { state: "installed", in_use: true }),
      model("base", { state: "partial", kept: 59.2e6, recommended: true }),
      model("base.en", { state: "touched", languages: "en" }),
      model("small", { state: "broken" }),
      model("medium", { fits: "tight" }),
      model("large-v3", { fits: "too_large", memory: 3.9e9, bytes: 3.1e9 }),
      model("mine", { state: "broken", known: false, host: null }),
    ],
  });
  const sheet = async () => {
    const view = await opened({ models: async () => all });
    await fireEvent.click(screen.getByTestId("open-models"));
    await screen.findByTestId("model-tiny");
    return view;
  };
  const row = (name: string) => screen.getByTestId(`model-${name}`);

  it("tells of each what is here of it, and the one thing to do", async () => {
    const { backend } = await sheet();
    const told = (name: string) =>
      [...row(name).children].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()).join(" ");
    expect(told("tiny")).toBe("tiny All 148 MB 388 MB In use Check");
    expect(told("base")).toBe("base Recommended All 148 MB 388 MB 40% downloaded Resume");
    expect(told("base.en")).toContain("English 148 MB 388 MB Changed, to be checked Check");
    expect(told("small")).toContain("Broken Get again");
    expect(told("medium")).toContain("Just fits Get");
    expect(told("mine")).toContain("Not one that Deskscribe knows");
    expect(screen.getByTestId("listens").textContent).toContain("tiny listens to your recordings.");
    expect(screen.getByTestId("models").textContent).toContain("Downloads come from models.example.");
    await fireEvent.click(screen.getByTestId("get-base"));
    expect(backend.commands.getModel).toHaveBeenLastCalledWith("base", false);
    await fireEvent.click(within(row("small")).getByText("Get again"));
    expect(backend.commands.getModel).toHaveBeenLastCalledWith("small", false);
    await fireEvent.click(screen.getByTestId("check-base.en"));
    expect(backend.commands.verifyModel).toHaveBeenCalledWith("base.en");
    await fireEvent.click(within(row("mine")).getByText("Import again…"));
    expect(backend.commands.importModel).toHaveBeenCalledTimes(1);
  });

  it("asks before it gets one that is too large, and before it removes one", async () => {
    const { backend } = await sheet();
    await fireEvent.click(screen.getByTestId("get-large-v3"));
    expect(screen.getByTestId("confirm").textContent).toContain(
      "needs 3.9 GB of memory and this computer has 4.0 GB",
    );
    expect(backend.commands.getModel).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    expect(backend.commands.getModel).toHaveBeenCalledWith("large-v3", true);
    backend.commands.removeModel.mockResolvedValue(148e6);
    await fireEvent.click(screen.getByTestId("remove-tiny"));
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    expect(backend.commands.removeModel).toHaveBeenCalledWith("tiny");
    await waitFor(() =>
      expect(screen.getByTestId("toast").textContent).toContain("tiny removed, 148 MB freed"),
    );
  });

  it("shows a download in its row, lets it be stopped, and has it go on when it is closed", async () => {
    const { backend } = await sheet();
    tell(backend, going(downloading), "tiny");
    const line = await screen.findByTestId("errand-line");
    expect(line.textContent).toBe("60 of 148 MB  ·  8.4 MB/s  ·  about 15 s left");
    expect(screen.queryByTestId("errand")).toBeNull();
    expect(screen.getByTestId<HTMLButtonElement>("get-medium").disabled).toBe(true);
    await fireEvent.click(screen.getByTestId("close-settings"));
    expect(screen.getByTestId("errand").textContent).toContain("Downloading base");
    expect(backend.commands.stopErrand).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByTestId("stop-errand"));
    expect(backend.commands.stopErrand).toHaveBeenCalled();
  });

  it("says why the models cannot be listed", async () => {
    const failing = async () => Promise.reject({ code: "workers", message: "the worker program is missing" });
    await opened({ models: failing });
    await fireEvent.click(screen.getByTestId("open-models"));
    await waitFor(() =>
      expect(screen.getByTestId("models").textContent).toContain("the worker program is missing"),
    );
  });

  it("has nothing that axe finds", async () => {
    const { container, backend } = await sheet();
    tell(backend, going(downloading), "tiny");
    await screen.findByTestId("errand-line");
    expect(await violations(container)).toEqual([]);
  });
});

describe("what is done with a model", () => {
  it.each([
    [null, "Starting…"],
    [
      { state: "connecting", host: "models.example", proxy: null, mirror: false, kept: 0, total: 9 },
      "Connecting to models.example…",
    ],
    [
      { state: "waiting", why: "the server hung up", seconds: 4 },
      "The server hung up. The next try is in 4.0 s.",
    ],
    [
      { state: "starting_over", why: "the file was changed", dropped: 3 },
      "Starting over: the file was changed.",
    ],
    [{ state: "downloading", bytes: 1e6, total: 2.1e9, rate: null, left_seconds: null }, "0.0 of 2.1 GB"],
    [{ state: "copying", bytes: 31e6, total: 77e6 }, "Copying… 31 of 77 MB"],
    [{ state: "verifying", bytes: 74e6, total: 148e6 }, "Verifying… 50%"],
  ] as [Step | null, string][])("is told: %o", async (step, text) => {
    const { backend } = await opened();
    tell(backend, going(step));
    await waitFor(() => expect(screen.getByTestId("errand-line").textContent).toBe(text));
  });

  it("can be gone on with, or tried again", async () => {
    const { backend } = await opened();
    tell(backend, ended({ type: "stopped", kept: 60e6 }));
    await waitFor(() =>
      expect(screen.getByTestId("errand").textContent).toContain("Stopped. 60.0 MB are kept."),
    );
    await fireEvent.click(screen.getByText("Resume"));
    expect(backend.commands.getModel).toHaveBeenLastCalledWith("base", false);
    tell(backend, ended({ type: "failed", reason: "the disk is full" }));
    await waitFor(() => expect(screen.getByTestId("errand").textContent).toContain("The disk is full"));
    await fireEvent.click(screen.getByTestId("retry"));
    expect(backend.commands.getModel).toHaveBeenCalledTimes(2);
    tell(backend, ended({ type: "failed", reason: "it is no model" }, "import"));
    await waitFor(() =>
      expect(screen.getByTestId("errand").textContent).toContain("The file was not imported"),
    );
    await fireEvent.click(screen.getByTestId("retry"));
    expect(backend.commands.importModel).toHaveBeenCalled();
    await fireEvent.click(screen.getByTestId("dismiss-errand"));
    expect(backend.commands.dismissErrand).toHaveBeenCalled();
  });

  it("ends with what follows from it", async () => {
    const { backend } = await opened();
    const made = {
      model: "base",
      bytes: 1,
      memory: 1,
      languages: "all" as const,
      sha256: "",
      known: true,
      path: "",
    };
    waiting(backend, 2);
    tell(backend, ended({ type: "done", model: made }), "base");
    await waitFor(() => expect(screen.getByTestId("errand").textContent).toContain("base is ready"));
    expect(screen.getByTestId("errand").textContent).toContain("2 recordings are listened to now.");
    tell(backend, ended({ type: "done", model: made }), "small");
    await waitFor(() => expect(screen.getByTestId("errand").textContent).toContain("small stays in use."));
    tell(backend, ended({ type: "done", model: null }, "verify"), "base");
    await waitFor(() => expect(screen.getByTestId("errand").textContent).toContain("base is whole"));
  });

  it("asks for the list again when that may have changed, and not with every step", async () => {
    const { backend } = await opened();
    const asked = () => backend.commands.models.mock.calls.length;
    const before = asked();
    tell(backend, going(downloading));
    tell(backend, going({ ...downloading, bytes: 70e6 }));
    tell(backend, going({ state: "verifying", bytes: 1, total: 148e6 }));
    expect(asked()).toBe(before + 1);
    tell(backend, ended({ type: "done", model: null }), "base");
    expect(asked()).toBe(before + 2);
  });
});

describe("a model that is dropped", () => {
  it("is told from what would be read", async () => {
    const { backend } = await opened();
    backend.tell({
      type: "drag",
      drag: { supported: 0, unsupported: 0, folders: 0, models: 1, counting: false },
    });
    await waitFor(() => expect(screen.getByTestId("overlay").textContent).toContain(words.drag.model(1)));
  });
});
