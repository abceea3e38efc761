// Quiet notes at the edge of the window: one at a time, at most one every few seconds.

export type Note = { id: number; text: string; bad: boolean; undo: (() => void) | null };

type How = { bad?: boolean; now?: boolean; undo?: (() => void) | null };

const SHOWN_MS = 5000;
const GAP_MS = 2500;
const MOST_WAITING = 4;

export class Notes {
  current = $state.raw<Note | null>(null);
  #waiting: Note[] = [];
  #ids = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What a person has just done is answered at once; what the program has to say waits for its turn. */
  say(text: string, { bad = false, now = false, undo = null }: How = {}): void {
    this.#ids += 1;
    const note = { id: this.#ids, text, bad, undo };
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
    this.#after(this.#waiting.length > 0 ? GAP_MS : SHOWN_MS);
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
