// What the keys are called, and what the window says they do.
import type { Action } from "../state/keys";

const pressed: Record<Action, readonly string[]> = {
  search: ["Ctrl F", "/"],
  escape: ["Esc"],
  keys: ["?"],
  left: ["←"],
  right: ["→"],
  up: ["↑"],
  down: ["↓"],
  next: ["j"],
  previous: ["k"],
  first: ["Home"],
  last: ["End"],
  pageUp: ["Page Up"],
  pageDown: ["Page Down"],
  open: ["Enter"],
  look: ["Space"],
  all: ["Ctrl A"],
  copy: ["Ctrl C"],
  copyMarkdown: ["Ctrl Shift C"],
  reveal: ["Ctrl Shift R"],
  export: ["Ctrl E"],
  forget: ["Delete"],
  addFiles: ["Ctrl O"],
  paste: ["Ctrl V"],
  pause: ["P"],
  settings: ["Ctrl ,"],
  undo: ["Ctrl Z"],
};

/** One line of the sheet: what is pressed, with what, and what it does. */
export type KeyRow = { actions: readonly Action[]; keys: readonly string[]; also: string; text: string };

const row = (text: string, ...actions: Action[]): KeyRow => ({
  actions,
  keys: actions.flatMap((action) => pressed[action]),
  also: "",
  text,
});

export const keys = {
  title: "Keys",
  pressed,
  /** "Pause (P)" */
  on: (text: string, action: Action) => `${text} (${pressed[action].at(-1) ?? ""})`,
  groups: [
    {
      title: "Find",
      rows: [
        row("Search", "search"),
        row("Close the top layer, then clear the selection", "escape"),
        row("Settings", "settings"),
        row("These keys", "keys"),
      ],
    },
    {
      title: "Move",
      rows: [
        row("Move", "left", "up", "down", "right"),
        row("The next and the one before", "next", "previous"),
        row("A page up or down", "pageUp", "pageDown"),
        row("To the beginning or the end", "first", "last"),
        row("Open", "open"),
        row("Quick look", "look"),
        { actions: [], keys: ["Shift"], also: "with a move", text: "Select on the way" },
        row("Select all", "all"),
      ],
    },
    {
      title: "With what is selected",
      rows: [
        row("Copy text", "copy"),
        row("Copy as Markdown", "copyMarkdown"),
        row("Export", "export"),
        row("Show in folder", "reveal"),
        row("Forget, never the file", "forget"),
      ],
    },
    {
      title: "In the settings",
      rows: [row("Take back the last change", "undo")],
    },
    {
      title: "In a recording",
      rows: [
        row("The line before and after", "up", "down"),
        { ...row("Five seconds back or on", "left", "right"), also: "on the timeline" },
      ],
    },
    {
      title: "Read",
      rows: [
        row("Add files", "addFiles"),
        row("Paste an image or files", "paste"),
        row("Pause and resume", "pause"),
      ],
    },
  ],
} as const;
