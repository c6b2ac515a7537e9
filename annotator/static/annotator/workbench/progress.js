// How far the reader has come: sentences that stayed in view for a moment, counted on this device alone.

import { byId } from "./dom.js";

const REST = 1000; // milliseconds without scrolling after which what is in view counts as looked at

export class Progress {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {HTMLElement} scroller
   */
  constructor(model, text, scroller) {
    Object.assign(this, { model, text, scroller });
    this.key = `credence-seen-${model.id}`;
    this.seen = new Set(this.#stored());
    scroller.addEventListener("scroll", () => this.#wait(), { passive: true });
    document.addEventListener("visibilitychange", () => this.#wait());
    model.on("passages ratings state", () => this.show());
    this.#wait();
    this.show();
  }

  #stored() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "[]").filter((index) => index < this.text.sentences.length);
    } catch {
      return []; // storage switched off or not ours: nothing counts as looked at yet
    }
  }

  #wait() {
    clearTimeout(this.timer);
    if (document.visibilityState === "visible") this.timer = setTimeout(() => this.#look(), REST);
  }

  #look() {
    const view = this.text.sentencesInView(this.scroller);
    if (!view) return;
    const before = this.seen.size;
    for (let index = view[0]; index <= view[1]; index++) this.seen.add(index);
    if (this.seen.size === before) return;
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.seen]));
    } catch {
      this.key = "credence-seen"; // full or forbidden: the count lasts as long as the page
    }
    this.show();
  }

  get unseen() {
    return this.text.sentences.length - this.seen.size;
  }

  show() {
    const all = this.text.sentences.length;
    const missing = this.model.open ? this.model.gaps.length : 0;
    const words = [`${this.seen.size} of ${all} sentences`];
    if (missing) words.push(missing === 1 ? "1 rating missing" : `${missing} ratings missing`);
    byId("progress-words").textContent = words.join(", ");
    const bar = byId("progress-bar");
    bar.max = Math.max(1, all);
    bar.value = this.seen.size;
  }
}
