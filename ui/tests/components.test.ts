// Pieces of the page, each alone.
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { LINE_HEIGHT, filling, place, selectedText } from "../src/parts/geometry";
import DragOverlay from "../src/parts/DragOverlay.svelte";
import CardView from "../src/views/library/CardView.svelte";
import LaneRow from "../src/views/activity/LaneRow.svelte";
import Tags from "../src/views/item/Tags.svelte";
import TextLayer from "../src/views/item/TextLayer.svelte";
import { card, item, worker } from "./samples";

describe("a card", () => {
  const shown = (more = {}, props = {}) =>
    render(CardView, {
      card: card(1, more),
      layout: "grid",
      thumb: "thumb://localhost/b3:1",
      selected: false,
      searched: false,
      ...props,
    });

  it("has its thumbnail, title, summary and tags", () => {
    const { container } = shown();
    expect(container.querySelector("img")?.getAttribute("src")).toBe("thumb://localhost/b3:1");
    expect(container.textContent).toContain("Title 1");
    expect(container.textContent).toContain("Summary 1");
    expect(container.querySelector("[data-tag]")?.getAttribute("data-tag")).toBe("invoice");
  });

  it("shows tags that a worker told twice, rather than nothing at all", () => {
    const { container } = shown({ tags: ["lake", "lake"] });
    expect(container.querySelectorAll("[data-tag]")).toHaveLength(2);
  });

  it("marks what was asked for, in the title and around the words", () => {
    const snippet = [
      { text: "the ", hit: false },
      { text: "lake", hit: true },
    ];
    const { container } = shown(
      { title: "Lake", title_pieces: [{ text: "Lake", hit: true }], snippet },
      { searched: true },
    );
    expect([...container.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["Lake", "lake"]);
    expect(container.textContent).not.toContain("Summary 1");
  });

  it("says why it was not read, by its file's name", () => {
    const { container } = shown({
      state: "failed",
      title: null,
      summary: null,
      aspect: null,
      reason: "the file is empty",
    });
    expect(container.textContent).toContain("1.png");
    expect(container.textContent).toContain("The file is empty");
    expect(container.querySelector("img")).toBeNull();
  });

  it("does without a thumbnail that cannot be loaded", async () => {
    const { container } = shown();
    const img = container.querySelector("img");
    if (img) await fireEvent.error(img);
    expect(container.querySelector("img")).toBeNull();
  });
});

describe("text over a picture", () => {
  it("lies where its box lies", () => {
    const placed = place([
      [10, 20],
      [110, 20],
      [110, 40],
      [10, 40],
    ]);
    expect(placed).toEqual({ left: 10, top: 20, width: 100, height: 20, angle: 0 });
    expect(filling(placed, "any", 50)).toEqual({ x: 2, y: 20 / LINE_HEIGHT });
    expect(filling(placed, "", 0).x).toBe(1);
  });

  it("turns with text that runs down, up or upside down", () => {
    expect(
      place([
        [200, 100],
        [200, 200],
        [180, 200],
        [180, 100],
      ]),
    ).toMatchObject({
      left: 200,
      top: 100,
      width: 100,
      height: 20,
      angle: Math.PI / 2,
    });
    expect(
      place([
        [0, 100],
        [0, 0],
        [20, 0],
        [20, 100],
      ]).angle,
    ).toBeCloseTo(-Math.PI / 2);
    expect(
      Math.abs(
        place([
          [100, 20],
          [0, 20],
          [0, 0],
          [100, 0],
        ]).angle,
      ),
    ).toBeCloseTo(Math.PI);
    expect(
      place([
        [0, 0],
        [100, 10],
        [98, 30],
        [-2, 20],
      ]).angle,
    ).toBeCloseTo(Math.atan2(10, 100));
  });

  it("is drawn at its place, with what was found in a box of its own", () => {
    const { container } = render(TextLayer, { item: item(), scale: 0.5 });
    const lines = container.querySelectorAll<HTMLElement>("[data-line]");
    expect(lines[0]?.style.left).toBe("10px");
    expect(lines[1]?.style.transform).toContain(`rotate(${Math.PI / 2}rad)`);
    expect(screen.getByTestId("hit").textContent).toBe("ne");
    expect(container.querySelector<HTMLElement>(".layer")?.style.transform).toBe("scale(0.5)");
  });

  it("is built piece by piece where there is much of it, and what was found at once", async () => {
    const numbers = Array.from({ length: 500 }, (_, at) => at);
    const long = item()
      .lines.slice(0, 1)
      .flatMap((line) => numbers.map((at) => ({ ...line, text: `line ${at}` })));
    const hits = [{ line: 499, pieces: [{ text: "line 499", hit: true }] }];
    const { container } = render(TextLayer, { item: item({ lines: long, hits }), scale: 1 });
    const told = () => [...container.querySelectorAll("[data-line]")].map((one) => one.textContent);
    expect(told()).toHaveLength(41);
    expect(told().at(-1)).toBe("line 499");
    await waitFor(() => expect(told()).toEqual(long.map(({ text }) => text)));
  });

  it("leaves out the lines of other pages", () => {
    const lines = item().lines.map((line, at) => ({ ...line, page: at }));
    const { container } = render(TextLayer, { item: item({ lines, hits: [] }), scale: 1 });
    expect(container.querySelectorAll("[data-line]")).toHaveLength(1);
  });

  it("is copied in reading order, a line for each line, cut where the selection is cut", () => {
    const { container } = render(TextLayer, { item: item({ hits: [] }), scale: 1 });
    const lines = container.querySelectorAll("[data-line]");
    const text = (line: Element | undefined): Node => {
      const found = [...(line?.childNodes ?? [])].find(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent,
      );
      if (!found) throw new Error("no text");
      return found;
    };
    const range = document.createRange();
    range.setStart(text(lines[0]), 1);
    range.setEnd(text(lines[1]), 2);
    const selection = { rangeCount: 1, isCollapsed: false, getRangeAt: () => range } as unknown as Selection;
    expect(selectedText(container, selection)).toBe("ne\ntw");
    expect(selectedText(container, null)).toBe("");
  });
});

describe("tags", () => {
  const shown = (props = {}) => {
    const onchange = vi.fn();
    const onpick = vi.fn();
    render(Tags, { tags: ["invoice", "due"], edited: false, onchange, onpick, ...props });
    return { onchange, onpick, input: screen.getByTestId<HTMLInputElement>("add-tag") };
  };

  it("are added by Enter and by a comma, but not twice", async () => {
    const { onchange, input } = shown();
    await fireEvent.input(input, { target: { value: " lake path " } });
    await fireEvent.keyDown(input, { key: "Enter" });
    expect(onchange).toHaveBeenLastCalledWith(["invoice", "due", "lake path"]);
    await fireEvent.input(input, { target: { value: "INVOICE" } });
    await fireEvent.keyDown(input, { key: "," });
    expect(onchange).toHaveBeenCalledTimes(1);
  });

  it("are removed by Backspace in an empty field, and by their button", async () => {
    const { onchange, input } = shown();
    await fireEvent.keyDown(input, { key: "Backspace" });
    expect(onchange).toHaveBeenLastCalledWith(["invoice"]);
    await fireEvent.click(screen.getByLabelText("Remove tag invoice"));
    expect(onchange).toHaveBeenLastCalledWith(["due"]);
  });

  it("go back to the automatic ones, when they were edited", async () => {
    const { onchange } = shown({ edited: true });
    await fireEvent.click(screen.getByTestId("reset-tags"));
    expect(onchange).toHaveBeenLastCalledWith(null);
  });

  it("search by a click", async () => {
    const { onpick } = shown();
    await fireEvent.click(screen.getByText("due"));
    expect(onpick).toHaveBeenCalledWith("due");
  });
});

describe("the overlay of a drag", () => {
  const shown = (drag: object) => {
    render(DragOverlay, {
      drag: { supported: 0, unsupported: 0, folders: 0, models: 0, counting: false, ...drag },
    });
    return screen.getByTestId("overlay").textContent;
  };

  it("says how many files are read and how many are not supported", () => {
    expect(shown({ supported: 7, unsupported: 2 })).toMatch(/Drop to read 7 files.*2 not supported/s);
  });

  it("counts folders while it still looks into them", () => {
    expect(shown({ supported: 212, folders: 2, models: 0, counting: true })).toMatch(
      /Drop to read 212 files in 2 folders.*Counting…/s,
    );
  });

  it("says when nothing of it can be read", () => {
    expect(shown({ unsupported: 1 })).toContain("This file is not supported");
  });
});

describe("a lane", () => {
  const shown = (value: ReturnType<typeof worker> | null) => {
    const oncancel = vi.fn();
    const { container } = render(LaneRow, { slot: 2, worker: value, paused: false, oncancel });
    return { oncancel, text: container.textContent ?? "", container };
  };

  it("shows file, stage, percent, time, memory, isolation and deaths", () => {
    const { text, container } = shown(worker(2, { deaths: 1, isolation: "reduced" }));
    for (const part of ["2.png", "Reading 25%", "1.2 s", "180 MB", "1 death", "Partly isolated"])
      expect(text).toContain(part);
    expect(container.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("25");
  });

  it("cancels its file", async () => {
    const { oncancel } = shown(worker(2));
    await fireEvent.click(screen.getByLabelText("Do not read 2.png now"));
    expect(oncancel).toHaveBeenCalledWith(worker(2).work);
  });

  it("rests quietly", () => {
    expect(shown(null).text).toContain("Resting");
    expect(shown(worker(2, { state: "died", work: null })).text).toContain("Died, a new one starts");
  });
});
