// For browsers without the CSS Custom Highlight API: tints and lines as boxes behind the text, made anew for what is
// near the view whenever that or the passages change.

import { byId, element } from "./dom.js";
import { Ground } from "./ground.js";

export class Boxes extends Ground {
  constructor(text, scroller) {
    super(text, scroller);
    this.layer = element("div", { class: "boxes", "aria-hidden": "true" });
    text.article.before(this.layer);
    byId("boxes-notice").hidden = false;
  }

  draw(passages) {
    const [from, to] = this.near;
    const origin = this.layer.getBoundingClientRect();
    const boxes = [];
    for (const { label, start, end } of passages) {
      for (const { box } of this.text.boxes(Math.max(start, from), Math.min(end, to))) {
        const made = element("div", { data: { label } });
        made.style.translate = `${box.left - origin.left}px ${box.top - origin.top}px`;
        made.style.inlineSize = `${box.width}px`;
        made.style.blockSize = `${box.height}px`;
        boxes.push(made);
      }
    }
    this.layer.replaceChildren(...boxes);
  }
}
