// The text as the server laid it out, one text node in each line: where code points stand in it, and which are in view.

import { Offsets } from "../offsets.js";

export class Lines {
  /**
   * @param {HTMLElement} article holds a <p> for each line
   * @param {HTMLElement} stage what the article lies in, which scrolls where the screen is wide
   */
  constructor(article, stage) {
    Object.assign(this, { article, stage });
    this.all = [...article.querySelectorAll("p")].map((p) => ({
      p,
      node: p.firstChild,
      start: Number(p.dataset.start),
      offsets: new Offsets(p.textContent),
    }));
    this.indexOf = new Map(this.all.map(({ node }, index) => [node, index]));
  }

  get length() {
    const { start, offsets } = this.all.at(-1);
    return start + offsets.points;
  }

  /** Index of the last line of which `isBefore` still holds, which it does up to some line; else of the first. */
  #last(isBefore) {
    let low = 0;
    let high = this.all.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (isBefore(this.all[middle])) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The parts of a span line by line, as [text node, first unit, last unit]; line ends hold nothing. */
  *parts(start, end) {
    for (let index = this.#last((line) => line.start <= start); index < this.all.length; index++) {
      const { node, start: first, offsets } = this.all[index];
      if (first >= end) return;
      const from = Math.max(start - first, 0);
      const to = Math.min(end - first, offsets.points);
      if (node && from < to) yield [node, offsets.toUnits(from), offsets.toUnits(to)];
    }
  }

  /** The rows of words a span stands on, each as one box measured from the stage's own corner. */
  rows(start, end) {
    const origin = this.stage.getBoundingClientRect();
    const found = [];
    const range = document.createRange();
    for (const [node, from, to] of this.parts(start, end)) {
      range.setStart(node, from);
      range.setEnd(node, to);
      for (const { left, right, top, bottom } of range.getClientRects()) {
        const middle = (top + bottom) / 2;
        const last = found.at(-1);
        if (last && Math.abs(last.middle - middle) < 8) {
          last.left = Math.min(last.left, left);
          last.right = Math.max(last.right, right);
        } else found.push({ middle, left, right });
      }
    }
    return found.map(({ middle, left, right }) => ({
      left: left - origin.left - 3,
      right: right - origin.left + 3,
      middle: middle - origin.top + this.stage.scrollTop,
    }));
  }

  /** The code point under the pointer, or null beside the words. */
  pointAt({ clientX, clientY }) {
    const caret = document.caretPositionFromPoint?.(clientX, clientY);
    const line = caret && this.all[this.indexOf.get(caret.offsetNode)];
    if (!line?.node) return null;
    const range = document.createRange();
    for (const unit of [caret.offset, caret.offset - 1]) {
      if (unit < 0 || unit >= line.node.length) continue;
      range.setStart(line.node, unit);
      range.setEnd(line.node, unit + 1);
      const box = range.getBoundingClientRect();
      const inside = clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
      if (inside) return line.start + line.offsets.toPoints(unit);
    }
    return null;
  }

  /** Top and bottom of what is seen of the stage. */
  #seen() {
    const { top, bottom } = this.stage.getBoundingClientRect();
    return [Math.max(top, 0), Math.min(bottom, innerHeight)];
  }

  /** The part of the text, as code points, that is in view or within so many views of it; whole lines. */
  near(views) {
    const [top, bottom] = this.#seen();
    const margin = views * innerHeight;
    const first = this.all[this.#last(({ p }) => p.getBoundingClientRect().top <= top - margin)];
    const last = this.all[this.#last(({ p }) => p.getBoundingClientRect().top < bottom + margin)];
    return [first.start, last.start + last.offsets.points];
  }

  /** The part of the text in view, as code points; within a line by its share of the line's height. */
  view() {
    const [top, bottom] = this.#seen();
    return [top, Math.max(top, bottom)].map((y) => {
      const line = this.all[this.#last(({ p }) => p.getBoundingClientRect().top <= y)];
      const box = line.p.getBoundingClientRect();
      const within = Math.min(Math.max((y - box.top) / (box.height || 1), 0), 1);
      return Math.round(line.start + within * line.offsets.points);
    });
  }

  /** Bring a place into view, a third from the top. */
  reveal(start, end) {
    const [first] = this.rows(start, end);
    if (!first) return;
    const { stage } = this;
    if (stage.scrollHeight > stage.clientHeight) {
      stage.scrollTop = first.middle - stage.clientHeight / 3;
      stage.scrollIntoView({ block: "nearest" });
    } else scrollTo({ top: scrollY + stage.getBoundingClientRect().top + first.middle - innerHeight / 3 });
  }
}
