// The browser's own way to paint passages: one Highlight per label, registered once, and a range for each passage near
// the view. The page needs no element for them.

import { Ground } from "./ground.js";

export class Highlights extends Ground {
  /**
   * @param {import("./text.js").Text} text
   * @param {HTMLElement} scroller
   * @param {Iterable<string>} labels their codes, the later painted over the earlier
   */
  constructor(text, scroller, labels) {
    super(text, scroller);
    this.ranges = new Map(); // passage -> its range
    this.layers = new Map();
    for (const code of labels) {
      const layer = Object.assign(new Highlight(), { priority: this.layers.size });
      CSS.highlights.set(`label-${code}`, layer);
      this.layers.set(code, layer);
    }
  }

  draw(passages) {
    const wanted = new Set(passages);
    for (const [passage, range] of this.ranges) {
      if (wanted.has(passage)) continue;
      this.layers.get(passage.label)?.delete(range);
      this.ranges.delete(passage);
    }
    for (const passage of passages) {
      if (this.ranges.has(passage)) continue;
      const range = this.text.staticRange(passage.start, passage.end);
      this.layers.get(passage.label)?.add(range);
      this.ranges.set(passage, range);
    }
  }
}
