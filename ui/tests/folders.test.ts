// Watched folders: how it stands is told in one line and in words, nothing is watched unasked, and all of it is done by keys.
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { FolderChoice, FolderStatus, Status } from "../src/bindings";
import { BACKGROUND, choicesIn, folder, watchIn } from "../src/recorded/folders";
import { SETTINGS } from "../src/recorded/settings";
import { joined, watching } from "../src/state/folders.svelte";
import { words } from "../src/words/en";
import { coverage, fake, page, status, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const DESKTOP = folder("Desktop");
const PICTURES = folder("Pictures");
const at = Date.parse("2026-03-14T14:02:00");
const well = (path: string, more: Partial<FolderStatus> = {}): FolderStatus => ({
  path: `/home/anna/${path}`,
  state: "watched",
  reason: null,
  unfinished: 0,
  last_file_at: at,
  ...more,
});
const here = (...folders: FolderStatus[]) => folders;
const idle = (watch: FolderStatus[], more: Partial<Status> = {}) => status({ idle: true, watch, ...more });

const opened = (backend: Fake = fake()) => openWindow(backend);

/** What the window is told when these are watched. */
function told(backend: Fake, folders: FolderChoice[], now: Status, more = {}): void {
  backend.tell({ type: "choices", folders, background: { ...BACKGROUND, ...more } });
  backend.tell({ type: "status", status: now, broken: null });
}

const line = () => screen.getByTestId("watching").textContent.trim();
const sheet = async () => {
  await fireEvent.click(screen.getByTestId("watching"));
  return screen.findByTestId("folders");
};

describe("how it stands", () => {
  const say = (choices: FolderChoice[] | null, now: Status | null) =>
    words.folders.headline(watching(choices, now, { ...coverage, read: 318, queued: 3 }));

  it("is said in one line", () => {
    const one = here(well("Desktop"));
    const two = here(well("Desktop"), well("Pictures", { state: "polled" }));
    const clock = new Intl.DateTimeFormat(navigator.language, { timeStyle: "short" }).format(at);
    expect(say(null, null)).toBe("Watched folders");
    expect(say([], idle([]))).toBe("Watch a folder…");
    expect(say([DESKTOP], idle(one))).toBe(`Watching Desktop. Last file ${clock}. 318 done.`);
    expect(say([DESKTOP, PICTURES], status({ watch: two }))).toBe("Watching 2 folders, 3 waiting");
    expect(say([DESKTOP], idle(here(well("Desktop", { unfinished: 2 }))))).toBe(
      "Watching Desktop, 2 waiting",
    );
    expect(say([DESKTOP], idle(here(well("Desktop", { state: "starting" }))))).toBe(
      "Looking through Desktop",
    );
    expect(say([DESKTOP], idle(here(well("Desktop", { state: "elsewhere" }))))).toContain(
      "another Deskscribe",
    );
  });

  it("says why nothing is read, before everything else", () => {
    const paused = (pause: Status["pause"]) => idle(here(well("Desktop")), { paused: true, pause });
    expect(say([DESKTOP], paused({ by: "battery", resumes_in_seconds: null }))).toBe("Paused: on battery");
    expect(say([DESKTOP], paused({ by: "user", resumes_in_seconds: 2520 }))).toBe("Paused for 42 min more");
    expect(say([DESKTOP], paused({ by: "user", resumes_in_seconds: null }))).toBe("Paused");
  });

  it("tells a folder that is gone from one that is watched, and that it comes back", () => {
    const away = well("Pictures", { state: "offline", reason: "it is not there", last_file_at: null });
    expect(say([PICTURES], idle(here(away)))).toBe("Pictures is offline; it comes back by itself");
    expect(say([DESKTOP, PICTURES], idle(here(well("Desktop"), away)))).toBe(
      "Watching Desktop. Pictures is offline. 318 done.",
    );
    const [watched] = joined([PICTURES], idle(here(away)));
    expect(watched && words.folders.standing(watched)).toBe(
      "Offline: it is not there. It comes back by itself.",
    );
  });

  it("says of each what is read in it", () => {
    expect(words.folders.options(DESKTOP)).toBe("Everything");
    expect(
      words.folders.options({
        ...DESKTOP,
        recurse: false,
        kinds: ["image", "audio"],
        existing: false,
        ignore: ["*.tmp.png"],
      }),
    ).toBe("Images and audio, without the folders in it, new files only, without *.tmp.png");
  });
});

describe("watching a folder", () => {
  it("begins with a count, and watches nothing before it is told to", async () => {
    const { backend } = await opened();
    const folders = await sheet();
    expect(folders.textContent).toContain("No folder is watched yet.");
    await fireEvent.click(screen.getByTestId("sheet-watch-desktop"));
    const form = await screen.findByTestId("folder-form");
    await waitFor(() => expect(backend.commands.countFolder).toHaveBeenLastCalledWith(DESKTOP));
    const count = { images: 200, videos: 0, audio: 1, away: 0, counting: true, wrong: null };
    backend.tell({ type: "count", count });
    await waitFor(() => expect(form.textContent).toContain("200 images, 1 audio so far…"));
    backend.tell({
      type: "count",
      count: { images: 318, videos: 12, audio: 0, away: 3, counting: false, wrong: null },
    });
    await waitFor(() =>
      expect(form.textContent).toContain(
        "318 images, 12 videos, 3 files not on this computer; nothing has been opened yet.",
      ),
    );
    expect(backend.commands.watchFolder).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByTestId("form-watch"));
    expect(backend.commands.watchFolder).toHaveBeenCalledWith(DESKTOP);
    await waitFor(() => expect(screen.queryByTestId("folder-form")).toBeNull());
    expect(document.activeElement).toBe(screen.getByTestId("sheet-choose-watched"));
    expect(backend.commands.countFolder).toHaveBeenLastCalledWith(null);
  });

  it("counts anew with every choice, and takes all of them", async () => {
    const { backend } = await opened();
    await sheet();
    await fireEvent.click(screen.getByTestId("sheet-choose-watched"));
    await screen.findByTestId("folder-form");
    await fireEvent.click(screen.getByTestId("kind-audio"));
    await fireEvent.click(screen.getByTestId("recurse"));
    await fireEvent.click(screen.getByTestId("existing"));
    await fireEvent.input(screen.getByTestId("ignore"), { target: { value: "*.tmp.png\n\n build/ " } });
    const chosen = {
      ...PICTURES,
      kinds: ["image", "video"],
      recurse: false,
      existing: false,
      ignore: ["*.tmp.png", "build/"],
    };
    await waitFor(() => expect(backend.commands.countFolder).toHaveBeenLastCalledWith(chosen));
    await fireEvent.submit(screen.getByTestId("folder-form"));
    expect(backend.commands.watchFolder).toHaveBeenCalledWith(chosen);
  });

  it("needs something to read, and keeps the form when it cannot be done", async () => {
    const { backend } = await opened(
      fake({
        watchFolder: async () => {
          throw { code: "system", message: "settings.toml cannot be written" };
        },
      }),
    );
    await sheet();
    await fireEvent.click(screen.getByTestId("sheet-watch-desktop"));
    for (const kind of ["image", "video", "audio"]) await fireEvent.click(screen.getByTestId(`kind-${kind}`));
    expect(screen.getByTestId<HTMLButtonElement>("form-watch").disabled).toBe(true);
    await fireEvent.click(screen.getByTestId("kind-image"));
    await fireEvent.click(screen.getByTestId("form-watch"));
    await waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("cannot be written"));
    expect(screen.getByTestId("folder-form")).toBeTruthy();
    expect(backend.commands.watchFolder).toHaveBeenCalledTimes(1);
  });

  it("says what is wrong with a pattern, beside it", async () => {
    const { backend } = await opened();
    await sheet();
    await fireEvent.click(screen.getByTestId("sheet-watch-desktop"));
    const wrong = '"[" is no glob as in .gitignore: unclosed character class';
    backend.tell({
      type: "count",
      count: { images: 0, videos: 0, audio: 0, away: 0, counting: false, wrong },
    });
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("unclosed character class"));
    expect(screen.getByTestId<HTMLButtonElement>("form-watch").disabled).toBe(true);
  });

  it("is offered where nothing was read yet, and goes back there, where it says what comes next", async () => {
    const none = { read: 0, failed: 0, queued: 0 };
    const backend = fake({ page: async () => ({ ...page([]), coverage: none }) });
    await opened(backend);
    const holds = (change: number, queued: number) =>
      backend.tell({
        type: "library",
        change,
        coverage: { ...none, queued },
        unheard: 0,
        unsummarised: 0,
        caution: null,
      });
    holds(1, 0);
    await fireEvent.click(await screen.findByTestId("watch-desktop"));
    expect((await screen.findByTestId("folder-form")).textContent).toContain("~/Desktop");
    await fireEvent.click(screen.getByTestId("form-back"));
    await waitFor(() => expect(screen.queryByTestId("settings")).toBeNull());

    await fireEvent.click(screen.getByTestId("watch-desktop"));
    await fireEvent.click(await screen.findByTestId("form-watch"));
    await waitFor(() => expect(screen.queryByTestId("settings")).toBeNull());
    expect(screen.getByTestId("toast-deed")).toBeTruthy();
    told(backend, [DESKTOP], idle(here(well("Desktop", { last_file_at: null }))));
    const empty = screen.getByTestId("empty");
    await waitFor(() => expect(empty.textContent).toContain("Watching Desktop"));
    expect(empty.textContent).toContain("Take a screenshot");
    expect(screen.queryByTestId("watch-desktop")).toBeNull();
    told(backend, [DESKTOP], status({ watch: here(well("Desktop")) }));
    holds(2, 3);
    expect((await screen.findByTestId("arriving")).textContent).toContain("Reading 3 files");
  });

  it("ends after it was said what becomes of it", async () => {
    const { backend } = await opened();
    told(backend, [DESKTOP], idle(here(well("Desktop"))));
    await sheet();
    await fireEvent.click(screen.getByTestId("unwatch"));
    const asked = screen.getByTestId("confirm");
    expect(asked.textContent).toContain("What was read stays in the library");
    expect(asked.textContent).toContain("no file is touched");
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    expect(backend.commands.unwatchFolder).toHaveBeenCalledWith(DESKTOP);
  });

  it("is changed with what was chosen before", async () => {
    const { backend } = await opened();
    const before = { ...DESKTOP, ignore: ["a", "b"], recurse: false };
    told(backend, [before], idle(here(well("Desktop"))));
    await sheet();
    await fireEvent.click(screen.getByTestId("change-folder"));
    expect(screen.getByTestId<HTMLTextAreaElement>("ignore").value).toBe("a\nb");
    expect(screen.queryByTestId("folder-count")).toBeNull();
    await fireEvent.click(screen.getByTestId("recurse"));
    await fireEvent.click(screen.getByTestId("form-watch"));
    expect(backend.commands.watchFolder).toHaveBeenCalledWith({ ...before, recurse: true });
  });
});

