// The recordings of the recorded session: what was shown on drawn screens, and what was said to them.
import type { Gap, OnScreen, Recording, Segment } from "../bindings";
import type { Drawn } from "./library";
import type { Sheet } from "./draw";
import { dashboard, editor, slide, terminal } from "./scenes";
import { tideGauges } from "./scripts";

type Scene = { from: number; draw: () => Sheet };

export type RecordingScript = {
  name: string;
  kind: "video" | "audio";
  title: string;
  summary: string;
  tags: string[];
  duration: number;
  sound: Recording["sound"];
  spoken: string | null;
  pending: boolean;
  scenes: Scene[];
  said: Segment[];
  gaps: Gap[];
};

/** Sentences one after the other, each as long as it takes to say. */
function speech(from: number, sentences: string[], pause = 0.9): Segment[] {
  let at = from;
  return sentences.map((text) => {
    const start = at;
    const end = start + 0.8 + text.split(" ").length * 0.38;
    at = end + pause;
    return { start, end, text, confidence: 0.94 };
  });
}

const planning = [
  "Good morning everybody, thanks for joining on time.",
  "Today we look at the harbour launch, and at what is still open.",
  "The pilot runs with two crews in December, that part is settled.",
  "The safety review is on the twelfth of January, Mara has the list.",
  "What worries me is the night shift, nobody has been trained yet.",
  "Could we move the training into the second week?",
  "We could, if the gauges are installed by then.",
  "Let me show you where we are with the gauges.",
  "Holmen is thirty-eight centimetres above the mean this morning.",
  "That is high, but well within what the quay is built for.",
  "The wind comes from the north-west and goes down by tonight.",
  "The dashboard loads the readings every ten minutes.",
  "One of the imports failed on Tuesday, here is what it said.",
  "A field was empty where a number was expected.",
  "I have a fix for it, it goes out after lunch.",
  "So the invoice to the city can be sent in April, as planned.",
  "Please send me your hours for the lake path until Friday.",
  "I will write down who does what, and share it with you.",
  "Thanks everybody, see you on Thursday.",
];

