// The library as a list of virtual pages: what a query found, kept up to date where somebody looks.
import type { Card, CommandError, Coverage, Page } from "../bindings";
import { problem } from "../backend";
import { fileId } from "./files";
import { kept } from "./same";

export const PAGE = 100;
const KEPT_PAGES = 12;
/** In milliseconds, between two times that what is seen is asked for again: results may come faster than anybody sees. */
const CALM = 100;

type Ask = (query: string, offset: number, limit: number) => Promise<Page>;
type Held = { cards: Card[]; change: number };

/** What a card is known by, also when it has no key yet. */
export const idOf = (card: Card): string => card.key ?? `path:${fileId(card)}`;

export class Library {
  /** The query that the cards answer. */
  query = $state.raw("");
  pages = $state.raw<ReadonlyMap<number, Held>>(new Map());
  total = $state.raw({ count: 0, more: false });
  coverage = $state.raw<Coverage | null>(null);
  /** What is wrong with what was typed. */
  wrong = $state.raw<string | null>(null);
  error = $state.raw<CommandError | null>(null);
  answered = $state.raw(false);
  /** A new query has been answered: look at its beginning. */
  turn = $state.raw(0);
  /** So many cards came (or went) above what is seen. */
  onshift: (by: number) => void = () => undefined;

  #asked = "";
  #token = 0;
  #change = -1;
  #seen = { from: 0, to: PAGE };
  #anchor = 0;
  #fetching = new Set<number>();
  #following = false;
  #again = false;

  constructor(private readonly askPage: Ask) {}

  card(index: number): Card | null {
    return this.pages.get(Math.floor(index / PAGE))?.cards[index % PAGE] ?? null;
  }

  loaded(): Card[] {
    return [...this.pages.values()].flatMap((page) => page.cards);
  }

  indexOf(id: string): number | null {
    for (const [number, page] of this.pages) {
      const at = page.cards.findIndex((card) => idOf(card) === id);
      if (at >= 0) return number * PAGE + at;
    }
    return null;
  }

  /** Asks something else. Answers to what was asked before are dropped when they come. */
  async ask(query: string): Promise<void> {
    this.#asked = query;
    this.#token += 1;
    const token = this.#token;
    try {
      const page = await this.askPage(query, 0, PAGE);
      if (token !== this.#token) return;
      this.#fetching.clear();
      this.#seen = { from: 0, to: PAGE };
      this.#take(page, new Map([[0, this.#held(page)]]));
      this.query = query;
      this.wrong = null;
      this.turn += 1;
    } catch (thrown) {
      if (token !== this.#token) return;
      const error = problem(thrown);
      if (error.code === "query") this.wrong = error.message;
      else this.error = error;
      this.answered = true;
    }
  }

  retry(): Promise<void> {
    this.error = null;
    this.answered = false;
    return this.ask(this.#asked);
  }

  /** What is seen now, and the first card that is seen in full. */
  look(from: number, to: number, anchor: number): void {
    this.#seen = { from, to };
    this.#anchor = anchor;
    for (const number of this.#numbers()) void this.#fetch(number);
  }

  /** The cache has moved on. What is seen is asked for again, without a gap. */
  async moved(change: number): Promise<void> {
    if (change <= this.#change) return;
    this.#change = change;
    if (!this.answered) return;
    if (this.#following) this.#again = true;
    else await this.#follow();
  }

  async #follow(): Promise<void> {
    this.#following = true;
    this.#again = false;
    await this.#refresh();
    setTimeout(() => {
      this.#following = false;
      if (this.#again) void this.#follow();
    }, CALM);
  }

  /** All cards of a range, whether they were seen or not. */
  async range(from: number, to: number): Promise<Card[]> {
    const cards: Card[] = [];
    const chunk = PAGE * 10;
    for (let offset = from; offset < to; offset += chunk) {
      const page = await this.askPage(this.query, offset, Math.min(chunk, to - offset));
      cards.push(...page.cards);
      if (page.cards.length === 0) break;
    }
    return cards;
  }

  #numbers(): number[] {
    const last = Math.max(0, Math.min(this.#seen.to, this.total.count - 1));
    const first = Math.min(Math.floor(this.#seen.from / PAGE), Math.floor(last / PAGE));
    return Array.from({ length: Math.floor(last / PAGE) - first + 1 }, (_, at) => first + at);
  }

  async #fetch(number: number): Promise<void> {
    const held = this.pages.get(number);
    if ((held && held.change >= this.#change) || this.#fetching.has(number)) return;
    const token = this.#token;
    this.#fetching.add(number);
    try {
      const page = await this.askPage(this.query, number * PAGE, PAGE);
      if (token !== this.#token) return;
      const pages = new Map(this.pages);
      pages.delete(number);
      pages.set(number, this.#held(page));
      this.#forget(pages);
      this.#take(page, pages);
    } catch (thrown) {
      if (token === this.#token) this.error = problem(thrown);
    } finally {
      if (token === this.#token) this.#fetching.delete(number);
    }
  }

  async #refresh(): Promise<void> {
    const token = this.#token;
    const anchored = this.card(this.#anchor);
    const [was, before] = [this.#anchor, this.total.count];
    try {
      let answers = await this.#askSeen(0);
      const grown = (answers.at(0)?.total.count ?? before) - before;
      // Much may have come above: then what was seen lies on other pages now.
      const missing =
        anchored &&
        was > 0 &&
        !answers.some((page) => page.cards.some((card) => idOf(card) === idOf(anchored)));
      if (missing && grown !== 0) answers = await this.#askSeen(grown);
      const first = answers.at(0);
      if (token !== this.#token || !first) return;
      const pages = new Map(this.pages);
      for (const page of answers) pages.set(page.offset / PAGE, this.#held(page));
      for (const number of pages.keys())
        if (number * PAGE >= first.total.count && number > 0) pages.delete(number);
      this.#forget(pages);
      this.#take(first, pages);
      if (!anchored) return;
      const now = this.#find(answers, idOf(anchored));
      const shift = now === null ? (was === 0 ? 0 : grown) : now - was;
      if (shift !== 0) this.onshift(shift);
    } catch (thrown) {
      if (token === this.#token) this.error = problem(thrown);
    }
  }

  #askSeen(by: number): Promise<Page[]> {
    const numbers = this.#numbers().map((number) => Math.max(0, number + Math.round(by / PAGE)));
    const around = by === 0 ? numbers : [...numbers.map((number) => Math.max(0, number - 1)), ...numbers];
    return Promise.all([...new Set(around)].map((number) => this.askPage(this.query, number * PAGE, PAGE)));
  }

  #find(answers: Page[], id: string): number | null {
    for (const page of answers) {
      const at = page.cards.findIndex((card) => idOf(card) === id);
      if (at >= 0) return page.offset + at;
    }
    return null;
  }

  #held({ cards, change }: Page): Held {
    const before = new Map(this.loaded().map((card) => [idOf(card), card]));
    return { cards: cards.map((card) => kept(before.get(idOf(card)), card)), change };
  }

  #take(page: Page, pages: Map<number, Held>): void {
    this.pages = pages;
    this.total = page.total;
    this.coverage = page.coverage;
    this.#change = Math.max(this.#change, page.change);
    this.answered = true;
    this.error = null;
  }

  /** Lets go of the pages that are farthest from what is seen. */
  #forget(pages: Map<number, Held>): void {
    const middle = (this.#seen.from + this.#seen.to) / 2 / PAGE;
    const far = [...pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const number of far.slice(0, Math.max(0, pages.size - KEPT_PAGES))) pages.delete(number);
  }
}
