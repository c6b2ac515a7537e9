// The text on the page: one paragraph per line, one text node each; places in it, and code points from places.

import { Offsets } from "../offsets.js";

const ARABIC = /\p{Script=Arabic}/gu;
const HAN = /\p{Script=Han}/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const LETTER = /\p{L}/gu;
const ARABIC_SCRIPT_LANGUAGES = ["fa", "ar", "ur", "ps", "ku", "ug"];

/** The language a line is most likely in, told by its script; the document's own where the script does not tell. */
function languageOf(line, language) {
  const half = (line.match(LETTER)?.length ?? 0) / 2;
  if (half && (line.match(ARABIC)?.length ?? 0) > half) {
    return ARABIC_SCRIPT_LANGUAGES.includes(language.slice(0, 2)) ? language : "fa";
  }
  if (half && (KANA.test(line) || (line.match(HAN)?.length ?? 0) > half)) return KANA.test(line) ? "ja" : "zh";
  return ARABIC_SCRIPT_LANGUAGES.includes(language.slice(0, 2)) || /^(zh|ja)/.test(language) ? "en" : language;
}

/** One text laid out in one article. All offsets in and out are code points, half-open, unless a name says units. */
export class Text {
  /**
   * @param {HTMLElement} article
   * @param {{text: string, sentences: number[]}} revision
   * @param {string} language of the document
   */
  constructor(article, { text, sentences }, language) {
    this.article = article;
    this.text = text;
    this.language = language || "en";
    this.offsets = new Offsets(text);
    this.length = this.offsets.points;
    this.lines = [];
    let unit = 0;
    for (const line of text.split(/\r\n|\n|\r/)) {
      const p = document.createElement("p");
      p.dir = "auto";
      if (line.trim()) {
        const spoken = languageOf(line, this.language);
        if (spoken !== this.language) p.lang = spoken;
      }
      p.textContent = line;
      this.lines.push({ p, node: p.firstChild, start: unit, end: unit + line.length });
      unit += line.length;
      unit += text.startsWith("\r\n", unit) ? 2 : 1;
    }
    this.indexOf = new Map(this.lines.map((line, index) => [line.p, index]));
    article.lang = this.language;
    article.replaceChildren(...this.lines.map((line) => line.p));
    this.sentences = this.#visibleSentences(sentences);
  }

