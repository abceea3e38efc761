// Selection, live messages, queries, keys, notes and words.
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ItemView } from "../src/bindings";
import { baseName, fileId, remedyFor } from "../src/state/files";
import { OpenItem } from "../src/state/item.svelte";
import { actionOf, moved } from "../src/state/keys";
import { LiveState, health, lanes, progress } from "../src/state/live.svelte";
import { Notes } from "../src/state/notes.svelte";
import * as query from "../src/state/query";
import { Selection } from "../src/state/selection.svelte";
import { seen, toReveal } from "../src/parts/rows";
import { words } from "../src/words/en";
import { count, day, duration, locale, short, size } from "../src/words/format";
import { card, item, status } from "./samples";

describe("selection", () => {
  const cards = Array.from({ length: 10 }, (_, at) => card(at));
  const range = async (from: number, to: number) => cards.slice(from, to);
  const at = (index: number) => cards[index] ?? card(index);

  it("extends from where it began, and takes back what an earlier extension had", async () => {
    const selection = new Selection();
    selection.one(2, at(2));
    await selection.extend(6, at(6), range);
    expect(selection.size).toBe(5);
    await selection.extend(1, at(1), range);
    expect(selection.keys).toEqual(["b3:1", "b3:2"]);
  });

  it("goes by key: what arrives above changes nothing", async () => {
    const selection = new Selection();
    selection.one(2, at(2));
    selection.shift(3);
    expect(selection.cursor).toBe(5);
    expect(selection.has(at(2))).toBe(true);
    expect(selection.has(at(5))).toBe(false);
  });

  it("begins to gather with the one that was ticked, not with the one that was stood on", () => {
    const selection = new Selection();
    selection.one(2, at(2));
    expect(selection.gathering).toBe(false);
    selection.toggle(4, at(4));
    selection.toggle(5, at(5));
    expect(selection.keys).toEqual(["b3:4", "b3:5"]);
    selection.toggle(4, at(4));
    selection.toggle(5, at(5));
    expect(selection.gathering).toBe(false);
  });

  it("has no keys of files that were not read yet", () => {
    const selection = new Selection();
    selection.all([card(1), card(2, { key: null })]);
    expect([selection.size, selection.keys.length]).toEqual([2, 1]);
  });
});

