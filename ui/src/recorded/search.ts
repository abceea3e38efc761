// Search of the recorded session: the operators of the real one, on a few dozen texts.
import type { CommandError, Piece } from "../bindings";

export type Query = {
  plain: boolean;
  words: string[];
  without: string[];
  after: number;
  before: number;
  filters: [name: string, value: string][];
};

const DAY = 86_400_000;
const TAKES: Record<string, string> = {
  kind: "image, video or audio",
  state: "read, failed or queued",
  tag: 'a tag, such as tag:invoice or tag:"two words"',
  in: "a folder, such as in:~/Desktop",
  by: "extractive, remote or a language model, such as by:llama3.2",
  lang: "a language code, such as de, en or zh",
  after: "a day, such as 2026-03-14, 2026-03, 2026, today, yesterday, 7d or 2w (days, weeks ago)",
  before: "a day, such as 2026-03-14, 2026-03, 2026, today, yesterday, 7d or 2w (days, weeks ago)",
};

function wrong(operator: string, value: string): CommandError {
  const not = value === "" ? "" : `, not “${value}”`;
  return { code: "query", message: `${operator}: takes ${TAKES[operator] ?? ""}${not}` };
}

function day(value: string, now: number): number | null {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (value === "today") return midnight;
  if (value === "yesterday") return midnight - DAY;
  const back = /^(\d+)([dw])$/.exec(value);
  if (back) return midnight - Number(back[1]) * DAY * (back[2] === "w" ? 7 : 1);
  const date = /^(\d{4})(-\d\d)?(-\d\d)?$/.test(value) ? new Date(value).getTime() : NaN;
  return Number.isNaN(date) ? null : date;
}

export function parse(text: string, now: number): Query {
  const query: Query = {
    plain: text.trim() === "",
    words: [],
    without: [],
    after: -Infinity,
    before: Infinity,
    filters: [],
  };
  for (const [part] of text.matchAll(/[^\s"]*"[^"]*"?|\S+/g)) {
    const operator = /^(-?)(kind|tag|in|after|before|state|lang|by):(.*)$/i.exec(part);
    const bare = part.replace(/"/g, "").toLowerCase();
    if (!operator) {
      if (bare.startsWith("-")) query.without.push(bare.slice(1));
      else if (bare !== "") query.words.push(bare);
      continue;
    }
    const name = (operator[2] ?? "").toLowerCase();
    const value = (operator[3] ?? "").replace(/"/g, "").toLowerCase();
    if (name === "after" || name === "before") {
      const moment = day(value, now);
      if (moment === null) throw wrong(name, value);
      query[name] = moment;
      continue;
    }
    const choices = { kind: ["image", "video", "audio"], state: ["read", "failed", "queued"] }[name];
    const chosen = choices ? choices.find((choice) => value !== "" && choice.startsWith(value)) : value;
    if (!chosen) throw wrong(name, value);
    query.filters.push([name, chosen]);
  }
  return query;
}

type Candidate = {
  name: string;
  moment: number;
  failure: number;
  script: number;
  id: string; // items of the same id have the same words
  kind: string;
  words: () => string;
  language: string | null;
  tags: string[];
  by: string | null;
  remote: boolean;
};

export function matcher(query: Query, folder: string): (candidate: Candidate) => boolean {
  // A few dozen texts stand for all items: each is searched once.
  const known = new Map<string, boolean>();
  const inText = (one: Candidate, word: string) => {
    const id = `${one.id}:${word}`;
    const found = known.get(id) ?? `${one.words()}\n${one.tags.join(" ")}`.toLowerCase().includes(word);
    known.set(id, found);
    return found || one.name.toLowerCase().includes(word);
  };
  const holds = (one: Candidate, [name, value]: [string, string]) => {
    if (name === "kind") return value === one.kind;
    if (name === "state") return (one.failure >= 0 ? "failed" : "read") === value;
    if (name === "lang") return one.language === value;
    if (name === "by")
      return value === "remote" ? one.remote : one.by?.toLowerCase().startsWith(value) === true;
    if (name === "tag") return one.tags.some((tag) => tag.toLowerCase() === value);
    return folder.toLowerCase().includes(value.replace("~", ""));
  };
  return (one) =>
    one.moment >= query.after &&
    one.moment < query.before &&
    query.filters.every((filter) => holds(one, filter)) &&
    query.words.every((word) => inText(one, word)) &&
    !query.without.some((word) => inText(one, word));
}

/** A text cut where the words stand. */
export function pieces(text: string, words: string[]): Piece[] {
  if (words.length === 0) return [{ text, hit: false }];
  const pattern = new RegExp(
    `(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`,
    "gi",
  );
  return text
    .split(pattern)
    .map((part, at) => ({ text: part, hit: at % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