  /** Sentences with words in them, without the space around them, as [start, end). Lines, for a text never cut. */
  #visibleSentences(ends) {
    const cuts = ends.length ? ends : this.lines.map((line) => this.offsets.toPoints(line.end));
    const spans = [];
    let start = 0;
    for (const end of cuts) {
      const span = this.trim(start, end);
      if (span) spans.push(span);
      start = end;
    }
    return spans;
  }

  /** The characters of a span, cut from the text as sent. */
  slice(start, end) {
    return this.text.slice(this.offsets.toUnits(start), this.offsets.toUnits(end));
  }

  /** The span without white space at either end, or null if nothing is left. */
  trim(start, end) {
    const units = this.offsets.toUnits(start);
    const words = this.slice(start, end);
    const left = words.length - words.trimStart().length;
    const right = words.trimEnd().length;
    return left >= right ? null : [this.offsets.toPoints(units + left), this.offsets.toPoints(units + right)];
  }

  /** Index of the line a UTF-16 position lies in; at an end of line, the line before. */
  lineAt(unit) {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lines[middle].start <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where a code point stands in the page; `ending` prefers the end of a line to the start of the next. */
  place(point, ending = false) {
    const unit = this.offsets.toUnits(point);
    let index = this.lineAt(unit);
    if (ending && index > 0 && this.lines[index].start === unit) index -= 1;
    const line = this.lines[index];
    return line.node ? [line.node, Math.min(unit, line.end) - line.start] : [line.p, 0];
  }

  staticRange(start, end) {
    const [startContainer, startOffset] = this.place(start);
    const [endContainer, endOffset] = this.place(end, true);
    return new StaticRange({ startContainer, startOffset, endContainer, endOffset });
  }

  /** The boxes of a span, line by line as painted. (A range over several paragraphs would add the paragraphs' own.) */
  boxes(start, end) {
    const from = this.offsets.toUnits(start);
    const to = this.offsets.toUnits(end);
    const range = document.createRange();
    const boxes = [];
    for (let index = this.lineAt(from); index < this.lines.length && this.lines[index].start < to; index++) {
      const { node, start: first, end: last } = this.lines[index];
      if (!node || last <= from) continue;
      range.setStart(node, Math.max(from, first) - first);
      range.setEnd(node, Math.min(to, last) - first);
      const rtl = getComputedStyle(node.parentElement).direction === "rtl";
      for (const box of range.getClientRects()) if (box.width) boxes.push({ box, rtl });
    }
    return boxes;
  }

  /** Code point of a boundary anywhere in the page: before the text it is 0, after it the length. */
  pointOf(container, offset) {
    const { article, lines } = this;
    let unit;
    if (container === article) {
      unit = offset < lines.length ? lines[offset].start : this.text.length;
    } else if (article.contains(container)) {
      const p = container.nodeType === Node.TEXT_NODE ? container.parentNode : container;
      const line = lines[this.indexOf.get(p)];
      unit = container === p ? (offset ? line.end : line.start) : line.start + offset;
    } else {
      const range = document.createRange();
      range.setStart(container, offset);
      unit = range.comparePoint(article, 0) > 0 ? 0 : this.text.length;
    }
    return this.offsets.toPoints(unit);
  }

  /** Grow a span to whole characters as a reader sees them, looking at the touched lines only. */
  snapToCharacters(start, end) {
    const grow = (unit, ending) => {
      let index = this.lineAt(unit);
      if (ending && index > 0 && this.lines[index].start === unit) index -= 1;
      const line = this.lines[index];
      const inside = unit - line.start;
      if (inside <= 0 || inside >= line.end - line.start) return unit;
      const piece = this.#graphemes.segment(line.node.data).containing(ending ? inside - 1 : inside);
      return line.start + piece.index + (ending ? piece.segment.length : 0);
    };
    const from = grow(this.offsets.toUnits(start), false);
    const to = grow(this.offsets.toUnits(end), true);
    return [this.offsets.toPoints(from), this.offsets.toPoints(to)];
  }

  #graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  #words = new Intl.Segmenter(undefined, { granularity: "word" });

  /** Index of the sentence that holds a code point, or of the next one after it. */
  sentenceAt(point) {
    let low = 0;
    let high = this.sentences.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sentences[middle][1] <= point) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Grow a span to whole sentences. */
  snapToSentences(start, end) {
    const first = this.sentences[this.sentenceAt(start)];
    const last = this.sentences[this.sentenceAt(end - 1)];
    return [Math.min(start, first[0]), Math.max(end, last[1])];
  }

  /** The nearest edge of a word beyond a code point: its start going back, its end going on. */
  wordEdge(point, direction, ending) {
    const unit = this.offsets.toUnits(point);
    const edges = [];
    const here = this.lineAt(unit);
    for (let index = Math.max(0, here - 2); index <= Math.min(this.lines.length - 1, here + 2); index++) {
      const { node, start } = this.lines[index];
      for (const word of node ? this.#words.segment(node.data) : []) {
        if (word.isWordLike) edges.push(start + word.index + (ending ? word.segment.length : 0));
      }
    }
    const beyond = direction > 0 ? edges.find((edge) => edge > unit) : edges.findLast((edge) => edge < unit);
    return beyond === undefined ? point : this.offsets.toPoints(beyond);
  }

  /** Code point under a pointer, or null when the pointer is not on a character. */
  pointUnder(x, y) {
    const found = caretAt(x, y);
    if (!found || found.node.nodeType !== Node.TEXT_NODE || !this.article.contains(found.node)) return null;
    const range = document.createRange();
    const { node, offset } = found;
    for (const [from, to] of [
      [offset, offset + 1],
      [offset - 1, offset],
    ]) {
      if (from < 0 || to > node.length) continue;
      range.setStart(node, from);
      range.setEnd(node, to);
      for (const box of range.getClientRects()) {
        const slack = box.height / 3; // the line's own height, underlines included
        if (x >= box.left && x <= box.right && y >= box.top - slack && y <= box.bottom + slack) {
          return this.pointOf(node, from);
        }
      }
    }
    return null;
  }

  /** Nearest code point to a pointer, wherever it is; for dragging. */
  nearest(x, y) {
    const found = caretAt(x, y);
    return found && this.article.contains(found.node) ? this.pointOf(found.node, found.offset) : null;
  }

  /**
   * Indexes of the first and last sentence with a line in view, or within `beyond` views of it; none when the view lies
   * outside the text.
   */
  sentencesInView(scroller, beyond = 0) {
    const view = scroller.getBoundingClientRect();
    const top = view.top - beyond * view.height;
    const bottom = view.bottom + beyond * view.height;
    const search = (isBefore) => {
      let low = 0;
      let high = this.sentences.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(this.boxes(...this.sentences[middle]))) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    const first = search((boxes) => boxes.length > 0 && boxes.at(-1).box.bottom <= top);
    const last = search((boxes) => boxes.length > 0 && boxes[0].box.top < bottom) - 1;
    return first <= last ? [first, last] : null;
  }

  /** Bring a span into view if it is not, a third from the top; never moves the page sideways. */
  reveal(start, end, scroller) {
    const boxes = this.boxes(start, end);
    if (!boxes.length) return;
    const { top } = boxes[0].box;
    const { bottom } = boxes.at(-1).box;
    const view = scroller.getBoundingClientRect();
    const margin = 24;
    if (top >= view.top + margin && (bottom <= view.bottom - margin || top < view.top + view.height / 3)) return;
    scroller.scrollBy({ top: top - view.top - view.height / 3 });
  }
}

function caretAt(x, y) {
  if (document.caretPositionFromPoint) {
    const found = document.caretPositionFromPoint(x, y);
    return found && { node: found.offsetNode, offset: found.offset };
  }
  const range = document.caretRangeFromPoint?.(x, y); // Safari before 26
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}
