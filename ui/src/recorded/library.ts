// The library of the recorded session: items, search, tags and forgetting, all in memory.
import type { Card, CommandError, Coverage, ItemView, Line, MomentHit, Page, Piece } from "../bindings";
import { hex, noise, provenanceOf } from "./provenance";
import { RECORDINGS, frame, onScreen, recordingOf, wordsOf as heard } from "./recordings";
import { FAILURES, SCRIPTS, type Script } from "./scripts";
import { matcher, parse, pieces, type Query } from "./search";
import { CHAPTERS, madeIn } from "./summaries";

const HOUR = 3_600_000;
export const NOW = Date.parse("2026-11-21T14:02:00");
const FOLDER = "/home/anna/Desktop";

export type Entry = {
  key: string | null;
  name: string;
  moment: number;
  script: number; // an index into SCRIPTS; failures and waiting files have -1
  failure: number;
  recording: number; // an index into RECORDINGS, or -1
  tags: string[] | null;
  number: number; // in the order in which they came
};

export type Drawn = { picture: string; lines: Line[]; width: number; height: number; text: string };
const drawn = new Map<number, Drawn>();

export function drawing(script: number): Drawn {
  const known = drawn.get(script);
  if (known) return known;
  const sheet = SCRIPTS[script]?.draw();
  if (!sheet) throw new Error(`no script ${script}`);
  const { picture, lines, width, height } = sheet;
  const made = { picture, lines, width, height, text: lines.map((line) => line.text).join("\n") };
  drawn.set(script, made);
  return made;
}

function wordsOf(script: number): string {
  const base = SCRIPTS[script];
  return base ? [base.title, base.summary ?? "", drawing(script).text].join("\n") : "";
}

/** Where these words were said and shown in a recording, and the first of both. */
function momentHits(recording: number, words: string[]) {
  const found = (texts: { at: number; text: string }[]): MomentHit[] =>
    texts.flatMap(({ at, text }, index) => {
      const cut = pieces(text, words);
      return cut.some((piece) => piece.hit) ? [{ index, at, pieces: cut }] : [];
    });
  const said = (RECORDINGS[recording]?.said ?? []).map(({ start, text }) => ({ at: start, text }));
  const shown = onScreen(recording).map(({ from, text }) => ({ at: from, text }));
  const all = { said_hits: found(said), shown_hits: found(shown) };
  return { all, first: all.said_hits[0] ?? all.shown_hits[0] ?? null };
}

export class RecordedLibrary {
  entries: Entry[] = [];
  #keys = new Map<string, Entry>();
  #failed = 0;
  change = 7;
  queued = 0;

  constructor(
    count: number,
    private readonly state = "",
  ) {
    for (let at = 0; this.entries.length < count; at += 1) {
      const entry = this.make(at);
      this.entries.push(entry);
      this.#know(entry);
      // A recording now and then among the first.
      const recording = at % 3 === 1 ? (at - 1) / 3 : -1;
      if (recording >= 0 && recording < RECORDINGS.length && this.entries.length < count)
        this.#record(recording, entry.moment - 60_000);
    }
  }

  private make(at: number): Entry {
    const turn = Math.floor(at / SCRIPTS.length);
    const failure = at % 29 === 13 ? Math.floor(at / 29) % FAILURES.length : -1;
    // A photo without a word comes first where that is looked at.
    const wordless =
      this.state === "no-text" && at === 0 ? SCRIPTS.findIndex(({ title }) => title === "") : -1;
    const script = wordless >= 0 ? wordless : (at * (turn % 2 === 0 ? 1 : 7) + turn) % SCRIPTS.length;
    const moment = NOW - 240_000 - at * (at < 6 ? 1.1 : 9) * HOUR * (0.6 + noise(at) * 0.4);
    const base = SCRIPTS[script] as Script;
    const name =
      failure >= 0
        ? (FAILURES[failure]?.name ?? "")
        : turn === 0
          ? base.name
          : base.name.replace(/(\.\w+)$/, ` (${turn + 1})$1`);
    return {
      key: `b3:${hex(at)}`,
      name,
      moment,
      script: failure >= 0 ? -1 : script,
      failure,
      recording: -1,
      tags: null,
      number: at,
    };
  }

