// What is like something: like an item, or like what was typed. Found when somebody asks for it, and never by itself.
import type { Card, CommandError } from "../bindings";
import { problem } from "../backend";

export class Alike {
  /** What was asked for: the key of an item, or a query. */
  of = $state.raw<string | null>(null);
  /** The nearest first; nothing as long as nobody has answered. */
  cards = $state.raw<Card[] | null>(null);
  error = $state.raw<CommandError | null>(null);
  #token = 0;

  constructor(private readonly ask: (of: string) => Promise<Card[]>) {}

  async find(of: string): Promise<void> {
    this.#token += 1;
    const token = this.#token;
    Object.assign(this, { of, cards: null, error: null });
    try {
      const cards = await this.ask(of);
      if (token === this.#token) this.cards = cards;
    } catch (thrown) {
      if (token === this.#token) this.error = problem(thrown);
    }
  }

  /** Puts it away, unless it is about this. */
  clear(but: string | null = null): void {
    if (this.of === null || this.of === but) return;
    this.#token += 1;
    Object.assign(this, { of: null, cards: null, error: null });
  }
}