describe("live", () => {
  it("replaces each kind of message by the one after it", () => {
    const notes: string[] = [];
    const live = new LiveState((text) => notes.push(text));
    live.reduce({ type: "status", status: status(), broken: null });
    live.reduce({
      type: "library",
      change: 4,
      coverage: { read: 1, failed: 0, queued: 0 },
      unheard: 0,
      unsummarised: 0,
      caution: null,
    });
    expect(live.lastStored).toBeNull(); // the snapshot is no news
    live.reduce({
      type: "library",
      change: 5,
      coverage: { read: 2, failed: 0, queued: 0 },
      unheard: 0,
      unsummarised: 0,
      caution: null,
    });
    expect(live.lastStored).not.toBeNull();
    live.reduce({
      type: "drag",
      drag: { supported: 7, unsupported: 2, folders: 0, models: 0, counting: false },
    });
    live.reduce({ type: "note", text: "A disk is gone." });
    live.reduce({ type: "status", status: null, broken: "no workers" });
    expect([live.broken, live.status, live.change, live.drag?.supported]).toEqual(["no workers", null, 5, 7]);
    expect(notes).toEqual(["A disk is gone."]);
  });

  it("keeps the card of a round until it is dismissed or another begins", () => {
    const live = new LiveState();
    live.reduce({ type: "finished", counts: status().counts, stopped: null });
    live.reduce({ type: "status", status: status({ idle: true }), broken: null });
    expect(live.finished).not.toBeNull();
    live.reduce({ type: "status", status: status({ idle: false }), broken: null });
    expect(live.finished).toBeNull();
  });

  it("counts how far a round is", () => {
    expect(progress(status())).toMatchObject({ done: 318, total: 402, failed: 12 });
    expect(progress(status()).perSecond).toBe(3.4);
    expect(progress(status({ rate: null })).perSecond).toBeNull();
    expect(progress(status({ found: null }))).toMatchObject({ total: null, share: 0 });
  });

  it("always has eight lanes", () => {
    expect(lanes(status()).map((lane) => lane?.slot ?? null)).toEqual([
      0,
      1,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(lanes(null)).toHaveLength(8);
  });

  it.each([
    [{ read: 95, failed: 0, queued: 5 }, 10, false, "good"],
    [{ read: 90, failed: 0, queued: 10 }, 10, false, "fair"],
    [{ read: 99, failed: 0, queued: 1 }, 400, false, "fair"],
    [{ read: 99, failed: 0, queued: 1 }, 4000, false, "poor"],
    // What has come just now cannot be read yet.
    [{ read: 50, failed: 0, queued: 50 }, 10, false, "fair"],
    [{ read: 50, failed: 0, queued: 50 }, 400, false, "poor"],
    [{ read: 50, failed: 0, queued: 50 }, 10, true, "none"],
    [{ read: 90, failed: 10, queued: 0 }, null, false, "good"],
    [{ read: 0, failed: 0, queued: 0 }, null, false, "none"],
  ] as const)("is as well as the worse of coverage and age: %o %o %o", (coverage, oldest, paused, level) => {
    expect(health(coverage, oldest, paused).level).toBe(level);
  });
});

describe("query", () => {
  it("takes a text apart as the engine does", () => {
    expect(
      query.parts('Kind:image "two words" tag:"lake path" -old').map((part) => [part.operator, part.value]),
    ).toEqual([
      ["kind", "image"],
      [null, '"two words"'],
      ["tag", "lake path"],
      [null, "-old"],
    ]);
  });

  it("writes and removes filters, with words behind them", () => {
    expect(query.toggle("invoice", "kind", "image")).toBe("kind:image invoice");
    expect(query.toggle("kind:image invoice", "kind", "image")).toBe("invoice");
    expect(query.add("", "tag", "lake path")).toBe('tag:"lake path" ');
    expect(query.toggleDay("after:7d x", "30d")).toBe("after:30d x");
    expect(query.withoutFilters("kind:image after:7d x")).toBe("x");
    expect(query.has('tag:"Lake Path"', "tag", "lake path")).toBe(true);
  });

  it("offers operators to an empty box, values after a colon, and nothing to ordinary words", () => {
    const known = {
      tags: ["invoice", "lake path"],
      folders: ["~/Desktop"],
      languages: ["de"],
      models: ["llama3.2:3b"],
    };
    const shown = (text: string, caret = text.length) =>
      query.suggestions(text, caret, known).map((one) => one.shown);
    expect(shown("")).toHaveLength(10);
    expect(shown("invoice ")).toEqual([]);
    expect(shown("sta")).toEqual(["state:"]);
    expect(shown("kind:")).toEqual(["kind:image", "kind:video", "kind:audio"]);
    expect(shown("tag:la")).toEqual(['tag:"lake path"']);
    expect(shown("by:")).toEqual(["by:extractive", "by:remote", "by:llama3.2:3b"]);
    expect(shown("zebra")).toEqual([]);
    const [taken] = query.suggestions("x kind:im y", 9, known);
    expect([taken?.query, taken?.caret]).toEqual(["x kind:image  y", 13]);
  });
});

describe("keys", () => {
  const press = (key: string, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    ...more,
  });

  it.each([
    ["/", {}, false, "search"],
    ["/", {}, true, null],
    ["f", { ctrlKey: true }, true, "search"],
    ["p", {}, false, "pause"],
    ["p", {}, true, null],
    ["p", { ctrlKey: true }, false, null],
    ["c", { ctrlKey: true }, false, "copy"],
    ["c", { ctrlKey: true }, true, null],
    ["C", { ctrlKey: true, shiftKey: true }, false, "copyMarkdown"],
    ["R", { ctrlKey: true, shiftKey: true }, false, "reveal"],
    ["v", { ctrlKey: true }, false, "paste"],
    ["o", { ctrlKey: true }, false, "addFiles"],
    ["Delete", {}, false, "forget"],
    ["Delete", {}, true, null],
    ["Escape", {}, true, "escape"],
    [" ", {}, false, "look"],
    ["?", { shiftKey: true }, false, "keys"],
    ["e", { ctrlKey: true }, false, "export"],
  ] as const)("%s %o typing %o", (key, more, typing, action) => {
    expect(actionOf(press(key, more), typing)).toBe(action);
  });

  it("moves in rows and stops at the ends", () => {
    expect(moved("down", 1, 10, 4, 3)).toBe(5);
    expect(moved("down", 8, 10, 4, 3)).toBe(8);
    expect(moved("up", 1, 10, 4, 3)).toBe(1);
    expect(moved("last", 1, 10, 4, 3)).toBe(9);
    expect(moved("next", 9, 10, 4, 3)).toBe(9);
    expect(moved("right", -1, 10, 4, 3)).toBe(0);
    expect(moved("right", 0, 0, 4, 3)).toBeNull();
    expect(moved("copy", 0, 10, 4, 3)).toBeNull();
  });
});

describe("files", () => {
  it("are told apart by their bytes where their names look the same", () => {
    const [one, two] = ["L2Ev/w==", "L2Ev/g=="].map((path_bytes) => ({ path: "/a/\ufffd", path_bytes }));
    expect(one && two && fileId(one) !== fileId(two)).toBe(true);
    expect(fileId({ path: "/a/b.png", path_bytes: null })).toBe("/a/b.png");
    expect([baseName("/a/b.png"), baseName("C:\\a\\b.png")]).toEqual(["b.png", "b.png"]);
  });

  it.each([
    ["worker_crashed", "try_again"],
    ["too_large", "try_again"],
    ["vanished", "none"],
    ["damaged", "show"],
    ["symlink", "show"],
  ] as const)("that are %s: %s", (code, remedy) => {
    expect(remedyFor(code)).toBe(remedy);
  });
});

describe("rows", () => {
  it("knows what is seen of a hundred thousand", () => {
    expect(seen(1_000_000, 800, 200, 20_000, 2)).toEqual({ from: 4998, to: 5006 });
    expect(seen(0, 800, 200, 3, 2)).toEqual({ from: 0, to: 3 });
    expect(seen(0, 0, 200, 3, 2)).toEqual({ from: 0, to: 0 });
  });

  it("scrolls no further than needed", () => {
    expect([toReveal(0, 100, 800, 200), toReveal(1, 100, 800, 200), toReveal(9, 100, 800, 200)]).toEqual([
      0,
      null,
      1200,
    ]);
  });
});

describe("item", () => {
  it("has what is new in it and lacks what is gone, and the rest is what it was", async () => {
    const omissions = [{ what: "pages" as const, page: 2, reason: "of the first pages" }];
    let now: ItemView = item({ key: "b3:0", omissions });
    const open = new OpenItem(async () => structuredClone(now));
    await open.show("b3:0", 0, "");
    const before = open.item;
    await open.refresh("");
    expect(open.item).toBe(before);
    now = item({ key: "b3:0" });
    await open.refresh("");
    expect(open.item?.omissions).toBeUndefined();
    now = item({ key: "b3:0", title: "Another" });
    await open.refresh("");
    expect(open.item).toEqual(now);
    expect(open.item?.lines).toBe(before?.lines);
  });
});

describe("notes", () => {
  beforeEach(() => void vi.useFakeTimers());

  it("shows one at a time, at most one every few seconds", () => {
    const notes = new Notes();
    for (const text of ["a", "b", "c"]) notes.say(text);
    expect(notes.current?.text).toBe("a");
    vi.advanceTimersByTime(1000);
    expect(notes.current?.text).toBe("a");
    vi.advanceTimersByTime(1600);
    expect(notes.current?.text).toBe("b");
    vi.advanceTimersByTime(2600);
    expect(notes.current?.text).toBe("c");
    vi.advanceTimersByTime(6000);
    expect(notes.current).toBeNull();
    vi.useRealTimers();
  });

  it("answers at once what somebody has just done", () => {
    const notes = new Notes();
    notes.say("a");
    notes.say("Text copied", { now: true });
    expect(notes.current?.text).toBe("Text copied");
    vi.useRealTimers();
  });
});

describe("words", () => {
  it("knows one from many", () => {
    expect([0, 1, 2, 4102].map((n) => count(n, "item", "items"))).toEqual([
      "0 items",
      "1 item",
      "2 items",
      "4,102 items",
    ]);
    expect(words.forget.title(1)).toBe("Forget 1 item?");
    expect(words.forget.title(12)).toBe("Forget 12 items?");
    expect(words.activity.retryAll(12)).toBe("Try all failed again (12)");
    expect(words.library.noMatch(4102)).toBe("No match in 4,102 items.");
    expect(words.drag.files({ supported: 7, unsupported: 2, folders: 0, models: 0, counting: false })).toBe(
      "Drop to read 7 files",
    );
    expect(words.drag.folders({ supported: 1, unsupported: 0, folders: 2, models: 0, counting: false })).toBe(
      "Drop to read 1 file in 2 folders",
    );
    expect(words.activity.left(118)).toBe("about 2 min left");
    expect(words.activity.left(23)).toBe("about 25 s left");
  });

  it("does without a language of the system", () => {
    expect([locale(["C"]), locale(["C", "de-AT"]), locale([])]).toEqual(["en", "de-AT", "en"]);
  });

  it("tells how a worker died", () => {
    const death = { saw: null, exit: null, last_words: null };
    expect(words.activity.deathHow({ ...death, exit: { signal: 11 } })).toBe("a bad memory access");
    expect(words.activity.deathHow({ ...death, saw: "it spoke out of turn", exit: { code: 3 } })).toBe(
      "it spoke out of turn; exit code 3",
    );
    expect(words.activity.deathHow({ ...death, exit: { signal: 99 } })).toBe("signal 99");
    expect(words.activity.deathHow(death)).toBe("killed");
  });

  it("writes times and sizes for people", () => {
    expect([0.84, 12.4, 118, 4800].map(duration)).toEqual(["0.8 s", "12 s", "2 min", "1 h 20 min"]);
    expect([812, 4210, 143e6, 7.5e9].map(size)).toEqual(["812 B", "4.2 kB", "143 MB", "7.5 GB"]);
    const now = Date.parse("2026-11-21T14:02:00");
    expect([day(now, now), day(now - 86_400_000, now)]).toEqual(["Today", "Yesterday"]);
    expect(short(Date.parse("2024-05-03T10:00:00"), now)).toContain("2024");
  });
});
