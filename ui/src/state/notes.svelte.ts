// Quiet notes at the edge of the window: one at a time, at most one every few seconds.

/** Something that can be done about what was said. */
export type Deed = { text: string; run: () => void };
export type Note = { id: number; text: string; bad: boolean; deed: Deed | null };

const SHOWN_MS = 5000;
/** Whoever may want to do something about it needs the time to get there. */
const SHOWN_WITH_DEED_MS = 12_000;
const GAP_MS = 2500;
const MOST_WAITING = 4;

export class Notes {
  current = $state.raw<Note | null>(null);
  #waiting: Note[] = [];
  #ids = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What a person has just done is answered at once; what the program has to say waits for its turn. */
  say(
    text: string,
    { bad = false, now = false, deed = null }: { bad?: boolean; now?: boolean; deed?: Deed | null } = {},
  ): void {
    this.#ids += 1;
    const note = { id: this.#ids, text, bad, deed };
    if (now || this.current === null) {
      this.#show(note);
      return;
    }
    this.#waiting.push(note);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    if (this.#waiting.length === 1) this.#after(Math.max(0, this.#since + GAP_MS - Date.now()));
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.#next();
  }

  #show(note: Note): void {
    this.current = note;
    this.#since = Date.now();
    const whole = note.deed ? SHOWN_WITH_DEED_MS : SHOWN_MS;
    this.#after(this.#waiting.length > 0 ? GAP_MS : whole);
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), ms);
  }

  #next(): void {
    const note = this.#waiting.shift();
    if (note) this.#show(note);
    else this.current = null;
  }
}