export const RECORDINGS: RecordingScript[] = [
  {
    name: "Harbour launch weekly.mp4",
    kind: "video",
    title: "Harbour launch, weekly",
    summary: "The pilot is settled, the night shift is not trained yet, and a failed import is being mended.",
    tags: ["meeting", "harbour"],
    duration: 154.4,
    sound: "speech",
    spoken: "en",
    pending: false,
    scenes: [
      {
        from: 0,
        draw: () =>
          slide(
            "Harbour launch plan",
            ["Pilot with two crews in December", "Safety review on 12 January", "Train the night shift"],
            "#2c6480",
          ),
      },
      {
        from: 52.5,
        draw: tideGauges,
      },
      {
        from: 88,
        draw: () =>
          terminal("anna@desk: ~/gauges", [
            "$ gauges import 2026-11-17",
            "error: line 214: expected a number",
            "  station = east-quay",
            "  level   =",
            "$ git log --oneline -1",
            "4f1c2e0 Import: an empty level is skipped",
          ]),
      },
      {
        from: 122,
        draw: () =>
          slide(
            "Who does what",
            ["Mara: the safety review", "Joon: the night shift", "Anna: the import and the invoice"],
            "#2c6480",
          ),
      },
    ],
    said: speech(2.4, planning, 1.5),
    gaps: [
      {
        from: 71.2,
        to: 74.8,
        what: "words",
        reason: "two people speak at once, and no words could be made out",
      },
      { from: 118, to: 122, what: "picture", reason: "the picture is broken there" },
    ],
  },
  {
    name: "Screencast 2026-11-20 queue.webm",
    kind: "video",
    title: "queue.rs, a walk through",
    summary: "A bounded queue and its test on the screen. Waiting for a speech model.",
    tags: ["code", "rust"],
    duration: 64,
    sound: "speech",
    spoken: null,
    pending: true,
    scenes: [
      {
        from: 0,
        draw: () =>
          editor(
            "queue.rs, deskscribe",
            ["src", "queue.rs", "lane.rs"],
            [
              "// A queue that never grows beyond its room.",
              "pub struct Queue<T> {",
              "    items: VecDeque<T>,",
              "    room: usize,",
              "}",
            ],
          ),
      },
      {
        from: 31,
        draw: () =>
          terminal("anna@desk: ~/deskscribe", [
            "$ cargo test queue",
            "test queue::keeps_its_order ... ok",
            "test queue::never_grows ... ok",
            "test result: ok. 2 passed; 0 failed",
          ]),
      },
    ],
    said: [],
    gaps: [],
  },
  {
    name: "Memo lake path.m4a",
    kind: "audio",
    title: "Memo on the lake path",
    summary: "Signs are ordered; the boards come in the first week of December.",
    tags: ["memo", "lake path"],
    duration: 41.8,
    sound: "speech",
    spoken: "en",
    pending: false,
    scenes: [],
    said: speech(0.6, [
      "A short memo on the signs for the lake path.",
      "Twelve boards are ordered, and they come in the first week of December.",
      "The invoice is in the mail, due on the fourth.",
      "Call the landlord about the key for the shed.",
    ]),
    gaps: [
      {
        from: 33.4,
        to: 41.8,
        what: "rest",
        reason: "the file ends early; it was cut off when it was copied",
      },
    ],
  },
  {
    name: "Screen Recording 2026-11-18 at 10.02.11.mov",
    kind: "video",
    title: "Tide gauges, without a word",
    summary: "Six gauges on the screen; the recording has no sound.",
    tags: ["dashboard"],
    duration: 3725,
    sound: "absent",
    spoken: null,
    pending: false,
    scenes: [
      {
        from: 0,
        draw: () =>
          dashboard("Tide gauges", [
            ["Holmen", "+31 cm"],
            ["Wind", "9 m/s W"],
          ]),
      },
      {
        from: 1810,
        draw: () =>
          dashboard("Tide gauges", [
            ["Holmen", "+34 cm"],
            ["Wind", "12 m/s NW"],
          ]),
      },
    ],
    said: [],
    gaps: [],
  },
];

const drawn = new Map<string, Drawn>();

/** What is seen at this second; of sound alone nothing. */
export function frame(script: number, second: number): Drawn | null {
  const scenes = RECORDINGS[script]?.scenes ?? [];
  const at = Math.max(
    0,
    scenes.findLastIndex((scene) => scene.from <= second),
  );
  const id = `${script}:${at}`;
  const known = drawn.get(id);
  const scene = scenes[at];
  if (known || !scene) return known ?? null;
  const { picture, lines, width, height } = scene.draw();
  const made = { picture, lines, width, height, text: lines.map((line) => line.text).join("\n") };
  drawn.set(id, made);
  return made;
}

/** Every line for as long as it stands there. */
export function onScreen(script: number): OnScreen[] {
  const { scenes = [], duration = 0 } = RECORDINGS[script] ?? {};
  return scenes.flatMap(({ from }, at) => {
    const to = scenes[at + 1]?.from ?? duration;
    return (frame(script, from)?.lines ?? []).map((line) => ({ from, to, text: line.text }));
  });
}

export function wordsOf(script: number): string {
  const base = RECORDINGS[script];
  if (!base) return "";
  const lines = [...base.said, ...onScreen(script)].map((line) => line.text);
  return [base.title, base.summary, ...lines].join("\n");
}

/** The fields that only a recording has. */
export function recordingOf(script: number): Recording {
  const base = RECORDINGS[script];
  if (!base) throw new Error(`no recording ${script}`);
  const { duration, sound, spoken, said, gaps } = base;
  return { duration, sound, spoken_language: spoken, transcript: said, screen: onScreen(script), gaps };
}
