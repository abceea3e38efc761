// The whole window against a made-up backend: what people do, and whether all of it can be used without a mouse or eyes.
import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { page, card, coverage, fake, item, status, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const opened = (backend: Fake = fake()) => openWindow(backend);

const key = (name: string, more = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key: name, ...more });
const cards = () => screen.getAllByTestId("card");

describe("library", () => {
  it("shows what was read and tells the coverage", async () => {
    await opened();
    expect(cards()).toHaveLength(4);
    expect(screen.getByTestId("coverage").textContent).toBe("4 items  ·  2 not read yet");
  });

  it("asks with every key, keeps the old answer until the new one is there, and says what is wrong quietly", async () => {
    const backend = fake();
    await opened(backend);
    const search = screen.getByTestId<HTMLInputElement>("search");
    await fireEvent.input(search, { target: { value: "la" } });
    expect(backend.commands.page).toHaveBeenLastCalledWith("la", 0, 100);
    backend.commands.page.mockRejectedValueOnce({
      code: "query",
      message: "kind: takes image, video or audio",
    });
    await fireEvent.input(search, { target: { value: "kind:x" } });
    await waitFor(() => expect(screen.getByTestId("query-error").textContent).toContain("kind: takes"));
    expect(cards()).toHaveLength(4);
  });

  it("says what to do when nothing matches", async () => {
    const backend = fake();
    await opened(backend);
    backend.commands.page.mockResolvedValue(page([]));
    await fireEvent.input(screen.getByTestId("search"), { target: { value: "kind:image zebra" } });
    await waitFor(() => expect(screen.getByTestId("no-match").textContent).toContain("No match in 4 items."));
    expect(screen.getByTestId("no-match").textContent).toContain("2 not read yet.");
    await fireEvent.click(screen.getByText("Search without filters"));
    expect(backend.commands.page).toHaveBeenLastCalledWith("zebra", 0, 100);
  });

  it("invites when nothing was read yet", async () => {
    const none = { read: 0, failed: 0, queued: 0 };
    const backend = fake({ page: async () => ({ ...page([]), coverage: none }) });
    await opened(backend);
    backend.tell({ type: "library", change: 1, coverage: none, unheard: 0, unsummarised: 0, caution: null });
    await waitFor(() =>
      expect(screen.getByTestId("empty").textContent).toContain("Drop images, videos or a folder here"),
    );
    await fireEvent.click(screen.getByTestId("choose-watched"));
    expect(backend.commands.chooseWatched).toHaveBeenCalled();
    await fireEvent.click(screen.getByText("Watch ~/Desktop"));
    expect(screen.getByTestId("folder-form").textContent).toContain("~/Desktop");
    expect(backend.commands.watchFolder).not.toHaveBeenCalled();
  });

  it("moves, selects, copies and forgets by keys, with a count before it forgets", async () => {
    const { backend, app } = await opened();
    screen.getByTestId("library").focus();
    await key("j");
    await key("ArrowRight");
    await waitFor(() => expect(app.selection.keys).toEqual(["b3:1"]));
    await key("ArrowRight", { shiftKey: true });
    await waitFor(() => expect(app.selection.keys).toEqual(["b3:1", "b3:2"]));
    await key("c", { ctrlKey: true });
    expect(backend.commands.copy).toHaveBeenCalledWith(["b3:1", "b3:2"], "text");
    await key("C", { ctrlKey: true, shiftKey: true });
    expect(backend.commands.copy).toHaveBeenCalledWith(["b3:1", "b3:2"], "markdown");
    await key("Delete");
    expect(screen.getByTestId("confirm").textContent).toContain("Forget 2 items?");
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    expect(backend.commands.forget).toHaveBeenCalledWith(["b3:1", "b3:2"]);
    await waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("2 items forgotten"));
    expect(app.selection.size).toBe(0);
  });

  it("selects all, and lets go with Escape", async () => {
    const { app } = await opened();
    await key("a", { ctrlKey: true });
    await waitFor(() => expect(app.selection.size).toBe(4));
    expect(screen.getByTestId("selection").textContent).toContain("4 selected");
    await key("Escape");
    expect(app.selection.size).toBe(0);
  });

  it("exports what is selected, or everything that was found", async () => {
    const { backend } = await opened();
    await key("e", { ctrlKey: true });
    expect(screen.getByTestId("export").textContent).toContain("Export 4 items as");
    await fireEvent.click(screen.getByTestId("export-csv"));
    expect(backend.commands.exportItems).toHaveBeenLastCalledWith(null, "", "csv");
    await fireEvent.click(cards()[1] as Element, { ctrlKey: true });
    await screen.findByTestId("selection");
    await key("e", { ctrlKey: true });
    await fireEvent.click(screen.getByTestId("export-markdown"));
    expect(backend.commands.exportItems).toHaveBeenLastCalledWith(["b3:1"], "", "markdown");
  });

  it("takes in what arrives while somebody looks", async () => {
    const { backend } = await opened();
    backend.commands.page.mockResolvedValue(page([card(9), card(0)], 0, 2, 2));
    backend.tell({ type: "library", change: 2, coverage, unheard: 0, unsummarised: 0, caution: null });
    await waitFor(() => expect(cards()[0]?.textContent).toContain("Title 9"));
  });

  it("says that there is no network as long as there is none, and goes on", async () => {
    const { backend } = await opened();
    expect(screen.queryByTestId("offline")).toBeNull();
    backend.network(false);
    const sign = await screen.findByTestId("offline");
    expect(sign.textContent).toContain("wait until it is back; all else goes on.");
    backend.network(true);
    await waitFor(() => expect(screen.queryByTestId("offline")).toBeNull());
    expect(screen.getAllByTestId("card").length).toBeGreaterThan(0);
  });

  it("searches for a tag by a click on it", async () => {
    const { backend, container } = await opened();
    const tag = container.querySelector("[data-tag]");
    if (tag) await fireEvent.click(tag);
    expect(backend.commands.page).toHaveBeenLastCalledWith("tag:invoice ", 0, 100);
  });
});

