// Text and list go together: reading on marks the nearest passage in the list, and the focus in the list moves the text.

const REST = 150; // milliseconds without scrolling after which it is looked where the reader is

export class Follow {
  /**
   * @param {{model: object, text: object, list: import("./list.js").List, scroller: HTMLElement}} parts
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.scroller.addEventListener("scroll", () => this.#wait(), { passive: true });
    this.model.on("passages", () => this.#wait());
    this.list.list.addEventListener("focusin", ({ target }) => {
      const passage = target.matches(".passage:focus-visible") && this.model.get(target.parentNode.dataset.id);
      if (passage) this.text.reveal(passage.start, passage.end, this.scroller);
    });
  }

  #wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.list.near(this.#nearest()), REST);
  }

  /** The first passage that begins in view, else the last one that reaches into it; null where there is none. */
  #nearest() {
    const seen = this.text.sentencesInView(this.scroller);
    if (!seen) return null;
    const [from, to] = [this.text.sentences[seen[0]][0], this.text.sentences[seen[1]][1]];
    const all = this.model.ordered;
    const found = all.find((one) => one.start >= from && one.start < to) ?? all.findLast((one) => one.start < from);
    return found && found.end > from ? found.id : null;
  }
}