  #record(recording: number, moment: number): void {
    const name = RECORDINGS[recording]?.name ?? "";
    const key = `b3:${hex(700_000 + recording)}`;
    const entry: Entry = {
      key,
      name,
      moment,
      script: -1,
      failure: -1,
      recording,
      tags: null,
      number: 3 * recording + 1,
    };
    this.entries.push(entry);
    this.#know(entry);
  }

  /** Recordings whose words wait for a model. */
  get unheard(): number {
    return this.entries.filter((entry) => RECORDINGS[entry.recording]?.pending).length;
  }

  get coverage(): Coverage {
    return { read: this.entries.length - this.#failed, failed: this.#failed, queued: this.queued };
  }

  /** Stores one more, as a worker would have read it. */
  store(failure: boolean, moment: number): Entry {
    const at = this.entries.length + 1;
    const entry = { ...this.make(at * 5 + 3), moment };
    if (failure && entry.failure < 0) Object.assign(entry, { failure: at % FAILURES.length, script: -1 });
    if (!failure && entry.failure >= 0) Object.assign(entry, { failure: -1, script: at % SCRIPTS.length });
    entry.name = entry.failure >= 0 ? (FAILURES[entry.failure]?.name ?? "") : entry.name;
    entry.key = `b3:${hex(900_000 + at)}`;
    this.entries.unshift(entry);
    this.#know(entry);
    this.change += 1;
    return entry;
  }

  page(text: string, offset: number, limit: number): Page {
    const query = parse(text, NOW);
    const matches = query.plain ? this.entries : this.search(query);
    return {
      cards: matches.slice(offset, offset + limit).map((entry) => this.card(entry, query)),
      offset,
      total: { count: matches.length, more: false },
      coverage: this.coverage,
      change: this.change,
    };
  }

  private search(query: Query): Entry[] {
    const match = matcher(query, FOLDER);
    return this.entries.filter((entry) => {
      const base = SCRIPTS[entry.script] ?? RECORDINGS[entry.recording];
      return match({
        ...entry,
        id: `${entry.script}:${entry.recording}`,
        kind: RECORDINGS[entry.recording]?.kind ?? "image",
        words: () => (entry.recording >= 0 ? heard(entry.recording) : wordsOf(entry.script)),
        language: SCRIPTS[entry.script]?.language ?? null,
        tags: entry.tags ?? base?.tags ?? [],
        by: base?.summary ? this.#made(entry).by : null,
        remote: this.#made(entry).remote,
      });
    });
  }

  #made(entry: Entry) {
    const base = SCRIPTS[entry.script] ?? RECORDINGS[entry.recording];
    return base?.summary
      ? madeIn(this.state, entry.number)
      : { by: null, pending: false, remote: false, receipts: [] };
  }

  private card(entry: Entry, query: Query): Card {
    const recording = RECORDINGS[entry.recording];
    const base = SCRIPTS[entry.script] ?? recording;
    const failure = FAILURES[entry.failure];
    const shape = recording ? frame(entry.recording, 0) : entry.script >= 0 ? drawing(entry.script) : null;
    const moment = recording ? momentHits(entry.recording, query.words).first : null;
    const line = shape?.lines.find((one) =>
      query.words.some((word) => one.text.toLowerCase().includes(word)),
    );
    const made = this.#made(entry);
    const titled = pieces(base?.title ?? "", query.words);
    return {
      key: entry.key,
      path: `${FOLDER}/${entry.name}`,
      name: entry.name,
      folder: "~/Desktop",
      kind: recording?.kind ?? "image",
      state: failure ? "failed" : "read",
      code: failure?.code ?? null,
      reason: failure?.reason ?? null,
      title: base?.title || null,
      title_pieces: titled.some((piece) => piece.hit) ? titled : [],
      summary: base?.summary ?? null,
      summary_by: made.by,
      tags: entry.tags ?? base?.tags ?? [],
      tags_edited: entry.tags !== null,
      moment: entry.moment,
      language: SCRIPTS[entry.script]?.language ?? null,
      pages: base ? 1 : null,
      duration: recording?.duration ?? null,
      pending: [
        ...(recording?.pending ? ["speech" as const] : []),
        ...(made.pending ? ["summary" as const] : []),
      ],
      remote: made.remote,
      meaning: null,
      meant: false,
      aspect: shape ? shape.width / shape.height : null,
      snippet: moment ? moment.pieces : line && !recording ? pieces(line.text, query.words) : [],
      page: line && !recording ? 0 : null,
      box: recording ? null : (line?.box ?? null),
      at: moment?.at ?? null,
    };
  }

  /** What is like an item, as far as its words tell: some with a tag of it, the nearest first. */
  alike(key: string): Card[] {
    const tags = key === "" ? ["invoice"] : this.item(key, "").tags;
    const cards = this.entries.slice(0, 60).map((entry) => this.card(entry, parse("", NOW)));
    const near = cards.filter((card) => card.key !== key && card.tags.some((tag) => tags.includes(tag)));
    return near.slice(0, 6).map((card, at) => ({ ...card, meaning: 0.86 - 0.06 * at, meant: true }));
  }

  #know(entry: Entry): void {
    if (entry.key) this.#keys.set(entry.key, entry);
    if (entry.failure >= 0) this.#failed += 1;
  }

  find(key: string): Entry {
    const entry = this.#keys.get(key);
    if (!entry) throw { code: "gone", message: "This is no longer in the library." } satisfies CommandError;
    return entry;
  }

  item(key: string, text: string): ItemView {
    const entry = this.find(key);
    const card = this.card(entry, parse(text, NOW));
    const recording = RECORDINGS[entry.recording];
    const shape = recording ? frame(entry.recording, 0) : entry.script >= 0 ? drawing(entry.script) : null;
    const words = parse(text, NOW).words;
    const hits = (recording ? [] : (shape?.lines ?? [])).flatMap((line, at) => {
      const found: Piece[] = pieces(line.text, words);
      return found.some((piece) => piece.hit) ? [{ line: at, pieces: found }] : [];
    });
    const { kind, code, reason, name, path, folder, aspect } = card;
    const base = SCRIPTS[entry.script] ?? recording;
    const copy = { path: `/home/anna/Pictures/${name}`, name, folder: "~/Pictures", there: false };
    const spots = [{ path, name, folder, there: true }, ...(entry.script % 4 === 0 ? [copy] : [])];
    const taken = new Date(entry.moment).toISOString();
    const seconds = 0.9 + noise(entry.moment) * 1.4;
    return {
      key,
      kind,
      state: card.state === "read" ? "read" : "failed",
      pending: card.pending,
      code,
      reason,
      name,
      path,
      folder,
      places: spots.map((spot) => spot.path),
      spots,
      aspect,
      title: base?.title || null,
      summary: base?.summary ?? null,
      summary_by: card.summary_by,
      chapters: entry.recording === 0 && card.summary_by !== "extractive" ? CHAPTERS : [],
      receipts: this.#made(entry).receipts,
      tags: card.tags,
      tags_edited: entry.tags !== null,
      text: recording
        ? onScreen(entry.recording)
            .map((line) => line.text)
            .join("\n")
        : (shape?.text ?? null),
      lines: recording ? [] : (shape?.lines ?? []),
      hits,
      ...momentHits(entry.recording, words).all,
      ...(recording ? recordingOf(entry.recording) : {}),
      language: card.language,
      width: shape?.width ?? null,
      height: shape?.height ?? null,
      pages: card.pages,
      taken_at: taken,
      date: taken,
      camera: name.endsWith(".jpg") ? "Pixel 9" : null,
      coordinates: name.endsWith(".jpg") ? { latitude: 48.20833, longitude: 16.37306 } : null,
      moment: entry.moment,
      bytes: Math.round(60_000 + noise(entry.moment + 1) * 400_000),
      read_at: new Date(NOW - 120_000).toISOString(),
      seconds: null,
      cached: true,
      worker: null,
      provenance: shape ? provenanceOf(recording ?? null, seconds) : null,
    };
  }

  forget(keys: string[]): number {
    const gone = new Set(keys);
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.key === null || !gone.has(entry.key));
    for (const key of keys) {
      if ((this.#keys.get(key)?.failure ?? -1) >= 0) this.#failed -= 1;
      this.#keys.delete(key);
    }
    this.change += 1;
    return before - this.entries.length;
  }
}
