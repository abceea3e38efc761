// A list that is asked for in pages and asked again while it changes: the queue, and what needs attention.

const PAGE = 100;

export class Paged<T> {
  rows = $state.raw<ReadonlyMap<number, T>>(new Map());
  total = $state.raw(0);
  answered = $state.raw(false);
  #seen = { from: 0, to: PAGE };
  #busy = false;
  #again = false;

  constructor(
    private readonly ask: (
      offset: number,
      limit: number,
    ) => Promise<{ rows: T[]; offset: number; count: number }>,
  ) {}

  row(index: number): T | null {
    return this.rows.get(index) ?? null;
  }

  look(from: number, to: number): void {
    this.#seen = { from, to };
    for (let at = from; at < Math.min(to, this.total); at += 1) {
      if (!this.rows.has(at)) {
        void this.refresh();
        return;
      }
    }
  }

  /** Asks for what is seen. Never two questions at once. */
  async refresh(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    do {
      this.#again = false;
      try {
        const offset = Math.max(0, this.#seen.from - 20);
        const page = await this.ask(offset, Math.max(PAGE, this.#seen.to - offset + 20));
        this.rows = new Map(page.rows.map((row, at) => [page.offset + at, row]));
        this.total = page.count;
        this.answered = true;
      } catch {
        // The next change asks again; what was known stays.
      }
    } while (this.#again);
    this.#busy = false;
  }
}
