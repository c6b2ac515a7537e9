// The active passage: one contour round all its lines with a handle at either end, drawn over the text. Not a
// highlight, because any change of a highlight makes the browser check every range of the page again.

import { svg } from "./dom.js";

export class Outline {
  /**
   * @param {SVGElement} overlay
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {(id: string, start: number, end: number, exact: boolean) => void} onResize called when a handle is let go
   */
  constructor(overlay, model, text, onResize) {
    Object.assign(this, { overlay, model, text, onResize });
    let frame = 0; // at most once a frame, and not within the act: where boxes lie must be asked of the laid-out page
    const later = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => this.draw());
    };
    model.on("passages active state", later);
    const sizes = new ResizeObserver(later); // the stage, too: the text can move within it unchanged
    for (const each of [text.article, overlay.parentNode]) sizes.observe(each);
    document.fonts.ready.then(later);
  }

  draw() {
    const passage = this.model.get(this.model.active);
    if (!passage) return this.overlay.replaceChildren();
    const origin = this.overlay.getBoundingClientRect();
    const high = parseFloat(getComputedStyle(this.text.article).lineHeight);
    const rows = rowsOf(this.text.boxes(passage.start, passage.end), origin, high);
    if (!rows.length) return this.overlay.replaceChildren();
    const right = rows.flatMap((row) => [`${row.right},${row.top}`, `${row.right},${row.bottom}`]);
    const left = rows.toReversed().flatMap((row) => [`${row.left},${row.bottom}`, `${row.left},${row.top}`]);
    const first = rows[0];
    const last = rows.at(-1);
    const parts = [svg("path", { d: `M${[...right, ...left].join("L")}Z` })];
    if (this.model.open) {
      parts.push(this.#handle(passage, "start", first.rtl ? first.right : first.left, first.top));
      parts.push(this.#handle(passage, "end", last.rtl ? last.left : last.right, last.bottom));
    }
    return this.overlay.replaceChildren(...parts);
  }

  /** A knob at a corner of the contour, between the lines, where it covers no letter. */
  #handle(passage, side, x, y) {
    const area = svg("circle", { cx: x, cy: y, r: 13, class: "grip" });
    const knob = svg("circle", { cx: x, cy: y, r: 5 });
    const group = svg("g", { class: "handle", "data-side": side }, area, knob);
    group.addEventListener("pointerdown", (event) => this.#drag(event, group, passage, side));
    return group;
  }

  /** Follow the pointer with the native selection as preview; the passage changes on release only. */
  #drag(event, group, passage, side) {
    if (event.button) return;
    event.preventDefault();
    let { start, end } = passage;
    const follow = ({ clientX, clientY }) => {
      const point = this.text.nearest(clientX, clientY);
      if (point === null) return;
      if (side === "start") start = Math.min(point, passage.end - 1);
      else end = Math.max(point, passage.start + 1);
      const range = this.text.staticRange(start, end);
      getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    };
    const stop = (release) => {
      group.removeEventListener("pointermove", follow);
      getSelection().removeAllRanges();
      if (release.type === "pointerup" && (start !== passage.start || end !== passage.end)) {
        this.onResize(passage.id, start, end, release.altKey);
      }
    };
    group.setPointerCapture(event.pointerId);
    group.addEventListener("pointermove", follow);
    group.addEventListener("pointerup", stop, { once: true });
    group.addEventListener("pointercancel", stop, { once: true });
  }
}

/**
 * The lines of a passage, each as one box relative to `origin`, closed up so that their contour is one shape. Below the
 * words it takes in the lines of the labels, for which lines `high` apart have room.
 */
function rowsOf(boxes, origin, high) {
  const rows = [];
  for (const { box, rtl } of boxes) {
    const row = rows.at(-1);
    const middle = box.top + box.height / 2;
    if (row && Math.abs(row.middle - middle) < 8) {
      row.left = Math.min(row.left, box.left);
      row.right = Math.max(row.right, box.right);
    } else {
      rows.push({ middle, left: box.left, right: box.right, rtl });
    }
  }
  rows.forEach((row, index) => {
    row.middle -= origin.top;
    row.left -= origin.left + 3;
    row.right -= origin.left - 3;
    row.top = index ? rows[index - 1].bottom : row.middle - 12;
    row.bottom = row.middle + high - 8.5;
  });
  return rows;
}
