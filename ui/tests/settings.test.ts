// Settings: every key has a page and a name, counts at once, can be taken back, and says in place what it may be.
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { modelsIn } from "../src/recorded/models";
import { SETTINGS, diagnosisIn } from "../src/recorded/settings";
import { PAGES, PAGE_NAMES, type SettingsPage } from "../src/state/settings-pages";
import { words } from "../src/words/en";
import { fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

async function opened(page: SettingsPage, answers: Parameters<typeof fake>[0] = {}) {
  const view = await openWindow(fake(answers));
  await fireEvent.keyDown(document.body, { key: ",", ctrlKey: true });
  await screen.findByTestId("settings");
  await fireEvent.click(screen.getByTestId(`settings-${page}`));
  await screen.findByTestId(`page-${page}`);
  return view;
}

/** Types it, and leaves the field. */
async function typed(key: string, value: string): Promise<void> {
  await fireEvent.input(field(key), { target: { value } });
  await fireEvent.change(field(key));
}
const field = (key: string) => screen.getByTestId<HTMLInputElement>(`value-${key}`);

describe("the settings", () => {
  it("have a name and one place for every key", () => {
    const placed = PAGE_NAMES.flatMap((page) => [...PAGES[page].shown, ...PAGES[page].advanced]);
    const known = SETTINGS.map(({ key }) => key);
    expect([...placed].sort()).toEqual([...known].sort());
    expect(Object.keys(words.settings.keys).sort()).toEqual([...known].sort());
    for (const { key, takes } of SETTINGS) {
      const said = words.settings.keys[key];
      if (takes.type === "word")
        expect(Object.keys(said?.words ?? {}).sort(), key).toEqual([...takes.words].sort());
    }
  });

  it("open by a key that is told, on the page that was open last, and close by Escape", async () => {
    const told = words.keys.groups.flatMap((group) => group.rows.flatMap((row) => row.actions));
    expect(told).toContain("settings");
    const { app } = await opened("outputs");
    await fireEvent.keyDown(document.body, { key: "Escape" });
    await waitFor(() => expect(screen.queryByTestId("settings")).toBeNull());
    await fireEvent.click(screen.getByTestId("open-settings"));
    expect(screen.getByTestId("page-outputs")).toBeTruthy();
    expect(app.settings.page).toBe("outputs");
    await fireEvent.keyDown(screen.getByTestId("settings-outputs"), { key: "ArrowDown" });
    expect(screen.getByTestId("page-performance")).toBeTruthy();
  });

  it("are opened on their page by what opened a sheet", async () => {
    const { app } = await opened("outputs");
    for (const [show, page, inside] of [
      [() => app.showModels(), "speech", "models"],
      [() => app.showSummaries(), "summaries", "summaries"],
      [() => app.showFolders(), "folders", "folders"],
    ] as const) {
      show();
      expect(within(await screen.findByTestId(`page-${page}`)).getByTestId(inside)).toBeTruthy();
    }
  });

  it("count at once, and are taken back by the toast or by Ctrl+Z", async () => {
    const { backend } = await opened("performance", { setSetting: async () => 7 });
    await fireEvent.click(screen.getByTestId("fewer-workers"));
    expect(backend.commands.setSetting).toHaveBeenLastCalledWith("workers", 7);
    await fireEvent.click(await screen.findByTestId("toast-deed"));
    expect(backend.commands.undoSetting).toHaveBeenLastCalledWith(7);
    await typed("workers", "2");
    await waitFor(() => expect(backend.commands.setSetting).toHaveBeenLastCalledWith("workers", 2));
    await screen.findByTestId("toast-deed");
    await fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    expect(backend.commands.undoSetting).toHaveBeenCalledTimes(2);
    await fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    expect(backend.commands.undoSetting).toHaveBeenCalledTimes(2);
  });

  it("say in place what they may be, and keep what was", async () => {
    const refuse = async () => {
      throw { code: "refused", message: "it cannot be" };
    };
    const { backend } = await opened("performance", { setSetting: refuse });
    for (const wrong of ["0", "9", "1.5", "many"]) {
      await fireEvent.input(field("workers"), { target: { value: wrong } });
      expect(screen.queryByTestId("wrong-workers")).toBeNull();
      await fireEvent.keyDown(field("workers"), { key: "Enter" });
      expect(screen.getByTestId("wrong-workers").textContent).toBe("A whole number from 1 to 8.");
      expect(field("workers").getAttribute("aria-invalid")).toBe("true");
    }
    expect(backend.commands.setSetting).not.toHaveBeenCalled();
    await fireEvent.keyDown(field("workers"), { key: "Escape" });
    expect(field("workers").value).toBe("8");
    expect(screen.queryByTestId("wrong-workers")).toBeNull();

    await fireEvent.click(screen.getByTestId("settings-summaries"));
    await typed("llm_address", "nonsense");
    expect((await screen.findByTestId("wrong-llm_address")).textContent).toContain("http://localhost:1234");
    await fireEvent.click(screen.getByTestId("settings-outputs"));
    for (const format of ["srt", "txt"]) await fireEvent.click(field(`sidecar_formats-${format}`));
    await waitFor(() =>
      expect(backend.commands.setSetting).toHaveBeenLastCalledWith("sidecar_formats", ["srt"]),
    );
  });

  it("let one of the speech models be chosen that are installed, and keep a name that is not", async () => {
    const { backend } = await opened("speech", { models: async () => modelsIn("models") });
    await waitFor(() =>
      expect(within(field("speech_model")).getAllByRole("option").length).toBeGreaterThan(1),
    );
    const names = () =>
      within(field("speech_model"))
        .getAllByRole("option")
        .map(({ textContent }) => textContent);
    const here = modelsIn("models").models.filter(
      ({ state }) => state === "installed" || state === "touched",
    );
    expect(names()).toEqual(["the best that fits", ...here.map(({ model }) => model)]);
    await fireEvent.change(field("speech_model"), { target: { value: here[0]?.model } });
    expect(backend.commands.setSetting).toHaveBeenLastCalledWith("speech_model", here[0]?.model);
    await fireEvent.change(field("speech_model"), { target: { value: "" } });
    expect(backend.commands.setSetting).toHaveBeenLastCalledWith("speech_model", null);
    const settings = SETTINGS.map((one) => (one.key === "speech_model" ? { ...one, value: "mine" } : one));
    backend.tell({ type: "settings", settings, file: "", trouble: null });
    await waitFor(() => expect(names()).toContain("mine"));
    expect(field("speech_model").value).toBe("mine");
  });

  it("follow what others choose, and offer the way back to what comes", async () => {
    const { backend } = await opened("performance");
    expect(screen.queryByTestId("default-workers")).toBeNull();
    const settings = SETTINGS.map((one) => (one.key === "workers" ? { ...one, value: 3 } : one));
    backend.tell({ type: "settings", settings, file: "", trouble: null });
    await waitFor(() => expect(field("workers").value).toBe("3"));
    await fireEvent.click(screen.getByTestId("default-workers"));
    expect(backend.commands.setSetting).toHaveBeenLastCalledWith("workers", null);
  });

  it("are locked while the file is broken, and say which line and what holds", async () => {
    const { backend } = await opened("performance");
    const trouble = "line 4 of the settings has workers = 80; allowed is a whole number from 1 to 8: /s";
    backend.tell({ type: "settings", settings: SETTINGS, file: "", trouble });
    const alert = await screen.findByTestId("settings-trouble");
    expect(alert.textContent).toContain("Line 4 of the settings has workers = 80");
    expect(alert.textContent).toContain("what is shown here is in use");
    expect(field("workers").disabled).toBe(true);
    await fireEvent.click(screen.getByTestId("open-settings-file"));
    expect(backend.commands.openPlace).toHaveBeenCalledWith("settings");
  });

  it("tell what left this machine, and what a worker could not do", async () => {
    const server = {
      server: "https://far.example",
      remote: true,
      contents: 2,
      requests: 3,
      sent: 4e3,
      received: 1,
    };
    await opened("privacy", {
      sent: async () => [server],
      diagnose: async () => diagnosisIn("settings-reduced"),
    });
    const left = await screen.findByTestId("left");
    expect(left.textContent).toContain("https://far.example: 2 items, 3 requests, 4.0 kB sent");
    const rows = await screen.findAllByTestId("canary");
    const refused = diagnosisIn("settings-reduced").worker?.canaries.map((canary) => String(canary.refused));
    expect(rows.map((row) => row.dataset["refused"])).toEqual(refused);
    expect(refused).toContain("false");
    expect(screen.getByTestId("isolation").textContent).toContain("Partly isolated");
  });

  it("explain how many workers there are", () => {
    const why = words.settings.performance.why;
    const machine = { processors: 2, memory: 4e9, available: 1e9, worker: 300e6, wanted: 8 };
    expect(why({ ...machine, workers: 8, short: null })).toContain("room for all 8 that you allow");
    const short = "memory is short: 3 workers instead of 8";
    expect(why({ ...machine, workers: 3, short })).toContain("room for 3 now: memory is short");
  });

  it("copy a diagnosis as text, with all that was found", async () => {
    const { backend } = await opened("diagnostics");
    await screen.findByTestId("checks");
    await fireEvent.click(screen.getByTestId("copy-diagnosis"));
    const text = String(backend.commands.copyText.mock.lastCall?.[0]);
    for (const { what, found } of diagnosisIn("").checks) expect(text).toContain(`${what}\t${found}`);
    expect(text).toContain("refused\topen /etc/passwd\tfiles");
    await fireEvent.click(screen.getByTestId("open-logs"));
    expect(backend.commands.openPlace).toHaveBeenCalledWith("logs");
  });

  it.each(PAGE_NAMES)("leave nothing for axe to find on %s", async (page) => {
    const { container } = await opened(page);
    await waitFor(() => expect(screen.queryByText(words.settings.privacy.examining)).toBeNull());
    for (const folded of container.querySelectorAll("details")) folded.open = true;
    expect(await violations(container)).toEqual([]);
  });
});
