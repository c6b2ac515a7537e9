// For browsers without the CSS Custom Highlight API: tints and lines as boxes behind the text. Made anew for what is
// near the view whenever that or the passages change, so that their number does not matter.

import { byId, element } from "./dom.js";

/** Stands for the highlights of all labels: passages are added and taken away, as {label, start, end}. */
export class Boxes {
  /**
   * @param {import("./text.js").Text} text
   * @param {HTMLElement} scroller
   */
  constructor(text, scroller) {
    Object.assign(this, { text, scroller });
    this.passages = new Set();
    this.ground = element("div", { class: "boxes", "aria-hidden": "true" });
    text.article.before(this.ground);
    byId("boxes-notice").hidden = false;
    scroller.addEventListener("scroll", () => this.#later(), { passive: true });
    const sizes = new ResizeObserver(() => this.#later()); // the stage, too: the text can move within it unchanged
    for (const each of [text.article, text.article.parentNode]) sizes.observe(each);
    document.fonts.ready.then(() => this.#later());
  }

  add(passage) {
    this.passages.add(passage);
    this.#later();
  }

  delete(passage) {
    this.passages.delete(passage);
    this.#later();
  }

  #later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { sentences } = this.text;
    const [first, last] = this.text.sentencesInView(this.scroller) ?? [0, 0];
    const beyond = last - first + 1; // as much again before and after, so that scrolling does not outrun the boxes
    const from = sentences[Math.max(0, first - beyond)]?.[0] ?? 0;
    const to = sentences[Math.min(sentences.length - 1, last + beyond)]?.[1] ?? 0;
    const origin = this.ground.getBoundingClientRect();
    const boxes = [];
    for (const { label, start, end } of this.passages) {
      if (start >= to || end <= from) continue;
      for (const { box } of this.text.boxes(Math.max(start, from), Math.min(end, to))) {
        const made = element("div", { data: { label } });
        made.style.translate = `${box.left - origin.left}px ${box.top - origin.top}px`;
        made.style.inlineSize = `${box.width}px`;
        made.style.blockSize = `${box.height}px`;
        boxes.push(made);
      }
    }
    this.ground.replaceChildren(...boxes);
  }
}