describe("item", () => {
  it("opens by Enter, goes on by j, and closes by Escape", async () => {
    const { backend, app } = await opened();
    screen.getByTestId("library").focus();
    await key("j");
    await waitFor(() => expect(app.selection.cursor).toBe(0));
    await key("Enter");
    await waitFor(() => expect(screen.getByTestId("facts").textContent).toContain("made from the text"));
    await fireEvent.keyDown(document.body, { key: "j" });
    await waitFor(() => expect(backend.commands.item).toHaveBeenLastCalledWith("b3:1", ""));
    await fireEvent.keyDown(document.body, { key: "Escape" });
    expect(screen.queryByTestId("view-item")).toBeNull();
  });

  it("copies its text, and shows it in its folder", async () => {
    const { backend } = await opened();
    await fireEvent.click(cards()[2] as Element);
    await fireEvent.click(await screen.findByTestId("copy"));
    expect(backend.commands.copy).toHaveBeenCalledWith(["b3:2"], "text");
    await fireEvent.keyDown(document.body, { key: "R", ctrlKey: true, shiftKey: true });
    expect(backend.commands.reveal).toHaveBeenCalledWith(item({ key: "b3:2" }));
  });

  it("says why there is no preview, and keeps the text", async () => {
    const spots = [{ path: "/d/1.png", name: "1.png", folder: "~/Desktop", there: false }];
    const { container } = await opened(fake({ item: async (own) => item({ key: own, spots }) }));
    await fireEvent.click(cards()[0] as Element);
    await screen.findByTestId("preview");
    const preview = container.querySelector("img[src^='preview:']");
    if (preview) await fireEvent.error(preview);
    expect(screen.getByTestId("view-item").textContent).toContain(
      "The file is gone from every place it was seen in.",
    );
    await waitFor(() => expect(container.querySelectorAll("[data-line]")).toHaveLength(2));
  });

  it("tells what the address of a preview has to say", async () => {
    const answer = new Response("no worker can be had", { status: 503 });
    vi.spyOn(globalThis, "fetch").mockResolvedValue(answer);
    const { container } = await opened();
    await fireEvent.click(cards()[0] as Element);
    await screen.findByTestId("preview");
    const preview = container.querySelector("img[src^='preview:']");
    if (preview) await fireEvent.error(preview);
    await waitFor(() =>
      expect(screen.getByTestId("view-item").textContent).toContain("No worker can be had"),
    );
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("leaves the text over a picture as it is when something else of the item changes", async () => {
    const { container, app } = await opened();
    await fireEvent.click(cards()[0] as Element);
    const lines = () => [...container.querySelectorAll("[data-line]")];
    await waitFor(() => expect(lines()).toHaveLength(2));
    const before = lines();
    await app.deeds.setTags("b3:0", ["kettle"]);
    await waitFor(() => expect(screen.getByTestId("facts").textContent).toContain("kettle"));
    expect(lines().every((line, at) => line === before[at])).toBe(true);
  });

  it("tells why a file failed, and tries it again", async () => {
    const failed = item({
      state: "failed",
      reason: "the file is empty",
      width: null,
      height: null,
      text: null,
      lines: [],
      hits: [],
    });
    const { backend } = await opened(fake({ item: async (own) => ({ ...failed, key: own }) }));
    await fireEvent.click(cards()[0] as Element);
    const facts = await screen.findByTestId("facts");
    expect(facts.textContent).toContain("The file is empty");
    await fireEvent.click(screen.getByText("Try again"));
    expect(backend.commands.readAgain).toHaveBeenCalledWith(["b3:0"]);
  });
});

describe("activity", () => {
  it("shows the round and eight lanes, and pauses by P", async () => {
    const { backend } = await opened();
    await fireEvent.click(screen.getByTestId("activity"));
    expect(screen.getByTestId("progress").textContent).toBe(
      "318 of 402  ·  12 failed  ·  3.4/s  ·  about 2 min left",
    );
    expect(screen.getAllByTestId("lane")).toHaveLength(8);
    await key("p");
    expect(backend.commands.pause).toHaveBeenCalled();
    backend.tell({ type: "status", status: status({ paused: true }), broken: null });
    await key("p");
    expect(backend.commands.resume).toHaveBeenCalled();
  });

  it("lists what needs attention, each with one button, and tries all again after it has said how many", async () => {
    const trouble = {
      key: "b3:7",
      path: "/d/7.png",
      name: "7.png",
      folder: "~/Desktop",
      kind: "image" as const,
      moment: 0,
      code: "timed_out" as const,
      reason: "it took too long",
    };
    const shown = {
      ...trouble,
      key: null,
      path: "/d/8.png",
      name: "8.png",
      code: "damaged" as const,
    };
    const { backend } = await opened(
      fake({ troubles: async () => ({ entries: [trouble, shown], offset: 0, count: 2 }) }),
    );
    await fireEvent.click(screen.getByTestId("activity"));
    await fireEvent.click(screen.getByTestId("tab-attention"));
    await waitFor(() => expect(screen.getAllByTestId("trouble")).toHaveLength(2));
    await fireEvent.click(screen.getByText("Try again"));
    expect(backend.commands.tryAgain).toHaveBeenCalledWith([trouble]);
    await fireEvent.click(screen.getByText("Show file"));
    expect(backend.commands.reveal).toHaveBeenCalledWith(shown);
    await fireEvent.click(screen.getByTestId("retry-all"));
    expect(screen.getByTestId("confirm").textContent).toContain("Try 1 file again?");
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    expect(backend.commands.retryFailed).toHaveBeenCalled();
  });

  it("takes files out of the queue", async () => {
    const file = {
      path: "/d/9.png",
      name: "9.png",
      folder: "~/Desktop",
      kind: "image" as const,
      since: 0,
    };
    const { backend } = await opened(fake({ waiting: async () => ({ files: [file], offset: 0, count: 1 }) }));
    await fireEvent.click(screen.getByTestId("activity"));
    await fireEvent.click(screen.getByTestId("tab-queue"));
    await fireEvent.click(await screen.findByLabelText("Remove 9.png from the queue"));
    expect(backend.commands.remove).toHaveBeenCalledWith([file]);
    await fireEvent.click(screen.getByText("Remove all"));
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    expect(backend.commands.remove).toHaveBeenLastCalledWith(null);
  });

  it("keeps the end of a round until it is dismissed", async () => {
    const { backend } = await opened();
    backend.tell({ type: "finished", counts: status().counts, stopped: "the disk is full" });
    await waitFor(() => expect(screen.getByTestId("finished").textContent).toContain("306 files read"));
    expect(screen.getByTestId("finished").textContent).toContain("The disk is full");
    await fireEvent.click(screen.getByTestId("dismiss"));
    expect(screen.queryByTestId("finished")).toBeNull();
  });
});

describe("pasting", () => {
  const press = (target: Element) => fireEvent.keyDown(target, { key: "v", ctrlKey: true });

  it.each([
    [{ type: "picture" } as const, "Image pasted"],
    [{ type: "files", count: 2 } as const, "2 files added"],
    [{ type: "nothing" } as const, "Nothing to read"],
  ])("tells what it came to: %o", async (pasted, said) => {
    await opened(fake({ paste: async () => pasted }));
    await press(document.body);
    await waitFor(() => expect(screen.getByTestId("toast").textContent).toContain(said));
  });

  it("leaves text to the field that somebody types in", async () => {
    const { backend } = await opened();
    const search = screen.getByTestId("search");
    search.focus();
    await press(search);
    expect(backend.commands.paste).not.toHaveBeenCalled();
  });
});

describe("layers", () => {
  it("shows what a drop will do, and why nothing can be read", async () => {
    const { backend } = await opened();
    backend.tell({
      type: "drag",
      drag: { supported: 7, unsupported: 2, folders: 0, models: 0, counting: false },
    });
    await waitFor(() => expect(screen.getByTestId("overlay").textContent).toContain("Drop to read 7 files"));
    backend.tell({ type: "drag", drag: null });
    await waitFor(() => expect(screen.queryByTestId("overlay")).toBeNull());
    backend.tell({ type: "status", status: null, broken: "no worker program" });
    await fireEvent.click(await screen.findByTestId("restart"));
    expect(backend.commands.restart).toHaveBeenCalled();
  });

  it("closes the top one by Escape", async () => {
    const { app } = await opened();
    await key("a", { ctrlKey: true });
    await waitFor(() => expect(app.selection.size).toBe(4));
    await key("?");
    expect(screen.getByTestId("keys").textContent).toContain("Copy as Markdown");
    await key("Escape");
    expect(screen.queryByTestId("keys")).toBeNull();
    expect(app.selection.size).toBe(4);
  });
});

describe("axe finds nothing", () => {
  it("in the library, as grid and as list", async () => {
    const { app, container } = await opened();
    expect(await violations(container)).toEqual([]);
    app.setLayout("list");
    await key("a", { ctrlKey: true });
    await screen.findByTestId("selection");
    expect(await violations(container)).toEqual([]);
  });

  it("in an item", async () => {
    const { container } = await opened();
    await fireEvent.click(cards()[0] as Element);
    await screen.findByTestId("facts");
    expect(await violations(container)).toEqual([]);
  });

  it.each(["workers", "queue", "attention"] as const)("in the activity: %s", async (lane) => {
    const { app, container } = await opened();
    app.showActivity(lane);
    await screen.findByTestId("view-activity");
    expect(await violations(container)).toEqual([]);
  });

  it("in the suggestions, the health, the keys and a question", async () => {
    const { app, container } = await opened();
    await fireEvent.click(screen.getByTestId("search"));
    expect(await violations(container)).toEqual([]);
    await fireEvent.click(screen.getByTestId("health"));
    app.keys = true;
    await screen.findByTestId("keys");
    expect(await violations(container)).toEqual([]);
    app.keys = false;
    app.deeds.askForget(["b3:1"]);
    await screen.findByTestId("confirm");
    expect(await violations(container)).toEqual([]);
  });
});
