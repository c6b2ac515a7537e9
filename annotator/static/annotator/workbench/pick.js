// A click in the text: which passage is meant. The shortest under the pointer first, each further click the next outer.

const BUCKET = 256; // code points; a click looks at one bucket, whatever the number of passages

export class Pick {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {import("./cursor.js").Cursor} cursor
   */
  constructor(model, text, cursor) {
    Object.assign(this, { model, text, cursor });
    this.buckets = null;
    model.on("passages", () => {
      this.buckets = null;
    });
    text.article.addEventListener("click", (event) => this.#clicked(event));
  }

  /** Passages over a code point, shortest first. */
  at(point) {
    this.buckets ??= this.#index();
    return (this.buckets.get(Math.floor(point / BUCKET)) ?? [])
      .filter((one) => one.start <= point && point < one.end)
      .sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start);
  }

  #index() {
    const buckets = new Map();
    for (const passage of this.model.ordered) {
      for (let bucket = Math.floor(passage.start / BUCKET); bucket * BUCKET < passage.end; bucket++) {
        if (!buckets.has(bucket)) buckets.set(bucket, []);
        buckets.get(bucket).push(passage);
      }
    }
    return buckets;
  }

  #clicked({ clientX, clientY, button }) {
    if (button || !getSelection().isCollapsed) return undefined;
    const point = this.text.pointUnder(clientX, clientY);
    if (this.cursor.mode && point !== null) return this.cursor.goTo(this.text.sentenceAt(point));
    const stack = point === null ? [] : this.at(point);
    const here = stack.findIndex((one) => one.id === this.model.active);
    return this.model.activate(stack.length ? stack[(here + 1) % stack.length].id : null);
  }

  /** From the active passage to the next larger one that overlaps it, and round. */
  outer() {
    const active = this.model.get(this.model.active);
    if (!active) return;
    const stack = this.model.covering(active.start, active.end);
    const here = stack.findIndex((one) => one.id === active.id);
    this.model.activate(stack[(here + 1) % stack.length].id);
  }
}
