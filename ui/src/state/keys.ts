// Which key does what. Knows nothing of the page but whether somebody types.

export type Action =
  | "search"
  | "escape"
  | "keys"
  | "left"
  | "right"
  | "up"
  | "down"
  | "next"
  | "previous"
  | "first"
  | "last"
  | "pageUp"
  | "pageDown"
  | "open"
  | "look"
  | "all"
  | "copy"
  | "copyMarkdown"
  | "reveal"
  | "export"
  | "forget"
  | "addFiles"
  | "paste"
  | "pause"
  | "settings"
  | "undo";

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

const WITH_CTRL: Record<string, Action> = {
  f: "search",
  o: "addFiles",
  v: "paste",
  c: "copy",
  a: "all",
  e: "export",
  z: "undo",
  ",": "settings",
};
const WITH_CTRL_SHIFT: Record<string, Action> = { c: "copyMarkdown", r: "reveal" };
const PLAIN: Record<string, Action> = {
  "/": "search",
  "?": "keys",
  p: "pause",
  j: "next",
  k: "previous",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
  PageUp: "pageUp",
  PageDown: "pageDown",
  Enter: "open",
  " ": "look",
  Delete: "forget",
};
/** What holds while somebody types in a field, too. */
const WHILE_TYPING: Action[] = [
  "search",
  "escape",
  "addFiles",
  "reveal",
  "export",
  "copyMarkdown",
  "settings",
];

export function actionOf(press: Press, typing: boolean): Action | null {
  if (press.altKey) return null;
  if (press.key === "Escape") return "escape";
  const letter = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const ctrl = press.ctrlKey || press.metaKey;
  const action = ctrl ? (press.shiftKey ? WITH_CTRL_SHIFT : WITH_CTRL)[letter] : PLAIN[letter];
  if (!action) return null;
  if (typing && !(ctrl && WHILE_TYPING.includes(action))) return null;
  return action;
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select");
}

/** Where a move leads in rows of `columns`. */
export function moved(
  action: Action,
  at: number,
  count: number,
  columns: number,
  rows: number,
): number | null {
  if (count === 0) return null;
  const steps: Partial<Record<Action, number>> = {
    left: -1,
    right: 1,
    previous: -1,
    next: 1,
    up: -columns,
    down: columns,
    pageUp: -columns * rows,
    pageDown: columns * rows,
    first: -count,
    last: count,
  };
  const step = steps[action];
  if (step === undefined) return null;
  if (at < 0) return action === "last" ? count - 1 : 0;
  const to = at + step;
  // Up from the first row and down from the last stay where they are.
  if ((action === "up" && to < 0) || (action === "down" && to >= count)) return at;
  return Math.min(count - 1, Math.max(0, to));
}
