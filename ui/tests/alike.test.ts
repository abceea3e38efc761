// What is like an item, and what means something like what was typed: offered where somebody can tell, found when asked for.
import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { Server } from "../src/bindings";
import { words } from "../src/words/en";
import { card, fake, page, status, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const server = (embedder: string | null): Server => ({
  kind: "ollama",
  address: "http://127.0.0.1:11434",
  remote: false,
  version: "0.20.3",
  model: { name: "small", context: 8192, sees: false },
  embedder,
  embedder_trouble: null,
  writers: ["small"],
});

async function opened(answers: Parameters<typeof fake>[0] = {}, embedder: string | null = "words") {
  const backend = fake(answers);
  const view = await openWindow(backend);
  const summaries = { model: { state: "ready" as const, ...server(embedder) }, waiting: 0 };
  backend.tell({ type: "status", status: status({ summaries }), broken: null });
  return view;
}

const near = (at: number, meaning: number) => card(at, { meaning, meant: true });
const type = (value: string) => fireEvent.input(screen.getByTestId("search"), { target: { value } });

async function nothingFor(backend: Fake, text: string) {
  backend.commands.page.mockResolvedValue(page([]));
  await type(text);
  await screen.findByTestId("no-match");
}

describe("close in meaning", () => {
  it("is found where no word matches, told as such, and opens", async () => {
    const { backend, container } = await opened({ byMeaning: async () => [near(7, 0.83), near(8, 0.71)] });
    await nothingFor(backend, "zebra");
    expect(backend.commands.byMeaning).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByTestId("by-meaning"));
    expect(backend.commands.byMeaning).toHaveBeenCalledWith("zebra");
    const [first] = await screen.findAllByTestId("alike-card");
    expect(screen.getByTestId("alike").textContent).toContain(words.alike.meant);
    expect(first?.textContent).toContain("83% alike");
    expect(screen.queryByTestId("by-meaning")).toBeNull();
    expect(await violations(container)).toEqual([]);
    await fireEvent.click(first as HTMLElement);
    expect(backend.commands.item).toHaveBeenCalledWith("b3:7", "");
  });

  it("goes with the words that it was found for", async () => {
    const { backend } = await opened({ byMeaning: async () => [near(7, 0.83)] });
    await nothingFor(backend, "zebra");
    await fireEvent.click(screen.getByTestId("by-meaning"));
    await screen.findByTestId("alike");
    await type("zebras");
    await waitFor(() => expect(screen.queryByTestId("alike")).toBeNull());
  });

  it("says why it cannot be told, and is not offered without words or without a model", async () => {
    const { backend } = await opened({
      byMeaning: () =>
        Promise.reject({ code: "system", message: "nothing answers at http://127.0.0.1:11434" }),
    });
    await nothingFor(backend, "zebra");
    await fireEvent.click(screen.getByTestId("by-meaning"));
    await waitFor(() => expect(screen.getByTestId("alike").textContent).toContain("nothing answers at"));
    await type("kind:image ");
    await waitFor(() => expect(screen.queryByTestId("by-meaning")).toBeNull());
    const model = { state: "ready" as const, ...server(null) };
    backend.tell({ type: "status", status: status({ summaries: { model, waiting: 0 } }), broken: null });
    await type("zebra");
    await waitFor(() => expect(screen.getByTestId("no-match")).toBeTruthy());
    expect(screen.queryByTestId("by-meaning")).toBeNull();
  });
});

describe("similar to this", () => {
  it("is found for the item that is open, and not for the next", async () => {
    const { backend, app } = await opened({ similar: async () => [near(3, 0.9)] });
    await app.openAt(0);
    await fireEvent.click(await screen.findByTestId("find-similar"));
    expect(backend.commands.similar).toHaveBeenCalledWith("b3:0");
    await screen.findByTestId("alike-card");
    await app.step(1);
    await waitFor(() => expect(screen.getByTestId("find-similar")).toBeTruthy());
    expect(screen.queryByTestId("alike")).toBeNull();
  });

  it("says that there is nothing", async () => {
    const { app } = await opened();
    await app.openAt(0);
    await fireEvent.click(await screen.findByTestId("find-similar"));
    await waitFor(() => expect(screen.getByTestId("alike").textContent).toContain(words.alike.nothing));
  });
});
