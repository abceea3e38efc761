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
  /** How long building the first screen held up everything else; nothing before it was built. */
  built: number | null;
  /** The tasks of the next so many milliseconds that took longer than a blink of a frame, in milliseconds. */
  tasks(ms: number): Promise<number[]>;
};

declare global {
  interface Window {
    __deskscribe?: Marks;
  }
}

const KEPT = 500;
const SHORT = 4; // milliseconds
const marks: Marks = { usable: null, search: [], live: [], frames, built: null, tasks };

export function install(): void {
  window.__deskscribe = marks;
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

/** Builds the first screen, and notes how long that took. */
export function building(build: () => void): void {
  const since = performance.now();
  build();
  marks.built ??= performance.now() - since;
}

/** A message to oneself comes as soon as nothing else is to be done: whatever made it wait longer was one task. WebKit tells
 * nothing of long tasks by itself. */
function tasks(ms: number): Promise<number[]> {
  const long: number[] = [];
  const begun = performance.now();
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    let last = begun;
    port1.onmessage = () => {
      const now = performance.now();
      if (now - last > SHORT) long.push(now - last);
      last = now;
      if (now - begun < ms) return port2.postMessage(null);
      port1.close();
      done(long);
    };
    port2.postMessage(null);
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