describe("a pause", () => {
  it("is ended from the line, and begun from the sheet for as long as is wanted", async () => {
    const { backend } = await opened();
    told(backend, [DESKTOP], idle(here(well("Desktop"))));
    await sheet();
    await fireEvent.click(screen.getByTestId("pause-watching"));
    await fireEvent.click(screen.getByText("For 1 hour"));
    expect(backend.commands.pause).toHaveBeenCalledWith(3600);
    const pause = { by: "battery" as const, resumes_in_seconds: null };
    told(backend, [DESKTOP], idle(here(well("Desktop")), { paused: true, pause }));
    await waitFor(() => expect(line()).toBe("Paused: on battery"));
    expect(screen.getByTestId("run-now").textContent.trim()).toBe("Run now");
    await fireEvent.click(screen.getByTestId("run-now"));
    expect(backend.commands.resume).toHaveBeenCalled();
  });
});

describe("in the background", () => {
  it("each choice counts at once, is taken back by Ctrl+Z, and goes back to what comes", async () => {
    const { backend } = await opened(fake({ setSetting: async () => 4, setAutostart: async () => 5 }));
    await sheet();
    const undo = () => fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    for (const [id, key, value] of [
      ["value-keep_running", "keep_running", true],
      ["value-on_battery-pause", "on_battery", "pause"],
      ["value-priority-normal", "priority", "normal"],
      ["value-notifications", "notifications", false],
    ] as const) {
      await fireEvent.click(screen.getByTestId(id));
      expect(backend.commands.setSetting).toHaveBeenLastCalledWith(key, value);
      await screen.findByTestId("toast-deed");
    }
    await undo();
    expect(backend.commands.undoSetting).toHaveBeenLastCalledWith(4);
    await fireEvent.click(screen.getByTestId("autostart"));
    expect(backend.commands.setAutostart).toHaveBeenLastCalledWith(true);
    await waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("Start when I log in"));
    await undo();
    expect(backend.commands.undoSetting).toHaveBeenLastCalledWith(5);

    const settings = SETTINGS.map((one) => (one.key === "on_battery" ? { ...one, value: "pause" } : one));
    backend.tell({ type: "settings", settings, file: "", trouble: null });
    const back = await screen.findByTestId("default-on_battery");
    expect(back.textContent).toContain("As it comes: Read");
    await fireEvent.click(back);
    expect(backend.commands.setSetting).toHaveBeenLastCalledWith("on_battery", null);
  });

  it("nothing is chosen while the file of the settings is broken, and it says why", async () => {
    const { backend } = await opened();
    await sheet();
    const trouble = "line 4 of the settings has workers = 80; allowed is a whole number from 1 to 8: /s";
    backend.tell({ type: "settings", settings: SETTINGS, file: "", trouble });
    expect((await screen.findByTestId("settings-trouble")).textContent).toContain("workers = 80");
    for (const id of ["keep_running", "notifications", "on_battery-pause", "priority-normal"])
      expect(screen.getByTestId<HTMLInputElement>(`value-${id}`).disabled, id).toBe(true);
  });

  it("says how to come back where there is no tray", async () => {
    const { backend } = await opened();
    told(backend, [DESKTOP], idle(here(well("Desktop"))), { has_tray: false });
    const folders = await sheet();
    await waitFor(() => expect(folders.textContent).toContain("start Deskscribe again to see its window"));
  });

  it.each([
    ["closing-keep", true],
    ["closing-quit", false],
  ])("asks what closing the window means: %s", async (answer, keep) => {
    const { backend } = await opened();
    backend.tell({ type: "closing" });
    const asked = await screen.findByTestId("closing");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("closing-keep")));
    await fireEvent.click(within(asked).getByTestId(answer));
    expect(backend.commands.closeWindow).toHaveBeenCalledWith(keep);
  });

  it("stays open when nobody answers", async () => {
    const { backend } = await opened();
    backend.tell({ type: "closing" });
    await screen.findByTestId("closing");
    await fireEvent.keyDown(document.body, { key: "Escape" });
    await waitFor(() => expect(screen.queryByTestId("closing")).toBeNull());
    expect(backend.commands.closeWindow).not.toHaveBeenCalled();
  });

  it("opens what the tray asks for", async () => {
    const { backend } = await opened();
    backend.tell({ type: "show_folders" });
    expect(await screen.findByTestId("background")).toBeTruthy();
  });
});

describe("axe finds nothing", () => {
  it.each(["watch", "watch-offline", "watch-elsewhere", "watch-none"])("in the sheet: %s", async (state) => {
    const { backend, container } = await opened();
    const choices = choicesIn(state);
    told(backend, choices, idle(watchIn(state, choices)));
    await sheet();
    expect(await violations(container)).toEqual([]);
  });

  it("in the form, and in the question when the window is closed", async () => {
    const { backend, container } = await opened();
    await sheet();
    await fireEvent.click(screen.getByTestId("sheet-watch-desktop"));
    await screen.findByTestId("folder-form");
    expect(await violations(container)).toEqual([]);
    backend.tell({ type: "closing" });
    await screen.findByTestId("closing");
    expect(await violations(container)).toEqual([]);
  });
});
