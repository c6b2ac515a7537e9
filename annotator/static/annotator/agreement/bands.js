// The reviewers' lanes keep in step with the text: what is in view is shaded, the place looked at is marked, and a
// click in a lane goes there. The same by keyboard: the list of places and the text itself.

import { element } from "../workbench/dom.js";

const PAUSE = 100; // milliseconds: each move makes the browser look at all paint again, so not in each frame

export class Bands {
  /**
   * @param {HTMLElement} scroller what the lanes scroll in
   * @param {import("./lines.js").Lines} lines
   */
  constructor(scroller, lines) {
    Object.assign(this, { scroller, lines });
    this.lane = scroller.querySelector("svg");
    this.shade = element("div", { class: "seen", "aria-hidden": "true" });
    this.spot = element("div", { class: "spot", "aria-hidden": "true", hidden: true });
    scroller.append(this.shade, this.spot);
    const later = () => {
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.#follow();
      }, PAUSE);
    };
    lines.stage.addEventListener("scroll", later, { passive: true });
    addEventListener("scroll", later, { passive: true });
    const sizes = new ResizeObserver(later);
    for (const each of [scroller, lines.article]) sizes.observe(each);
    scroller.addEventListener("click", (event) => this.#clicked(event));
    this.#follow();
  }

  /** Pixels from the start of the lanes to a code point, and of one code point. */
  #scale() {
    const { scroller, lane } = this;
    const box = lane.getBoundingClientRect();
    const left = box.left - scroller.getBoundingClientRect().left + scroller.scrollLeft;
    return { left, each: box.width / Math.max(this.lines.length, 1) };
  }

  #lay(node, [start, end], least) {
    const { left, each } = this.#scale();
    node.style.insetInlineStart = `${left + start * each}px`;
    node.style.inlineSize = `${Math.max((end - start) * each, least)}px`;
  }

  #follow() {
    const { scroller } = this;
    const view = this.lines.view();
    this.#lay(this.shade, view, 2);
    if (this.place) this.#lay(this.spot, this.place, 4);
    if (scroller.scrollWidth <= scroller.clientWidth + 1) return;
    const { left, each } = this.#scale();
    scroller.scrollLeft = ((view[0] + view[1]) / 2) * each - (scroller.clientWidth - left) / 2;
  }

  /** Mark a place, or none. */
  show(place) {
    this.place = place;
    this.spot.hidden = !place;
    if (place) this.#lay(this.spot, place, 4);
  }

  #clicked({ target, clientX }) {
    const lane = target.closest("svg.lane");
    if (!lane) return;
    const { left, width } = lane.getBoundingClientRect();
    const point = Math.min(Math.floor(((clientX - left) / width) * this.lines.length), this.lines.length - 1);
    this.lines.reveal(point, point + 1);
  }
}
