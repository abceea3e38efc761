// Where a line of text lies over its picture, and how much of it is selected.
import type { Line } from "../bindings";

export type Placed = { left: number; top: number; width: number; height: number; angle: number };

/** The corners run clockwise from where the text begins: so the first side is its direction. */
export function place(box: Line["box"]): Placed {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = box;
  // Of opposite sides the mean: a box that was seen in perspective is no rectangle.
  const width = (Math.hypot(x1 - x0, y1 - y0) + Math.hypot(x2 - x3, y2 - y3)) / 2;
  const height = (Math.hypot(x3 - x0, y3 - y0) + Math.hypot(x2 - x1, y2 - y1)) / 2;
  const angle = Math.atan2(y1 - y0 + (y2 - y3), x1 - x0 + (x2 - x3));
  return { left: x0, top: y0, width, height, angle };
}

/** In pixels. Every line is written in one size and scaled to its box: a font in another size takes 4 ms to be found, and
 * hardly two lines of a picture are equally high. */
export const LETTERS = 16;

/** Capitals and descenders fill this share of a box that was drawn around them. */
const FILLED = 0.84;
export const LINE_HEIGHT = LETTERS / FILLED;

let pen: CanvasRenderingContext2D | null | undefined;

/** The width of a text in the overlay's font. */
function measure(text: string): number {
  if (pen === undefined) {
    pen = document.createElement("canvas").getContext("2d");
    if (pen) pen.font = `${LETTERS}px sans-serif`;
  }
  return pen ? pen.measureText(text).width : text.length * LETTERS * 0.5;
}

/** By how much a text of this width is scaled to fill its box. */
export function filling(placed: Placed, text: string, width = measure(text)): { x: number; y: number } {
  return { x: width > 0 ? placed.width / width : 1, y: placed.height / LINE_HEIGHT };
}

/** What is selected in an overlay, in reading order, a line for each line. */
export function selectedText(root: HTMLElement, selection: Selection | null): string {
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return "";
  const range = selection.getRangeAt(0);
  const texts: string[] = [];
  for (const line of root.querySelectorAll<HTMLElement>("[data-line]")) {
    if (!range.intersectsNode(line)) continue;
    const own = document.createRange();
    own.selectNodeContents(line);
    if (range.compareBoundaryPoints(Range.START_TO_START, own) > 0)
      own.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, own) < 0)
      own.setEnd(range.endContainer, range.endOffset);
    const text = own.toString();
    if (text !== "") texts.push(text);
  }
  return texts.join("\n");
}
