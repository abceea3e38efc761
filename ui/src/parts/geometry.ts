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

/** Capitals and descenders fill this share of a box that was drawn around them. */
const FILLED = 0.84;
export const fontSize = (placed: Placed): number => Math.max(1, placed.height * FILLED);

let pen: CanvasRenderingContext2D | null | undefined;

/** The width of a text in the overlay's font. */
export function measure(text: string, size: number): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * size * 0.5;
  pen.font = `${size}px sans-serif`;
  return pen.measureText(text).width;
}

/** How far a text is stretched to fill its box. */
export const stretch = (text: string, placed: Placed, width = measure(text, fontSize(placed))): number =>
  width > 0 ? placed.width / width : 1;

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
