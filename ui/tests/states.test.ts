// Every state that the window can be in, as a person meets it: what it says, and what can be done about it. The recorded
// session shows each of them; what is not there cannot be shown.
import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { patternFor } from "../src/state/files";
import { recorded } from "../src/backend/recorded";
import { SCREENS } from "../src/recorded/screens";
import { openWindow } from "./window";

type State = {
  /** What the recorded session calls it. */
  screen: string;
  /** What the window says, each somewhere. */
  says: (string | RegExp)[];
  /** What can be done, by the names of the controls. */
  offers: (string | RegExp)[];
  /** What it must not say. */
  never?: string[];
};

/** The states of a program that watches folders and reads, and how they are told here. */
const STATES: Record<string, State> = {
  "an empty library": {
    screen: "empty",
    says: ["Drop images, videos or a folder here", "PNG, JPEG and WebP"],
    offers: [/^Watch ~\/Desktop/],
  },
  "watching, and nothing new": {
    screen: "watch",
    says: [/Watching .*\d+ done\./],
    offers: [/^Watching/],
    never: ["Looking through"],
  },
  "files held over the window": {
    screen: "drag",
    says: ["Drop to read 7 files", "2 not supported"],
    offers: [],
  },
  "no speech model": {
    screen: "no-model",
    says: ["Waiting for a speech model", /recordings? waits? for a speech model/],
    offers: [/^Get small \(4\d\d MB\)$/, "Choose another…", "Import a file…"],
    never: ["failed to transcribe"],
  },
  "a script that is not read": {
    screen: "item-without-text",
    says: ["No text was found in this picture.", "What is written in others is not found yet."],
    offers: ["Show in folder"],
  },
  "Ollama is not installed": {
    screen: "llm-not-installed",
    says: ["Summaries off", "Ollama is not installed", "https://ollama.com/download"],
    offers: ["Continue without", "Try again", /^Copy https:/],
  },
  "Ollama does not run": {
    screen: "llm-not-running",
    says: ["Summaries paused", "Ollama is installed and not running", "ollama serve"],
    offers: ["Try again", "Copy ollama serve"],
  },
  "the server has no model": {
    screen: "llm-model-missing",
    says: ["There is no model to write with"],
    offers: ["Download gemma3:4b", "Try again"],
  },
  "the model sees no pictures": {
    screen: "llm-blind",
    says: ["This model cannot see pictures", "Only what can be read in a picture is summarised."],
    offers: ["Test"],
  },
  "a wrong address": {
    screen: "llm-tested",
    says: ["There is no language model at this address", "http://127.0.0.1:8080", "GET /api/version"],
    offers: ["Copy as text", "Try again"],
  },
  "a slow language model at its work": {
    screen: "llm-writing",
    says: ["gemma3:4b writes your summaries.", /61 tokens, 4.2 a second, about 40 s more/],
    offers: ["Test"],
  },
  "an item while a slow language model writes its summary": {
    screen: "item-writing",
    says: ["made from the text", /gemma3:4b is writing one: 61 tokens, 4.2 a second, about 40 s more/],
    offers: ["Copy text", "Show in folder"],
  },
  "a language model that is too slow": {
    screen: "llm-too-slow",
    says: ["The language model does not answer in time", "It is asked again after a pause."],
    offers: ["Try again"],
  },
  "a summary that is still to come": {
    screen: "llm-waiting",
    says: ["Summaries: 12 waiting", "gemma3:4b writes your summaries."],
    offers: ["Test"],
  },
  "a worker crashed, and another one read the file": {
    screen: "item-retried",
    says: ["Read at the second try", "a bad memory access", "Nothing of it is missing."],
    offers: ["Copy text"],
    never: ["Could not be read"],
  },
  "a file in quarantine": {
    screen: "attention",
    says: ["scan0042.bmp", "Two workers crashed over it"],
    offers: ["Try again", "Ignore scan0042.bmp", "Copy a report of scan0042.bmp without its content"],
  },
  "files in the cloud alone": {
    screen: "watch-cloud",
    says: ["12 files not on this computer", "They are not opened.", "Make available locally"],
    offers: [/^Change how ~\/Desktop/],
    never: ["Could not be read"],
  },
  "on battery": {
    screen: "watch-battery",
    says: ["Paused: on battery"],
    offers: ["Run now"],
  },
  "paused by hand": {
    screen: "watch-paused",
    says: ["Paused for 42 min more"],
    offers: ["Resume"],
  },
  "a folder that is away": {
    screen: "watch-offline",
    says: [/offline.*comes? back by/],
    offers: [/offline/],
  },
  "no network in the middle of a download": {
    screen: "waiting",
    says: [/The next try is in 4/, "This computer is offline.", "all else goes on"],
    offers: [/what was downloaded is kept/],
  },
  "nothing found": {
    screen: "no-match-meant",
    says: [/No match in \d+ items\./, "Close in meaning, without these words", "% alike"],
    offers: ["Clear search"],
    never: ["0 results"],
  },
  "nothing found while files wait": {
    screen: "no-match",
    says: [/No match in \d+ items\./, /\d+ not read yet\./],
    offers: ["Clear search"],
  },
};

