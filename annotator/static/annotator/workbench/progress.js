// How far the reader has come: sentences that stayed in view for a moment, and the time left at the pace so far.
// Both are counted on this device alone and told to nobody.

import { byId, keep, kept } from "./dom.js";

const REST = 1000; // milliseconds without scrolling after which what is in view counts as looked at
const IDLE = 60_000; // milliseconds without a key, a pointer or a scroll after which nobody is taken to be reading
const ENOUGH = { sentences: 8, time: 60_000 }; // what an estimate must rest on

const count = (number, noun) => (number === 1 ? `1 ${noun}` : `${number} ${noun}s`);

export class Progress {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {HTMLElement} scroller
   */
  constructor(model, text, scroller) {
    Object.assign(this, { model, text, scroller });
    this.key = `credence-seen-${model.id}`;
    const { seen, behind, spent } = this.#stored();
    this.seen = new Set(seen);
    this.behind = behind; // sentences read and gone on from
    this.spent = spent; // milliseconds given to them
    this.batch = 0; // sentences that came into view together and are being read
    this.since = 0; // milliseconds given to the batch so far
    this.acted = performance.now();
    scroller.addEventListener("scroll", () => this.#wait(), { passive: true });
    document.addEventListener("visibilitychange", () => this.#wait());
    for (const type of ["keydown", "pointermove", "pointerdown"])
      addEventListener(type, () => this.#act(), { capture: true, passive: true });
    model.on("passages ratings state", () => this.show());
    this.#wait();
    this.show();
  }

  #stored() {
    const none = { seen: [], behind: 0, spent: 0 };
    try {
      const found = JSON.parse(kept(this.key)) ?? none;
      const { seen, behind = 0, spent = 0 } = Array.isArray(found) ? { seen: found } : found;
      return { seen: seen.filter((index) => index < this.text.sentences.length), behind, spent };
    } catch {
      return none; // not ours: nothing counts as looked at yet
    }
  }

  /** Count the time since the last act, unless it was so long that nobody can have been reading. */
  #act() {
    const now = performance.now();
    if (now - this.acted < IDLE && document.visibilityState === "visible") this.since += now - this.acted;
    this.acted = now;
  }

  #wait() {
    this.#act();
    clearTimeout(this.timer);
    if (document.visibilityState === "visible") this.timer = setTimeout(() => this.#look(), REST);
  }

  #look() {
    const view = this.text.sentencesInView(this.scroller);
    if (!view) return;
    const before = this.seen.size;
    for (let index = view[0]; index <= view[1]; index++) this.seen.add(index);
    if (this.seen.size === before) return;
    if (this.batch) {
      this.behind += this.batch;
      this.spent += this.since;
    }
    this.batch = this.seen.size - before;
    this.since = 0;
    keep(this.key, JSON.stringify({ seen: [...this.seen], behind: this.behind, spent: Math.round(this.spent) }));
    this.show();
  }

  get unseen() {
    return this.text.sentences.length - this.seen.size;
  }

  /** Minutes the rest will take at the pace so far; null while there is too little to tell from. */
  get minutes() {
    if (!this.unseen || this.behind < ENOUGH.sentences || this.spent < ENOUGH.time) return null;
    return Math.max(1, Math.round((this.unseen * this.spent) / this.behind / 60_000));
  }

  show() {
    const all = this.text.sentences.length;
    const { open } = this.model;
    const answers = open ? this.model.documentGaps.filter((gap) => !gap.evidence).length : 0;
    const missing = open ? this.model.missingInPassages + answers : 0;
    const { minutes } = this;
    byId("progress-words").textContent = `${this.seen.size} of ${count(all, "sentence")} looked at`;
    byId("progress-rest").textContent = [
      missing && `, ${count(missing, "rating")} missing`,
      open && minutes && `, about ${minutes} min left`,
    ]
      .filter(Boolean)
      .join("");
    const bar = byId("progress-bar");
    bar.max = Math.max(1, all);
    bar.value = this.seen.size;
  }
}
