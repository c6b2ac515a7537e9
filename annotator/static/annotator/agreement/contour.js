// One contour round all rows of words of the place that is looked at, drawn over the text: no highlight, because any
// change of a highlight makes the browser check every range of the page again.

import { svg } from "../workbench/dom.js";

const NEAR = 60; // pixels between rows of words that one contour passes round; a row further down begins anew

export class Contour {
  /** @param {import("./lines.js").Lines} lines */
  constructor(lines) {
    this.lines = lines;
    this.path = svg("path");
    this.overlay = svg("svg", { class: "outline", "aria-hidden": "true" }, this.path);
    lines.stage.append(this.overlay);
    this.place = null;
    new ResizeObserver(() => this.#draw()).observe(lines.article);
    document.fonts.ready.then(() => this.#draw());
  }

  /** Draw round a place, or round none. */
  show(place) {
    this.place = place;
    this.#draw();
  }

  #draw() {
    this.overlay.style.blockSize = `${this.lines.article.offsetHeight}px`;
    const rows = this.place ? this.lines.rows(this.place[0], this.place[1]) : [];
    if (!rows.length) {
      this.path.removeAttribute("d");
      return;
    }
    rows.forEach((row, index) => {
      const above = rows[index - 1];
      const near = above && row.middle - above.middle < NEAR;
      row.top = near ? (above.middle + row.middle) / 2 : row.middle - 14;
      if (near) above.bottom = row.top;
      row.bottom = row.middle + 16;
    });
    const right = rows.flatMap(({ right: x, top, bottom }) => [`${x},${top}`, `${x},${bottom}`]);
    const left = rows.toReversed().flatMap(({ left: x, top, bottom }) => [`${x},${bottom}`, `${x},${top}`]);
    this.path.setAttribute("d", `M${[...right, ...left].join("L")}Z`);
  }
}