async function shown(name: string): Promise<HTMLElement> {
  const found = SCREENS.find((one) => one.name === name);
  if (!found) throw new Error(`the recorded session has no screen ${name}`);
  const backend = recorded(new URLSearchParams(`still&state=${found.state}`));
  const { container } = await openWindow(backend);
  if (found.search !== null) {
    await waitFor(() => expect(screen.queryByTestId("loading")).toBeNull());
    await fireEvent.input(screen.getByTestId("search"), { target: { value: found.search } });
  }
  for (const id of found.clicks) {
    const [element] = await screen.findAllByTestId(id);
    if (element) await fireEvent.click(element);
  }
  await screen.findAllByTestId(found.shows);
  return container;
}

/** By what it is called by those who listen. */
const called = (control: Element): string =>
  (control.getAttribute("aria-label") ?? control.textContent).replace(/\s+/g, " ").trim();
const named = (name: string, offer: string | RegExp) =>
  typeof offer === "string" ? name === offer : offer.test(name);
const holds = (text: string, part: string | RegExp) =>
  typeof part === "string" ? text.includes(part) : part.test(text);

describe("a state", () => {
  it.each(Object.entries(STATES))(
    "of the window: %s",
    async (_name, { screen: name, says, offers, never }) => {
      const container = await shown(name);
      for (const part of says)
        await waitFor(() => expect(holds(document.body.textContent, part), String(part)).toBe(true));
      for (const offer of offers) {
        // Some are there once what was asked is answered.
        await waitFor(() => {
          const all = [...document.querySelectorAll<HTMLButtonElement>("button")];
          const controls = all.filter((one) => !one.disabled).map(called);
          expect(
            controls.filter((name) => named(name, offer)),
            controls.join(" | "),
          ).not.toHaveLength(0);
        });
      }
      for (const text of never ?? []) expect(document.body.textContent).not.toContain(text);
      expect(container.textContent).not.toMatch(/undefined|NaN|\[object/);
    },
  );
});

describe("a file in quarantine", () => {
  it("is left out of its watched folder and forgotten when it is ignored, after a question", async () => {
    await shown("ignore");
    const dialog = screen.getByTestId("confirm");
    expect(dialog.textContent).toContain("Ignore ");
    expect(dialog.textContent).toContain("it is left out of ~/Desktop, where you can take it in again");
    const before = screen.getAllByTestId("trouble").length;
    await fireEvent.click(screen.getByTestId("confirm-yes"));
    await waitFor(() => expect(screen.getAllByTestId("trouble").length).toBeLessThan(before));
    await fireEvent.click(screen.getByTestId("watching"));
    await waitFor(() => expect(screen.getAllByTestId("folder-standing").length).toBeGreaterThan(0));
    expect(document.body.textContent).toMatch(/without \/[^ ]/);
  });

  it("is reported by what happened, and by nothing of its own", async () => {
    let copied = "";
    const backend = recorded(new URLSearchParams("still&state=idle"));
    backend.commands.copyText = async (text) => ((copied = text), null);
    await openWindow(backend);
    await fireEvent.click(screen.getByTestId("activity"));
    await fireEvent.click(await screen.findByTestId("tab-attention"));
    const [report] = await screen.findAllByLabelText(/report of scan0042\.bmp/);
    if (report) await fireEvent.click(report);
    await waitFor(() => expect(copied).not.toBe(""));
    expect(copied).toContain("Code: worker_crashed");
    expect(copied).toContain("ending: bmp");
    expect(copied).toContain("A worker died: a bad memory access");
    for (const own of ["scan0042", "Desktop", "anna"]) expect(copied).not.toContain(own);
  });

  it("is left out by a pattern that means it alone", () => {
    expect(patternFor("/home/anna/Desktop", "/home/anna/Desktop/a/b.png")).toBe("/a/b.png");
    expect(patternFor("/d/", "/d/what? [1]*.png")).toBe("/what\\? \\[1\\]\\*.png");
    expect(patternFor("/d", "/d/end ")).toBe("/end\\ ");
  });
});
