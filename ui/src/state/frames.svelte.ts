// Work that would hold up the window if it were done at once, spread over frames.
import { untrack } from "svelte";

/** So many rows to either side are built well within a frame. */
export const PIECE = 40;

/** Does this once the next frame has been painted, as a task of its own: a frame callback alone runs before it. Returns what
 * calls it off. */
export function painted(then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => (timer = setTimeout(then)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** How many frames were painted since something is so, up to so many: none as soon as it is not. */
export function since(isSo: () => boolean, most = 1): { readonly frames: number } {
  let frames = $state(0);
  $effect(() => {
    if (isSo() && frames < most) return painted(() => (frames += 1));
    if (!isSo()) frames = 0;
    return undefined;
  });
  return {
    get frames() {
      return isSo() ? frames : 0;
    },
  };
}

type List = {
  /** As long as it is the same, what was built stays. */
  of: unknown;
  length: number;
  /** Where somebody looks first. */
  at: number;
};

/** A long list that is built a piece in each frame, outwards from where somebody looks first. So far it is there from one
 * row up to another, in the end whole. */
export function gradually(list: () => List): { readonly from: number; readonly to: number } {
  let range = $state.raw({ from: 0, to: 0 });
  let built: unknown;

  $effect.pre(() => {
    const { of, length } = list();
    const at = Math.max(0, Math.min(length, untrack(list).at));
    let callOff = () => {};
    const grow = () => {
      const { from, to } = untrack(() => range);
      range = { from: Math.max(0, from - PIECE), to: Math.min(length, to + PIECE) };
      go();
    };
    const go = () => {
      const { from, to } = untrack(() => range);
      if (from > 0 || to < length) callOff = painted(grow);
    };
    if (of === built) go();
    else {
      built = of;
      range = { from: at, to: at };
      grow();
    }
    return () => callOff();
  });

  return {
    get from() {
      return range.from;
    },
    get to() {
      return range.to;
    },
  };
}
