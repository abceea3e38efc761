// The text of a search: its words, its operators, and how chips and suggestions write them.

export type Operator = "kind" | "tag" | "in" | "after" | "before" | "state" | "lang" | "by";
export const OPERATORS: Operator[] = ["kind", "tag", "in", "after", "before", "state", "lang", "by"];

const VALUES: Partial<Record<Operator, string[]>> = {
  kind: ["image", "video", "audio"],
  state: ["read", "failed", "queued"],
  after: ["today", "yesterday", "7d", "30d"],
  before: ["today", "yesterday", "7d", "30d"],
};

export type Part = { text: string; from: number; to: number; operator: Operator | null; value: string };

/** The parts of a query as the engine takes them apart: by spaces, quotes hold together. */
export function parts(query: string): Part[] {
  return [...query.matchAll(/(?:[^\s"]*"[^"]*"?)|\S+/g)].map((match) => {
    const text = match[0];
    const named = /^(kind|tag|in|after|before|state|lang|by):(.*)$/is.exec(text);
    return {
      text,
      from: match.index,
      to: match.index + text.length,
      operator: named ? ((named[1] ?? "").toLowerCase() as Operator) : null,
      value: named ? (named[2] ?? "").replace(/"/g, "") : text,
    };
  });
}

export const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);
export const written = (operator: Operator, value: string): string => `${operator}:${quoted(value)}`;

export function has(query: string, operator: Operator, value: string): boolean {
  const wanted = value.toLowerCase();
  return parts(query).some((part) => part.operator === operator && part.value.toLowerCase() === wanted);
}

/** Operators stand first, words after them. */
export function add(query: string, operator: Operator, value: string): string {
  if (has(query, operator, value)) return query;
  const all = parts(query);
  const filters = all.filter((part) => part.operator !== null).map((part) => part.text);
  const texts = all.filter((part) => part.operator === null).map((part) => part.text);
  return [...filters, written(operator, value), ...texts].join(" ") + (texts.length === 0 ? " " : "");
}

export function remove(query: string, operator: Operator, value: string): string {
  const wanted = value.toLowerCase();
  return parts(query)
    .filter((part) => part.operator !== operator || part.value.toLowerCase() !== wanted)
    .map((part) => part.text)
    .join(" ");
}

export function toggle(query: string, operator: Operator, value: string): string {
  return has(query, operator, value) ? remove(query, operator, value) : add(query, operator, value);
}

/** Of days only one at a time makes sense. */
export function toggleDay(query: string, value: string): string {
  if (has(query, "after", value)) return remove(query, "after", value);
  const others = parts(query).filter((part) => part.operator !== "after");
  return add(others.map((part) => part.text).join(" "), "after", value);
}

export const filters = (query: string): Part[] => parts(query).filter((part) => part.operator !== null);
export const withoutFilters = (query: string): string =>
  parts(query)
    .filter((part) => part.operator === null)
    .map((part) => part.text)
    .join(" ");

/** Whether words are looked for, and not filters alone. */
export const hasWords = (query: string): boolean =>
  parts(query).some((part) => part.operator === null && !part.text.startsWith("-"));

export type Suggestion = { shown: string; help: Operator | '"…"' | "-" | null; query: string; caret: number };
export type Known = { tags: string[]; folders: string[]; languages: string[]; models: string[] };

/** What could stand at the caret. Nothing while an ordinary word is typed. */
export function suggestions(query: string, caret: number, known: Known): Suggestion[] {
  const part = parts(query).find((one) => one.from < caret && caret <= one.to);
  const replace = (text: string): [string, number] => {
    const [from, to] = part ? [part.from, part.to] : [caret, caret];
    const before = query.slice(0, from);
    return [before + text + query.slice(to), before.length + text.length];
  };
  if (!part) {
    if (query.trim() !== "") return [];
    const named = OPERATORS.map((name): Suggestion => ({
      shown: `${name}:`,
      help: name,
      query: `${name}:`,
      caret: name.length + 1,
    }));
    return [
      ...named,
      { shown: '"…"', help: '"…"', query: '""', caret: 1 },
      { shown: "-", help: "-", query: "-", caret: 1 },
    ];
  }
  if (part.operator) {
    const open: Known & Record<string, string[]> = { ...known };
    const by = ["extractive", "remote", ...open.models];
    const own = { tag: open.tags, in: open.folders, lang: open.languages, by };
    const values = VALUES[part.operator] ?? own[part.operator as keyof typeof own];
    const typed = part.value.toLowerCase();
    return values
      .filter((value) => value.toLowerCase().startsWith(typed) && value.toLowerCase() !== typed)
      .slice(0, 8)
      .map((value) => {
        const shown = written(part.operator as Operator, value);
        const [text, at] = replace(`${shown} `);
        return { shown, help: null, query: text, caret: at };
      });
  }
  const typed = part.text.toLowerCase();
  if (typed.length < 2) return [];
  return OPERATORS.filter((name) => name.startsWith(typed)).map((name) => {
    const [text, at] = replace(`${name}:`);
    return { shown: `${name}:`, help: name, query: text, caret: at };
  });
}
