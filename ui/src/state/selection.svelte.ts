// What is selected: by key, so that it stays the same when items arrive above it.
import { SvelteMap } from "svelte/reactivity";
import type { Card, FilePath } from "../bindings";
import { idOf } from "./library.svelte";

export type Chosen = FilePath & { key: string | null };

const chosen = (card: Card): Chosen => ({
  key: card.key,
  path: card.path,
  path_bytes: card.path_bytes ?? null,
});

export class Selection {
  readonly items = new SvelteMap<string, Chosen>();
  /** Where the keyboard stands. */
  cursor = $state.raw(-1);
  cursorId = $state.raw<string | null>(null);
  /** Somebody gathers items, rather than only standing on one. */
  gathering = $state.raw(false);
  #anchor = -1;
  #range: string[] = [];

  get size(): number {
    return this.items.size;
  }

  get keys(): string[] {
    return [...this.items.values()].flatMap((one) => one.key ?? []);
  }

  get only(): Chosen | null {
    return this.items.size === 1 ? (this.items.values().next().value ?? null) : null;
  }

  has(card: Card): boolean {
    return this.items.has(idOf(card));
  }

  /** This one alone. */
  one(index: number, card: Card): void {
    this.items.clear();
    this.items.set(idOf(card), chosen(card));
    this.#stand(index, card);
    this.#anchor = index;
    this.#range = [];
    this.gathering = false;
  }

  toggle(index: number, card: Card): void {
    const id = idOf(card);
    // What somebody only stood on is not meant when they begin to gather others.
    if (!this.gathering && this.#anchor >= 0 && this.items.size === 1 && !this.items.has(id))
      this.items.clear();
    if (!this.gathering || !this.items.delete(id)) this.items.set(id, chosen(card));
    this.gathering = this.items.size > 0;
    this.#stand(index, card);
    this.#anchor = index;
    this.#range = [];
  }

  /** Everything from where the selection began to here; what an earlier extension had is let go. */
  async extend(
    index: number,
    card: Card,
    range: (from: number, to: number) => Promise<Card[]>,
  ): Promise<void> {
    const from = this.#anchor < 0 ? index : this.#anchor;
    this.#stand(index, card);
    const cards = await range(Math.min(from, index), Math.max(from, index) + 1);
    this.gathering = true;
    for (const id of this.#range) this.items.delete(id);
    for (const one of cards) this.items.set(idOf(one), chosen(one));
    this.#range = cards.map(idOf);
    this.#anchor = from;
  }

  all(cards: Card[]): void {
    this.gathering = true;
    for (const card of cards) this.items.set(idOf(card), chosen(card));
  }

  clear(): void {
    this.items.clear();
    this.gathering = false;
    this.#anchor = -1;
    this.#range = [];
  }

  forget(keys: string[]): void {
    for (const key of keys) this.items.delete(key);
    if (this.items.size === 0) this.gathering = false;
  }

  /** Cards came or went above. */
  shift(by: number): void {
    if (this.cursor >= 0) this.cursor = Math.max(0, this.cursor + by);
    if (this.#anchor >= 0) this.#anchor = Math.max(0, this.#anchor + by);
  }

  /** A new answer: what was selected stays, where the keyboard stood does not. */
  leave(): void {
    this.cursor = -1;
    this.cursorId = null;
    this.#anchor = -1;
  }

  #stand(index: number, card: Card): void {
    this.cursor = index;
    this.cursorId = idOf(card);
  }
}
