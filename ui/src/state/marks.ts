// What was measured: from the beginning to a usable window, from a key to a painted result, from a message to pixels.

import { painted } from "./frames.svelte";

export type Measured = { name: "usable" | "search" | "live"; ms: number };
export type Marks = {
  /** Of the recorded session: everything that it can show. */
  screens?: unknown;
  usable: number | null;
  search: number[];
  live: number[];
  /** Times of frames during a scroll; counted while somebody asks for it. */
  frames(ms: number): Promise<number[]>;
  /** The longest that the page answered nobody while it began, if a window before this one asked for that. */
  begun: HeldUp | null;
  /** The longest that the page answers nobody in the next so many milliseconds. */
  heldUp(ms: number): Promise<HeldUp>;
};

/** In milliseconds: for its own work, which is script, style and layout, and for that and painting together. A graphics
 * processor takes most of the painting off it. */
export type HeldUp = { work: number; whole: number };

declare global {
  interface Window {
    __deskscribe?: Marks;
  }
}

const KEPT = 500;
const PING = "deskscribe:ping";
/** For so many milliseconds the next window looks from its beginning on how long it answers nobody. */
const ASKED = "deskscribe.held-up";
const marks: Marks = { usable: null, search: [], live: [], frames, begun: null, heldUp };

export function install(): void {
  window.__deskscribe = marks;
  const asked = Number(localStorage.getItem(ASKED));
  if (asked > 0) void heldUp(asked).then((held) => (marks.begun = held));
}

function record(name: Measured["name"], since: number): void {
  performance.measure(`deskscribe:${name}`, { start: since, end: performance.now() });
  const ms = performance.now() - since;
  if (name === "usable") {
    marks.usable ??= ms;
    return;
  }
  marks[name].push(ms);
  if (marks[name].length > KEPT) marks[name].shift();
}

export const usable = (): void => void painted(() => record("usable", 0));
export const search = (since: number): void => void painted(() => record("search", since));
export const live = (since: number): void => void painted(() => record("live", since));

/** A message to oneself comes as soon as nothing else is to be done: whatever made it wait longer was one task. WebKit tells
 * nothing of long tasks by itself. Where a task paints a frame, what is observed of sizes is the last of its own work. */
function heldUp(ms: number): Promise<HeldUp> {
  const longest: HeldUp = { work: 0, whole: 0 };
  const begun = performance.now();
  let [last, worked] = [begun, begun];
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.cssText = "position: fixed; contain: strict; visibility: hidden; height: 1px";
  const sizes = new ResizeObserver(() => {
    document.body.getBoundingClientRect();
    worked = performance.now();
  });
  sizes.observe(probe);
  let wide = false;
  const frame = () => {
    wide = !wide;
    probe.style.width = wide ? "2px" : "1px";
    next = requestAnimationFrame(frame);
  };
  let next = requestAnimationFrame(frame);
  return new Promise((done) => {
    const heard = ({ data }: MessageEvent) => {
      if (data !== PING) return;
      const now = performance.now();
      longest.whole = Math.max(longest.whole, now - last);
      longest.work = Math.max(longest.work, (worked > last ? worked : now) - last);
      last = now;
      if (now - begun < ms) return postMessage(PING);
      removeEventListener("message", heard);
      cancelAnimationFrame(next);
      sizes.disconnect();
      probe.remove();
      done(longest);
    };
    addEventListener("message", heard);
    postMessage(PING);
  });
}

function frames(ms: number): Promise<number[]> {
  const times: number[] = [];
  const begun = performance.now();
  return new Promise((done) => {
    const next = (now: number) => {
      times.push(now);
      if (now - begun < ms) requestAnimationFrame(next);
      else done(times.slice(1).map((time, at) => time - (times[at] ?? time)));
    };
    requestAnimationFrame(next);
  });
}
