// A recording as it is looked at: what was said and shown as rows of a list, and both as stretches of a line.
import type { Gap, ItemView, Missing, MomentHit, Piece, Recording } from "../bindings";

/** An item that is a recording; others have none of its fields. */
export type Recorded = ItemView & Recording;

export type Side = "said" | "shown";
/** What can be gone through in a recording. */
export type Panel = Side | "chapters";

export type Line = {
  index: number;
  text: string;
  pieces: Piece[];
  to: number | null; // when a line on the screen was gone, if that is not the end of all of them
};

export type Row = { id: string; from: number; to: number; lines: Line[]; gap: Gap | null };

/** A stretch of the line, in shares of the whole. */
export type Stretch = { from: number; to: number; what: Missing | null };

export type Strip = { said: Stretch[]; shown: Stretch[]; hits: number[] };

/** What is missing from what was said, and from what was shown. */
const LACKS: Record<Side, Missing[]> = { said: ["sound", "words", "rest"], shown: ["picture", "rest"] };
/** Lines that come within so many seconds of each other came with one screen. */
const ONE_SCREEN = 0.25;
/** Nobody sees more stretches than this. */
const FINEST = 1 / 400;

export const isRecording = (item: ItemView): item is Recorded => "duration" in item;

function lined(index: number, text: string, hits: ReadonlyMap<number, Piece[]>, to: number | null): Line {
  return { index, text, pieces: hits.get(index) ?? [{ text, hit: false }], to };
}

const byIndex = (hits: MomentHit[]) => new Map(hits.map((hit) => [hit.index, hit.pieces]));

function withGaps(rows: Row[], gaps: Gap[], side: Side): Row[] {
  const missing = gaps
    .filter((gap) => LACKS[side].includes(gap.what))
    .map((gap, at) => ({ id: `gap:${at}`, from: gap.from, to: gap.to, lines: [], gap }));
  return missing.length === 0 ? rows : [...rows, ...missing].sort((one, other) => one.from - other.from);
}

/** What was said, a row for each segment. */
export function said(item: Recorded): Row[] {
  const hits = byIndex(item.said_hits);
  const rows = item.transcript.map((segment, at) => ({
    id: `said:${at}`,
    from: segment.start,
    to: segment.end,
    lines: [lined(at, segment.text, hits, null)],
    gap: null,
  }));
  return withGaps(rows, item.gaps, "said");
}

/** What was shown, a row for the lines that came together. */
export function shown(item: Recorded): Row[] {
  const hits = byIndex(item.shown_hits);
  const rows: Row[] = [];
  for (const [at, line] of item.screen.entries()) {
    const last = rows.at(-1);
    const put = lined(at, line.text, hits, line.to);
    if (last && line.from - last.from < ONE_SCREEN) {
      last.lines.push(put);
      last.to = Math.max(last.to, line.to);
    } else rows.push({ id: `shown:${at}`, from: line.from, to: line.to, lines: [put], gap: null });
  }
  // What all of them share is told once.
  for (const row of rows) for (const line of row.lines) if (line.to === row.to) line.to = null;
  return withGaps(rows, item.gaps, "shown");
}

/** What it is about, a row for each topic, which lasts until the next one. */
export function chapters(item: Recorded): Row[] {
  const all = item.chapters ?? [];
  return all.map(({ at, title }, index) => ({
    id: `chapter:${index}`,
    from: at,
    to: all[index + 1]?.at ?? item.duration,
    lines: [{ index, text: title, pieces: [{ text: title, hit: false }], to: null }],
    gap: null,
  }));
}

/** The row that this second belongs to: the last one that has begun. */
export function rowAt(rows: Row[], second: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.from ?? Infinity) <= second + 0.005) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What a search found, or else where the recording begins to show something. */
export function beginning(item: ItemView, at: number | null): number {
  if (at !== null) return at;
  const hits = [...item.said_hits, ...item.shown_hits].map((hit) => hit.at);
  return hits.length > 0 ? Math.min(...hits) : isRecording(item) ? (item.screen[0]?.from ?? 0) : 0;
}

/** Where what is at this second stands, and else where there is anything at all. */
export function sideOf(item: Recorded, second: number): Side {
  const near = (hits: MomentHit[]) => hits.some((hit) => Math.abs(hit.at - second) < 0.01);
  if (near(item.said_hits)) return "said";
  if (near(item.shown_hits)) return "shown";
  const silent = item.transcript.length === 0;
  return silent && item.screen.length > 0 ? "shown" : "said";
}

function stretches(spans: { from: number; to: number }[], duration: number): Stretch[] {
  const all: Stretch[] = [];
  for (const span of spans) {
    const [from, to] = [span.from / duration, Math.min(1, span.to / duration)];
    const last = all.at(-1);
    if (last && from - last.to < FINEST) last.to = Math.max(last.to, to);
    else all.push({ from, to: Math.max(to, from + FINEST), what: null });
  }
  return all;
}

/** Screens as they follow each other: each lasts until the next one comes, or the last of its lines is gone. */
function screens(item: Recorded, duration: number): Stretch[] {
  const rows = shown({ ...item, gaps: [] });
  const all: Stretch[] = [];
  for (const [at, row] of rows.entries()) {
    const from = row.from / duration;
    const to = Math.min(1, Math.min(row.to, rows[at + 1]?.from ?? Infinity) / duration);
    const last = all.at(-1);
    if (last && from - last.from < FINEST) last.to = to;
    else all.push({ from, to: Math.max(to, from + FINEST), what: null });
  }
  return all;
}

export function strip(item: Recorded): Strip {
  const duration = Math.max(0.001, item.duration);
  const gaps = (side: Side) =>
    item.gaps
      .filter((gap) => LACKS[side].includes(gap.what))
      .map(({ from, to, what }) => ({ from: from / duration, to: Math.min(1, to / duration), what }));
  const spoken = item.transcript.map(({ start, end }) => ({ from: start, to: end }));
  const hits = [...item.said_hits, ...item.shown_hits].map((hit) => Math.min(1, hit.at / duration));
  return {
    said: [...stretches(spoken, duration), ...gaps("said")],
    shown: [...screens(item, duration), ...gaps("shown")],
    hits: apart(hits),
  };
}

/** Marks that can be told from each other. */
function apart(shares: number[]): number[] {
  const all: number[] = [];
  for (const share of shares.sort((one, other) => one - other)) {
    if (share - (all.at(-1) ?? -1) >= FINEST) all.push(share);
  }
  return all;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18_000, 36_000];

/** Seconds to write below the line: no more than eight, and none where the last one stands. */
export function labels(duration: number): number[] {
  const step = STEPS.find((one) => duration / one <= 7) ?? 36_000;
  const count = Math.floor((duration - step * 0.4) / step);
  return [...Array.from({ length: Math.max(0, count) + 1 }, (_, at) => at * step), duration];
}
