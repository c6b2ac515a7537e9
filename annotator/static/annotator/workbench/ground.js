// What passages are painted on. Only those near the view are painted: at every change of anything on the page the
// browser looks at every range of every highlight again, so thousands out of sight would slow each key.

const BEYOND = 1; // views painted before and after the one in sight
const STEP = 0.5; // views the reader may move on before it is looked at again

/** The part of the text near the view, followed. Subclasses paint: `draw` is given the passages that are near. */
export class Ground {
  /**
   * @param {import("./text.js").Text} text
   * @param {HTMLElement} scroller
   */
  constructor(text, scroller) {
    Object.assign(this, { text, scroller });
    this.passages = new Map(); // what is to be painted: id -> passage, another object once its label or extent changed
    this.near = null; // [start, end) that is painted
    this.at = 0; // where the view was when it was looked at
    scroller.addEventListener("scroll", () => this.#moved(), { passive: true });
    const sizes = new ResizeObserver(() => this.#look()); // the stage, too: the text can move within it unchanged
    for (const each of [text.article, text.article.parentNode, scroller]) sizes.observe(each);
    document.fonts.ready.then(() => this.#look());
    addEventListener("beforeprint", () => this.#paint([0, this.text.length]));
    addEventListener("afterprint", () => this.#look());
  }

  /** Paint the passages as they are now, in the frame to come. */
  change(passages) {
    this.passages = passages;
    this.#later();
  }

  #moved() {
    if (Math.abs(this.scroller.scrollTop - this.at) > STEP * this.scroller.clientHeight) this.#look();
  }

  #look() {
    this.near = null;
    this.#later();
  }

  #later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.#paint(this.near ?? this.#nearView());
    });
  }

  #nearView() {
    const { text, scroller } = this;
    this.at = scroller.scrollTop;
    const [first, last] = text.sentencesInView(scroller, BEYOND) ?? [0, 0];
    return [text.sentences[first]?.[0] ?? 0, text.sentences[last]?.[1] ?? 0];
  }

  #paint(near) {
    this.near = near;
    const [from, to] = near;
    this.draw([...this.passages.values()].filter((one) => one.start < to && one.end > from));
  }
}
