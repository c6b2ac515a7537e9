// Settling disagreements by keys. Every act is a button or link of the page, which works without this script: a key
// presses it. What the script adds is the case outlined and painted in the text, and a span drawn by selecting words.

import { Contour } from "../agreement/contour.js";
import { Lines } from "../agreement/lines.js";
import { byId } from "../workbench/dom.js";
import { Keys } from "./keys.js";
import { OwnSpan } from "./own-span.js";

const { case: place, marks } = JSON.parse(byId("painted").textContent);
const lines = new Lines(byId("text"), byId("stage"));

/** The case's passages in the colours of their labels; where the browser paints no highlights the outline remains. */
function paint() {
  if (!CSS.highlights) return;
  for (const [label, start, end] of marks) {
    const name = `label-${label}`;
    if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
    for (const [node, startOffset, endOffset] of lines.parts(start, end)) {
      const range = new StaticRange({ startContainer: node, startOffset, endContainer: node, endOffset });
      CSS.highlights.get(name).add(range);
    }
  }
}

if (place) {
  paint();
  new Contour(lines).show(place);
  const [first] = lines.rows(...place);
  if (first) lines.stage.scrollTop = first.middle - lines.stage.clientHeight / 3;
}
new Keys(new OwnSpan(lines));

// A form sent twice would settle the case once and then say that it has changed; one press is enough.
let sent = false;
addEventListener("pageshow", () => (sent = false));
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  if (sent) event.preventDefault();
  sent = true;
});
document.body.dataset.ready = "";
