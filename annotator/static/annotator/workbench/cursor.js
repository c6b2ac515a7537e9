// The sentence cursor: the selection moved sentence by sentence, and sentence mode, which moves on by itself.

import { announce, byId } from "./dom.js";

export class Cursor {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {import("./selection.js").Selection} selection
   * @param {HTMLElement} scroller
   */
  constructor(model, text, selection, scroller) {
    Object.assign(this, { model, text, selection, scroller });
    this.mode = false;
    this.anchor = null; // sentence a widened selection began with
    this.head = null; // sentence the cursor is at
    this.button = byId("sentence-mode");
  }

  setMode(on) {
    this.mode = on;
    this.button.setAttribute("aria-pressed", on);
    this.text.article.toggleAttribute("data-sentences", on);
    if (!on) this.selection.clear();
    else if (!this.selection.span) this.goTo(this.#here()?.[0] ?? this.#firstInView());
  }

  /** First and last sentence of the selection, else of the active passage, else null. */
  #here() {
    const passage = this.model.get(this.model.active);
    const span = this.selection.span ?? (passage && [passage.start, passage.end]);
    return span && [this.text.sentenceAt(span[0]), this.text.sentenceAt(span[1] - 1)];
  }

  /** The first sentence that begins in view. */
  #firstInView() {
    const seen = this.text.sentencesInView(this.scroller);
    if (!seen) return 0;
    const [first, last] = seen;
    const { top } = this.text.boxes(...this.text.sentences[first])[0].box;
    return top < this.scroller.getBoundingClientRect().top && first < last ? first + 1 : first;
  }

  /** Move by sentences; `widen` keeps the end where the selection began. */
  move(step, widen = false) {
    const here = this.#here();
    if (!here) return this.goTo(this.#firstInView());
    if (String(this.#span()) !== String(this.selection.span)) {
      [this.anchor, this.head] = step > 0 ? here : here.toReversed();
    }
    const from = widen ? this.head : step > 0 ? Math.max(...here) : Math.min(...here);
    const head = Math.max(0, Math.min(this.text.sentences.length - 1, from + step));
    return widen ? this.#select(this.anchor, head) : this.goTo(head);
  }

  #span() {
    if (this.anchor === null) return null;
    const { sentences } = this.text;
    return [sentences[Math.min(this.anchor, this.head)][0], sentences[Math.max(this.anchor, this.head)][1]];
  }

  goTo(sentence) {
    this.#select(sentence, sentence);
  }

  #select(anchor, head) {
    if (!this.text.sentences.length) return;
    [this.anchor, this.head] = [anchor, head];
    const [start, end] = this.#span();
    if (!document.activeElement?.closest("article")) this.text.article.focus({ preventScroll: true });
    this.selection.select(start, end);
    this.text.reveal(start, end, this.scroller);
    const exact = this.model.ordered.find((one) => one.start === start && one.end === end);
    this.model.activate(exact?.id ?? null);
    announce(this.text.slice(...this.text.sentences[head]));
  }

  /** The next sentence in a direction that no passage touches. */
  unlabelled(step) {
    const here = this.#here();
    const { sentences } = this.text;
    let next = here ? here[step > 0 ? 1 : 0] + step : this.#firstInView();
    while (next >= 0 && next < sentences.length && this.model.touches(...sentences[next])) next += step;
    if (next >= 0 && next < sentences.length) this.goTo(next);
    else announce(step > 0 ? "No later sentence without a label" : "No earlier sentence without a label");
  }

  /** In sentence mode: go on once the passage just marked or rated has all it needs. */
  advance(passage) {
    if (!this.mode || this.model.missingRatings(passage).length) return;
    const next = this.text.sentenceAt(passage.end - 1) + 1;
    if (next < this.text.sentences.length) this.goTo(next);
    else announce("End of the text");
  }
}
