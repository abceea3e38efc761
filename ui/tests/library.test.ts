// The library's virtual pages: stale answers, changes while somebody looks, and what stays where it is.
import { describe, expect, it, vi } from "vitest";
import type { Page } from "../src/bindings";
import { Library, PAGE } from "../src/state/library.svelte";
import { card, page } from "./samples";

/** A cache of numbered items, the newest first, that grows at its beginning. */
function growing(count: number) {
  const state = { newest: count, change: 1, asked: [] as number[] };
  const ask = async (_query: string, offset: number, limit: number): Promise<Page> => {
    state.asked.push(offset);
    const end = Math.min(offset + limit, state.newest);
    const cards = Array.from({ length: Math.max(0, end - offset) }, (_, at) =>
      card(state.newest - offset - at),
    );
    return page(cards, offset, state.newest, state.change);
  };
  return { state, ask };
}

const deferred = <T>() => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
};

describe("asking", () => {
  it("drops an answer that a newer question has overtaken", async () => {
    const [first, second] = [deferred<Page>(), deferred<Page>()];
    const library = new Library((query) => (query === "a" ? first.promise : second.promise));
    const asked = [library.ask("a"), library.ask("ab")];
    second.resolve(page([card(2)]));
    await asked[1];
    first.resolve(page([card(1)]));
    await asked[0];
    expect(library.query).toBe("ab");
    expect(library.card(0)?.key).toBe("b3:2");
  });

  it("keeps the last good answer when the query is wrong, and says why", async () => {
    const library = new Library(async (query) => {
      if (query === "kind:x") throw { code: "query", message: "kind: takes image, video or audio, not “x”" };
      return page([card(1)]);
    });
    await library.ask("");
    await library.ask("kind:x");
    expect(library.wrong).toContain("kind: takes");
    expect(library.card(0)?.key).toBe("b3:1");
    expect(library.error).toBeNull();
    await library.ask("");
    expect(library.wrong).toBeNull();
  });

  it("tells of a library that cannot be opened, and tries again", async () => {
    const ask = vi.fn<() => Promise<Page>>().mockRejectedValueOnce({ code: "cache", message: "damaged" });
    ask.mockResolvedValue(page([card(1)]));
    const library = new Library(ask);
    await library.ask("");
    expect(library.error?.code).toBe("cache");
    await library.retry();
    expect(library.error).toBeNull();
    expect(library.card(0)?.key).toBe("b3:1");
  });
});

describe("pages", () => {
  it("asks for what is seen, and only for that", async () => {
    const { state, ask } = growing(100_000);
    const library = new Library(ask);
    await library.ask("");
    library.look(50_000, 50_040, 50_004);
    await vi.waitFor(() => expect(library.card(50_010)?.key).toBe("b3:49990"));
    expect(state.asked).toEqual([0, 50_000]);
    expect(library.card(30_000)).toBeNull();
  });

  it("lets go of pages that are far away", async () => {
    const { ask } = growing(100_000);
    const library = new Library(ask);
    await library.ask("");
    for (let at = 0; at < 40; at += 1) library.look(at * 1000, at * 1000 + 40, at * 1000);
    await vi.waitFor(() => expect(library.card(39_000)).not.toBeNull());
    expect(library.pages.size).toBeLessThanOrEqual(12);
  });

  it("asks again for what is seen when the cache moves on, and says how far it moved", async () => {
    const { state, ask } = growing(1000);
    const library = new Library(ask);
    const shifts: number[] = [];
    library.onshift = (by) => shifts.push(by);
    await library.ask("");
    library.look(500, 540, 505);
    await vi.waitFor(() => expect(library.card(505)).not.toBeNull());
    const anchored = library.card(505)?.key;
    Object.assign(state, { newest: 1003, change: 2, asked: [] });
    await library.moved(2);
    expect(shifts).toEqual([3]);
    expect(library.card(508)?.key).toBe(anchored);
    expect(library.total.count).toBe(1003);
    expect(state.asked).toEqual([500]);
  });

  it("finds what was seen even when it moved to another page", async () => {
    const { state, ask } = growing(1000);
    const library = new Library(ask);
    const shifts: number[] = [];
    library.onshift = (by) => shifts.push(by);
    await library.ask("");
    library.look(500, 540, 505);
    await vi.waitFor(() => expect(library.card(505)).not.toBeNull());
    Object.assign(state, { newest: 1250, change: 2 });
    await library.moved(2);
    expect(shifts).toEqual([250]);
    expect(library.card(755)?.key).toBe("b3:495");
  });

  it("lets new items in at the top, and says by how much the others moved down", async () => {
    const { state, ask } = growing(10);
    const library = new Library(ask);
    const shifts: number[] = [];
    library.onshift = (by) => shifts.push(by);
    await library.ask("");
    Object.assign(state, { newest: 12, change: 2 });
    await library.moved(2);
    expect(library.card(0)?.key).toBe("b3:12");
    expect(shifts).toEqual([2]);
  });

  it("asks once more, not ten times, for ten changes during an answer", async () => {
    const { state, ask } = growing(10);
    const library = new Library(ask);
    await library.ask("");
    state.asked = [];
    const all = [library.moved(2)];
    for (let change = 3; change < 12; change += 1) all.push(library.moved(change));
    await Promise.all(all);
    await vi.waitFor(() => expect(state.asked).toHaveLength(2));
  });

  it("keeps what did not change, though each answer is made anew", async () => {
    const { state, ask } = growing(10);
    const library = new Library(ask);
    await library.ask("");
    const newest = library.card(0);
    Object.assign(state, { newest: 12, change: 2 });
    await library.moved(2);
    expect(library.card(2)).toBe(newest);
  });

  it("gathers a range that was never seen", async () => {
    const { ask } = growing(5000);
    const library = new Library(ask);
    await library.ask("");
    const cards = await library.range(100, 4200);
    expect(cards).toHaveLength(4100);
    expect(PAGE).toBe(100);
  });
});
