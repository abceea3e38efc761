// The recorded session answers as the real backend does.
import { describe, expect, it } from "vitest";
import type { Live } from "../src/bindings";
import { recorded } from "../src/backend/recorded";

const session = (asked: string) => recorded(new URLSearchParams(`still&${asked}`));

describe("the recorded session", () => {
  it("begins with a snapshot: one of each of choices, settings, status, library, drag, models and pull", async () => {
    const told: Live[] = [];
    await session("").live((message) => told.push(message));
    expect(told.map((message) => message.type)).toEqual([
      "choices",
      "settings",
      "status",
      "library",
      "drag",
      "models",
      "pull",
    ]);
    const [, , status] = told;
    expect(status?.type === "status" && status.status?.workers.length).toBe(8);
  });

  it("finds words, marks them, and says what an operator takes", async () => {
    const { commands } = session("");
    const page = await commands.page("tag:travel boarding", 0, 100);
    expect(page.cards.length).toBeGreaterThan(0);
    expect(page.cards.every((card) => card.tags.includes("travel"))).toBe(true);
    const item = await commands.item(page.cards[0]?.key ?? "", "boarding");
    expect(item.hits.length).toBeGreaterThan(0);
    await expect(commands.page("kind:poem", 0, 100)).rejects.toMatchObject({ code: "query" });
  });

  it("knows who has summarised what, and what has left the machine", async () => {
    const { commands } = session("state=llm-remote");
    const made = async (query: string) => (await commands.page(query, 0, 100)).cards;
    const by = await made("by:qwen3-vl");
    expect(by.length).toBeGreaterThan(0);
    expect(by.every((card) => card.summary_by === "qwen3-vl-8b" && card.remote)).toBe(true);
    expect((await made("by:remote")).map((card) => card.key)).toEqual(by.map((card) => card.key));
    expect((await made("by:extractive")).every((card) => card.summary_by === "extractive")).toBe(true);
    await expect(commands.page("by:", 0, 100)).rejects.toMatchObject({ code: "query" });
  });

  it("keeps tags, and gives the machine's back", async () => {
    const { commands } = session("");
    const key = (await commands.page("", 0, 1)).cards[0]?.key ?? "";
    const own = (await commands.item(key, "")).tags;
    expect(await commands.setTags(key, ["mine"])).toMatchObject({ tags: ["mine"], tags_edited: true });
    expect(await commands.setTags(key, null)).toMatchObject({ tags: own, tags_edited: false });
  });

  it("holds a hundred thousand, and forgets what it is asked to", async () => {
    const { commands } = session("items=100000");
    const page = await commands.page("", 99_950, 100);
    expect(page.cards).toHaveLength(50);
    expect(await commands.forget(page.cards.flatMap((card) => card.key ?? []))).toBe(50);
    expect((await commands.page("", 0, 1)).total.count).toBe(99_950);
  });
});
