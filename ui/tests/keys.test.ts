// The sheet of keys says what the keys do: all of them, and no others.
import { describe, expect, it } from "vitest";
import { type Action, actionOf } from "../src/state/keys";
import { words } from "../src/words/en";

/** What a key on the sheet is called by the browser. */
const NAMES: Record<string, string> = {
  "←": "ArrowLeft",
  "→": "ArrowRight",
  "↑": "ArrowUp",
  "↓": "ArrowDown",
  Esc: "Escape",
  Space: " ",
  "Page Up": "PageUp",
  "Page Down": "PageDown",
};

function press(shown: string) {
  const name = shown.replace(/^(Ctrl |Shift )+/, "");
  const [ctrlKey, shiftKey] = [/\bCtrl /.test(shown), /\bShift /.test(shown)];
  return { key: NAMES[name] ?? name, ctrlKey, shiftKey, metaKey: false, altKey: false };
}

const named = Object.entries(words.keys.pressed) as [Action, readonly string[]][];
const rows = words.keys.groups.flatMap((group) => [...group.rows]);

describe("the sheet of keys", () => {
  it("calls every key by what does it", () => {
    for (const [action, keys] of named)
      for (const key of keys) expect([key, actionOf(press(key), false)]).toEqual([key, action]);
  });

  it("leaves out no key that does something", () => {
    const shown = new Set(named.flatMap(([, keys]) => keys.map((key) => JSON.stringify(press(key)))));
    const letters = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
    const others = [...Object.values(NAMES), "Enter", "Delete", "Home", "End", "Tab", "Backspace", "F2"];
    for (const key of [...letters, ...others])
      for (const [ctrlKey, shiftKey] of [
        [false, false],
        [true, false],
        [true, true],
      ] as const) {
        const one = { key, ctrlKey, shiftKey, metaKey: false, altKey: false };
        if (actionOf(one, false) === null || key === "Escape") continue;
        const alike = [key, key.toUpperCase(), key.toLowerCase()].map((key) =>
          JSON.stringify({ ...one, key }),
        );
        expect(
          alike.some((way) => shown.has(way)),
          `${ctrlKey ? "Ctrl " : ""}${shiftKey ? "Shift " : ""}${key}`,
        ).toBe(true);
      }
  });

  it("has a line for each of them", () => {
    const told = new Set(rows.flatMap((row) => [...row.actions]));
    expect(named.map(([action]) => action).filter((action) => !told.has(action))).toEqual([]);
  });
});
