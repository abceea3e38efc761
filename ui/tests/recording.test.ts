// Recordings: what is made of them, and how one is looked at.
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import CardView from "../src/views/library/CardView.svelte";
import LaneRow from "../src/views/activity/LaneRow.svelte";
import RecordingRows from "../src/views/activity/RecordingRows.svelte";
import { beginning, isRecording, labels, rowAt, said, shown, sideOf, strip } from "../src/state/recording";
import { time } from "../src/words/format";
import { card, fake, item, models, recording, worker, type Fake } from "./samples";
import { violations } from "./violations";
import { openWindow } from "./window";

const hit = (index: number, at: number, ...words: string[]) => ({
  index,
  at,
  pieces: words.map((text, n) => ({ text, hit: n % 2 === 1 })),
});

describe("what is made of a recording", () => {
  it("is told from a picture", () => {
    expect([isRecording(recording()), isRecording(item())]).toEqual([true, false]);
  });

  it("has what is missing in its place, on the side that it is missing from", () => {
    const rows = said(recording());
    expect(rows.map((row) => [row.from, row.gap?.what ?? row.lines[0]?.text])).toEqual([
      [1, "Good morning."],
      [5, "The budget is settled."],
      [12, "sound"],
      [30, "Any questions?"],
      [40, "Thank you."],
    ]);
    expect(shown(recording()).map((row) => row.gap?.what ?? null)).toEqual([null, null, "picture"]);
  });

  it("shows lines together that came together, each until it was gone", () => {
    const [first, second] = shown(recording());
    expect(first?.lines.map((line) => [line.text, line.to])).toEqual([
      ["Agenda", 20],
      ["Budget", null],
    ]);
    expect([first?.from, first?.to, second?.from]).toEqual([0, 60, 28]);
  });

  it("knows the row of a second", () => {
    const rows = said(recording());
    expect([0, 1, 4.99, 5, 20, 59].map((second) => rowAt(rows, second))).toEqual([-1, 0, 0, 1, 2, 4]);
    expect(rowAt([], 3)).toBe(-1);
  });

  it("begins where something was found, on the side where that is", () => {
    const found = recording({
      said_hits: [hit(1, 5, "The ", "budget")],
      shown_hits: [hit(2, 28, "", "Questions")],
    });
    expect([beginning(found, null), beginning(found, 28), beginning(recording(), null)]).toEqual([5, 28, 0]);
    expect([sideOf(found, 5), sideOf(found, 28), sideOf(recording(), 0)]).toEqual(["said", "shown", "said"]);
    expect(sideOf(recording({ transcript: [] }), 0)).toBe("shown");
  });

  it("is a line of stretches, with no more of them than anybody sees", () => {
    const transcript = Array.from({ length: 5000 }, (_, at) => ({
      start: at,
      end: at + 0.9,
      text: "so",
      confidence: 1,
    }));
    const long = strip(recording({ duration: 5000, transcript, gaps: [] }));
    expect(long.said).toHaveLength(1);
    const short = strip(recording({ said_hits: [hit(1, 30, "", "x"), hit(2, 30.01, "", "x")] }));
    expect(short.said.map((one) => one.what)).toEqual([null, null, null, null, "sound"]);
    expect(short.shown[0]).toEqual({ from: 0, to: 28 / 60, what: null });
    expect(short.hits).toEqual([0.5]);
  });

  it("has few times below it, and the last is its end", () => {
    for (const duration of [0.5, 7, 59, 154.4, 3600, 36_000]) {
      const all = labels(duration);
      expect(all.length).toBeLessThanOrEqual(9);
      expect(all.at(-1)).toBe(duration);
    }
    expect(labels(60)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  it("has times as players write them", () => {
    expect([0, 7.9, 83, 750, 3723].map(time)).toEqual(["0:00", "0:07", "1:23", "12:30", "1:02:03"]);
  });
});

describe("a card of a recording", () => {
  const shownCard = (more: object, searched = false) =>
    render(CardView, {
      card: card(1, { kind: "video", duration: 83.4, ...more }),
      layout: "grid",
      thumb: null,
      selected: false,
      searched,
    }).container;

  it("tells how long it plays, and not how many frames were read", () => {
    const text = shownCard({ pages: 12 }).querySelector(".frame")?.textContent;
    expect(text?.trim()).toBe("1:23");
  });

  it("tells the second at which the words are said", () => {
    const snippet = [
      { text: "the ", hit: false },
      { text: "budget", hit: true },
    ];
    const container = shownCard({ snippet, at: 754 }, true);
    expect(container.querySelector(".text")?.textContent).toBe("at 12:34 the budget");
  });

  it("says that it waits for a speech model", () => {
    expect(shownCard({ pending: ["speech"] }).textContent).toContain("Waiting for a speech model");
    expect(shownCard({}).textContent).not.toContain("speech model");
  });
});

async function opened(answers: Parameters<typeof fake>[0] = {}, at: number | null = null) {
  const backend: Fake = fake({
    page: async () => ({
      cards: [card(0, { kind: "video", duration: 60, at })],
      offset: 0,
      total: { count: 1, more: false },
      coverage: { read: 1, failed: 0, queued: 0 },
      change: 1,
    }),
    item: async (key) => recording({ key }),
    ...answers,
  });
  const view = await openWindow(backend);
  await fireEvent.click(screen.getByTestId("card"));
  await screen.findByTestId("recording");
  return view;
}

const key = (name: string, target: Element = screen.getByTestId("view-item")) =>
  fireEvent.keyDown(target, { key: name });
const hours = (more: object = {}) =>
  recording({
    duration: 5000,
    transcript: Array.from({ length: 1000 }, (_, at) => ({
      start: 5 * at,
      end: 5 * at + 4,
      text: `sentence ${at}`,
      confidence: 1,
    })),
    gaps: [],
    ...more,
  });

describe("a recording of hours", () => {
  it("is built around where somebody looks first, and in the end whole, in its order", async () => {
    await opened({ item: async (key) => hours({ key }) }, 2500);
    const lines = screen.getByTestId("lines");
    const told = () =>
      [...lines.querySelectorAll("[data-testid=line] p")].map((one) => one.textContent.trim());
    expect(told()).toHaveLength(80);
    expect(current()).toContain("sentence 500");
    await waitFor(() => expect(told()).toHaveLength(1000));
    expect(told()).toEqual(Array.from({ length: 1000 }, (_, at) => `sentence ${at}`));
    expect(lines.querySelector(".still")).toBeNull();
  });

  it("shows what was picked far away as soon as that is built", async () => {
    const { app } = await opened({ item: async (key) => hours({ key }) });
    app.item.second = 4900;
    await waitFor(() => expect(current()).toContain("sentence 980"));
  });
});

const current = () => screen.getByTestId("lines").querySelector("[aria-current=true]")?.textContent ?? "";
const frames = () =>
  [...screen.getByTestId("frame").querySelectorAll("img")].map((img) => img.getAttribute("src"));

describe("an open recording", () => {
  it("shows the frame of its second, and moves it by a click on a time or a line", async () => {
    const { app } = await opened();
    await waitFor(() => expect(frames()).toContain("preview://localhost/b3:0?at=0.00"));
    await fireEvent.click(screen.getByText("0:30", { selector: ".time" }));
    expect(app.item.second).toBe(30);
    await waitFor(() => expect(frames()).toContain("preview://localhost/b3:0?at=30.00"));
    expect(current()).toContain("Any questions?");
    await fireEvent.click(screen.getByText("The budget is settled."));
    expect(app.item.second).toBe(5);
    expect(screen.getByTestId("second").textContent).toBe("0:05");
  });

  it("keeps the frame before until the next one is there, and says why there is none", async () => {
    const { app } = await opened();
    const [first] = await waitFor(() => {
      const all = screen.getByTestId("frame").querySelectorAll("img[src^='preview:']");
      expect(all).toHaveLength(1);
      return [...all];
    });
    if (first) await fireEvent.load(first);
    app.item.second = 30;
    await waitFor(() =>
      expect(frames()).toEqual(["preview://localhost/b3:0?at=0.00", "preview://localhost/b3:0?at=30.00"]),
    );
    const next = screen.getByTestId("frame").querySelector("img[src$='30.00']");
    if (next) await fireEvent.error(next);
    await waitFor(() =>
      expect(screen.getByTestId("frame").textContent).toContain("This frame could not be made."),
    );
    expect(frames()).toContain("preview://localhost/b3:0?at=0.00");
  });

  it("asks for no frame of a file that is gone", async () => {
    const spots = [{ path: "/d/talk.mp4", name: "talk.mp4", folder: "~", there: false }];
    await opened({ item: async (own) => recording({ key: own, spots }) });
    expect(screen.getByTestId("frame").textContent).toContain("The file is gone");
    expect(frames().filter((src) => src?.startsWith("preview:"))).toEqual([]);
  });

  it("goes from line to line by the arrows, and on the timeline by seconds", async () => {
    const { app } = await opened();
    await key("ArrowDown");
    await key("ArrowDown");
    expect(current()).toContain("The budget is settled.");
    await key("ArrowUp");
    expect(app.item.second).toBe(1);
    const line = screen.getByTestId("timeline");
    await key("ArrowRight", line);
    expect(app.item.second).toBe(6);
    await key("End", line);
    expect(line.getAttribute("aria-valuetext")).toBe("1:00 of 1:00");
    await key("ArrowRight", line);
    expect(app.item.second).toBe(60);
  });

  it("says what is missing where it is missing", async () => {
    await opened();
    expect(screen.getByTestId("gap").textContent).toContain("Not heard, 0:12–0:15.");
    expect(screen.getByTestId("gap").textContent).toContain("The sound is broken there");
    await fireEvent.click(screen.getByTestId("tab-shown"));
    expect(screen.getByTestId("gap").textContent).toContain("Not seen, 0:50–1:00.");
    expect(screen.getByTestId("lines").textContent).toContain("until 0:20");
  });

  it("opens at the second of a hit, on its side, with the words marked", async () => {
    const shown_hits = [hit(2, 28, "", "Questions")];
    const said_hits = [hit(2, 30, "Any ", "questions", "?")];
    const { app } = await opened({ item: async (own) => recording({ key: own, shown_hits, said_hits }) }, 28);
    expect(app.item.second).toBe(28);
    expect(screen.getByTestId("tab-shown").getAttribute("aria-selected")).toBe("true");
    expect(screen.getAllByTestId("hit").map((mark) => mark.textContent)).toEqual(["Questions"]);
    expect(current()).toContain("Questions");
  });

  it("copies a line with its time, and the transcript in any form", async () => {
    const { backend } = await opened();
    await fireEvent.click(screen.getAllByLabelText("Copy with its time")[1] as Element);
    expect(backend.commands.copyText).toHaveBeenCalledWith("[0:05] The budget is settled.");
    await fireEvent.click(screen.getByTestId("transcript-of"));
    await fireEvent.click(screen.getByTestId("copy-vtt"));
    expect(backend.commands.copyTranscript).toHaveBeenCalledWith("b3:0", "vtt");
    backend.commands.exportTranscript.mockResolvedValue("/d/talk.srt");
    await fireEvent.click(screen.getByTestId("transcript-of"));
    await fireEvent.click(screen.getByTestId("save-srt"));
    expect(backend.commands.exportTranscript).toHaveBeenCalledWith("b3:0", "srt");
    await waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("Exported to /d/talk.srt"));
    expect(screen.queryByTestId("transcript")).toBeNull();
  });

  it("says that it waits for a model, and how to get one", async () => {
    const waits = recording({ transcript: [], pending: ["speech"] });
    const { backend } = await opened({ item: async (own) => ({ ...waits, key: own }) });
    await fireEvent.click(screen.getByTestId("tab-said"));
    expect(screen.getByTestId("pending").textContent).toContain("Nobody has listened to this yet");
    await fireEvent.click(await screen.findByTestId("get-recommended"));
    expect(backend.commands.getModel).toHaveBeenCalledWith("base", false);
  });

  it.each([
    ["absent", "This recording has no sound."],
    ["no_speech", "Nobody speaks in this recording."],
  ] as const)("says why nothing was said: %s", async (sound, text) => {
    await opened({ item: async (own) => recording({ key: own, transcript: [], gaps: [], sound }) });
    await fireEvent.click(screen.getByTestId("tab-said"));
    expect(screen.getByTestId("silence").textContent).toBe(text);
  });

  it("has no frame where there is sound alone", async () => {
    const audio = recording({ kind: "audio", width: null, height: null, aspect: null, screen: [] });
    await opened({ item: async (own) => ({ ...audio, key: own }) });
    expect(screen.queryByTestId("frame")).toBeNull();
    expect(screen.queryByTestId("tab-shown")).toBeNull();
    expect(screen.getAllByTestId("line")).toHaveLength(4);
  });

  it("has nothing that axe finds", async () => {
    const { container } = await opened({ models: async () => models() });
    expect(await violations(container)).toEqual([]);
    await fireEvent.click(screen.getByTestId("tab-shown"));
    expect(await violations(container)).toEqual([]);
    await fireEvent.click(screen.getByTestId("transcript-of"));
    expect(await violations(container)).toEqual([]);
  });
});

describe("recordings in the activity", () => {
  it("tell the seconds that were worked through", () => {
    const recordings = [{ path: "/d/talk.mp4", done_seconds: 750, total_seconds: 2700 }];
    render(RecordingRows, { recordings, paused: false });
    const row = screen.getByTestId("recording-status");
    expect(row.textContent).toContain("12:30 of 45:00 worked through");
    expect(row.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("28");
  });

  it.each([
    ["hear", "Looking for speech 50%"],
    ["transcribe", "Listening 50%"],
    ["watch", "Watching 50%"],
  ] as const)("are worked at in words: %s", (stage, text) => {
    const work = { path: "/d/talk.mp4", stage, done: 150, total: 300 };
    render(LaneRow, { slot: 0, worker: worker(0, { work }), paused: false, oncancel: () => undefined });
    expect(screen.getByTestId("lane").textContent).toContain(text);
  });
});
