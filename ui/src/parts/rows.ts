// Which rows of equal height are seen. All that a virtual list needs.

export type Window = { from: number; to: number };

export function seen(top: number, height: number, row: number, rows: number, spare: number): Window {
  if (row <= 0 || height <= 0) return { from: 0, to: 0 };
  const from = Math.max(0, Math.floor(top / row) - spare);
  const to = Math.min(rows, Math.ceil((top + height) / row) + spare);
  return { from: Math.min(from, to), to };
}

/** Where to scroll so that a row is seen whole; null when it is already. */
export function toReveal(at: number, top: number, height: number, row: number): number | null {
  if (at * row < top) return at * row;
  if ((at + 1) * row > top + height) return (at + 1) * row - height;
  return null;
}
