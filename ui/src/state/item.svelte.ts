// The item that is open: what was read in it, and its neighbours in the library.
import type { CommandError, ItemView } from "../bindings";
import { problem } from "../backend";
import { beginning } from "./recording";
import { kept } from "./same";

type Ask = (key: string, query: string) => Promise<ItemView>;

export class OpenItem {
  key = $state.raw<string | null>(null);
  index = $state.raw(-1);
  item = $state.raw<ItemView | null>(null);
  error = $state.raw<CommandError | null>(null);
  /** Of a recording: where it is looked at, in seconds. */
  second = $state.raw(0);
  #token = 0;

  constructor(private readonly ask: Ask) {}

  get open(): boolean {
    return this.key !== null;
  }

  /** Of a recording `at` is the second to look at; without it, the first that a search found in it. */
  async show(key: string, index: number, query: string, at: number | null = null): Promise<void> {
    const again = this.key === key;
    this.key = key;
    this.index = index;
    this.error = null;
    // The one before stays until this one is there, unless it would be taken for it.
    if (!again && this.item?.key !== key) this.item = null;
    this.#token += 1;
    const token = this.#token;
    try {
      const item = await this.ask(key, query);
      if (token !== this.#token) return;
      this.second = beginning(item, at);
      this.item = item;
    } catch (thrown) {
      if (token === this.#token) this.error = problem(thrown);
    }
  }

  /** Asks again: it may have been read again, or given other tags, by whatever program. */
  async refresh(query: string): Promise<void> {
    const { key } = this;
    const token = this.#token;
    if (key === null || this.item === null) return;
    try {
      const item = await this.ask(key, query);
      if (token === this.#token) this.take(item);
    } catch (thrown) {
      if (token === this.#token) Object.assign(this, { item: null, error: problem(thrown) });
    }
  }

  /** Cards came or went above it. */
  shift(by: number): void {
    if (this.index >= 0) this.index = Math.max(0, this.index + by);
  }

  /** It as it is now; what is selected in what did not change stays selected. */
  take(now: ItemView): void {
    const before = this.item;
    if (now.key !== this.key || before === null) return;
    const names = Object.keys({ ...before, ...now }) as (keyof ItemView)[];
    const fields = names.map((name) => [name, kept(before[name], now[name])] as const);
    if (fields.some(([name, value]) => value !== before[name]))
      this.item = Object.fromEntries(fields) as ItemView;
  }

  close(): void {
    this.#token += 1;
    this.key = null;
    this.item = null;
    this.error = null;
    this.index = -1;
  }
}
