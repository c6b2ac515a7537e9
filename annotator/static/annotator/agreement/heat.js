// Paints how many reviewers marked each stretch of the text, and shows where the places of the list lie in it.
// Without this module the text stays plain and the table says the same.

import { Offsets } from "../offsets.js";

const STEPS = 5;
const stage = document.getElementById("stage");
const article = document.getElementById("text");
const data = JSON.parse(document.getElementById("heat").textContent);

const lines = [...article.querySelectorAll("p")].map((p) => ({
  p,
  node: p.firstChild,
  start: Number(p.dataset.start),
  offsets: new Offsets(p.textContent),
}));

/** The last line that begins at or before a code point. */
function lineAt(point) {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle].start <= point) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The parts of a span line by line, as [text node, first unit, last unit]; line ends hold nothing. */
function* parts(start, end) {
  for (let index = lineAt(start); index < lines.length && lines[index].start < end; index++) {
    const { node, start: first, offsets } = lines[index];
    const from = Math.max(start - first, 0);
    const to = Math.min(end - first, offsets.points);
    if (node && from < to) yield [node, offsets.toUnits(from), offsets.toUnits(to)];
  }
}

function paint() {
  if (!CSS.highlights) return;
  const names = [...Array.from({ length: STEPS }, (_, index) => `heat-${index + 1}`), "split"];
  const painted = new Map(names.map((name, priority) => [name, Object.assign(new Highlight(), { priority })]));
  for (const [start, end, step, differ] of data.stretches) {
    for (const [node, startOffset, endOffset] of parts(start, end)) {
      const range = new StaticRange({ startContainer: node, startOffset, endContainer: node, endOffset });
      painted.get(`heat-${step}`).add(range);
      if (differ) painted.get("split").add(range);
    }
  }
  for (const [name, highlight] of painted) CSS.highlights.set(name, highlight);
}

/** The boxes of a span as painted, one for each row of words, measured from the stage's own corner. */
function rows(start, end) {
  const origin = stage.getBoundingClientRect();
  const found = [];
  for (const [node, from, to] of parts(start, end)) {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    for (const box of range.getClientRects()) {
      const middle = (box.top + box.bottom) / 2;
      const last = found.at(-1);
      if (last && Math.abs(last.middle - middle) < 8) {
        last.left = Math.min(last.left, box.left);
        last.right = Math.max(last.right, box.right);
      } else found.push({ middle, left: box.left, right: box.right });
    }
  }
  return found.map(({ middle, left, right }) => ({
    left: left - origin.left - 3,
    right: right - origin.left + 3,
    middle: middle - origin.top + stage.scrollTop,
  }));
}

const SVG = "http://www.w3.org/2000/svg";
const outline = document.createElementNS(SVG, "svg");
outline.setAttribute("class", "outline");
outline.setAttribute("aria-hidden", "true");
const contour = document.createElementNS(SVG, "path");
outline.append(contour);
stage.append(outline);
const items = new Map([...document.querySelectorAll("[data-case]")].map((item) => [Number(item.dataset.case), item]));
const here = document.getElementById("here"); // says on small screens what the list says beside the text
let current = null;

function draw() {
  outline.style.blockSize = `${article.offsetHeight}px`;
  const boxes = current ? rows(current[0], current[1]) : [];
  if (!boxes.length) {
    contour.removeAttribute("d");
    return;
  }
  // Half way between two rows of words the contour passes from one to the other; a row far below begins anew.
  boxes.forEach((box, index) => {
    const above = boxes[index - 1];
    const near = above && box.middle - above.middle < 60;
    box.top = near ? (above.middle + box.middle) / 2 : box.middle - 14;
    if (near) above.bottom = box.top;
    box.bottom = box.middle + 16;
  });
  const right = boxes.flatMap(({ right: x, top, bottom }) => [`${x},${top}`, `${x},${bottom}`]);
  const left = boxes.toReversed().flatMap(({ left: x, top, bottom }) => [`${x},${bottom}`, `${x},${top}`]);
  contour.setAttribute("d", `M${[...right, ...left].join("L")}Z`);
}

/** Outline a place and mark its item; `bringText` and `bringItem` say which of the two moves into view. */
function choose(place, { bringText = false, bringItem = false } = {}) {
  for (const item of items.values()) item.removeAttribute("aria-current");
  current = place;
  draw();
  here.textContent = "";
  if (!place) return;
  const item = items.get(place[2]);
  here.textContent = item ? item.querySelector(".said").textContent : "";
  item?.setAttribute("aria-current", "true");
  if (bringItem) item?.scrollIntoView({ block: "nearest" });
  const [first] = rows(place[0], place[1]);
  if (!bringText || !first) return;
  if (stage.scrollHeight > stage.clientHeight) stage.scrollTop = first.middle - stage.clientHeight / 3;
  else scrollTo({ top: scrollY + stage.getBoundingClientRect().top + first.middle - innerHeight / 3 });
}

for (const [number, item] of items) {
  const place = data.cases.find(([, , other]) => other === number);
  item.addEventListener("click", (event) => {
    event.preventDefault();
    choose(place, { bringText: true });
  });
  item.addEventListener("focus", () => item.matches(":focus-visible") && choose(place, { bringText: innerWidth > 960 }));
}

/** The code point under the pointer, or null beside the words. */
function pointAt({ clientX, clientY }) {
  const caret = document.caretPositionFromPoint?.(clientX, clientY);
  const line = caret && lines.find(({ node }) => node && node === caret.offsetNode);
  if (!line) return null;
  const range = document.createRange();
  for (const unit of [caret.offset, caret.offset - 1]) {
    if (unit < 0 || unit >= line.node.length) continue;
    range.setStart(line.node, unit);
    range.setEnd(line.node, unit + 1);
    const box = range.getBoundingClientRect();
    const inside = clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
    if (inside) return line.start + line.offsets.toPoints(unit);
  }
  return null;
}

article.addEventListener("click", (event) => {
  if (!getSelection().isCollapsed) return;
  const point = pointAt(event);
  const place = point === null ? null : data.cases.find(([start, end]) => start <= point && point < end);
  choose(place ?? null, { bringItem: innerWidth > 960 });
});

paint();
document.fonts.ready.then(draw);
new ResizeObserver(draw).observe(article);
