// The reader's selection: from what the browser selected to the span a label would mark.

import { byId } from "./dom.js";

const COARSE = matchMedia("(pointer: coarse)");
const REST = 150; // milliseconds a selection must rest before it counts, 250 where fingers move its handles

export class Selection extends EventTarget {
  /**
   * @param {import("./text.js").Text} text
   * @param {() => boolean} isOpen whether the assignment can still be worked on
   */
  constructor(text, isOpen) {
    super();
    Object.assign(this, { text, isOpen });
    this.span = null; // [start, end) that a label would mark
    this.raw = null; // the same before it was grown to sentences
    this.snap = true;
    this.exact = false; // made by keys or with Alt: taken as it is
    this.pressed = false;
    this.late = null; // what waits for a moment of rest: "drawn" by the mouse, or "settled" otherwise
    document.addEventListener("selectionchange", () => this.#changed());
    text.article.addEventListener("pointerdown", (event) => {
      this.#press(event.pointerType !== "touch" && event.button === 0);
      this.exact = event.altKey;
      if (!this.pressed) return;
      // A press inside a selection would start dragging its words instead of a new selection.
      if (!event.shiftKey) getSelection().removeAllRanges();
      this.#publish(null);
    });
    addEventListener("pointerup", (event) => this.#released(event));
    addEventListener("pointercancel", () => this.#press(false));
    text.article.addEventListener("keydown", (event) => {
      if (event.shiftKey && event.key.startsWith("Arrow")) this.exact = true;
    });
  }

  /** Whether snapping applies to the selection there is. */
  get snapping() {
    return this.snap && !this.exact;
  }

  setSnap(on) {
    this.snap = on;
    if (!this.raw) return;
    this.exact = !on;
    this.#take(this.raw, true);
  }

  /** Select a span, for the sentence cursor. */
  select(start, end) {
    this.exact = true;
    this.#show(start, end);
    this.raw = [start, end];
    this.#publish(this.raw);
  }

  clear() {
    clearTimeout(this.timer);
    this.late = null;
    if (this.text.article.contains(getSelection().anchorNode)) getSelection().removeAllRanges();
    this.raw = null;
    this.#publish(null);
  }

  #show(start, end) {
    const range = this.text.staticRange(start, end);
    this.shown = [start, end];
    getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  }

  /** What is selected inside the text, trimmed and grown to whole characters, or null. */
  #read() {
    const native = getSelection();
    if (!native.rangeCount || native.isCollapsed) return null;
    const range = native.getRangeAt(0);
    if (!range.intersectsNode(this.text.article)) return null;
    const start = this.text.pointOf(range.startContainer, range.startOffset);
    const end = this.text.pointOf(range.endContainer, range.endOffset);
    const words = start < end ? this.text.trim(start, end) : null;
    return words && this.text.snapToCharacters(...words);
  }

  #changed() {
    if (this.pressed || this.late === "drawn") return;
    this.#later("settled", COARSE.matches ? 250 : REST);
  }

  #later(kind, wait) {
    clearTimeout(this.timer);
    this.late = kind;
    this.timer = setTimeout(() => this.flush(), wait);
  }

  /** Take now what is selected: a label's key may come before it has rested, or before the browser has told of it. */
  flush() {
    const { late } = this;
    clearTimeout(this.timer);
    this.late = null;
    if (late === "drawn") this.#drawn();
    else this.#settle();
  }

  #settle() {
    if (document.activeElement?.closest("input, textarea, select, dialog")) return;
    const raw = this.#read();
    if (raw && this.shown && raw[0] === this.shown[0] && raw[1] === this.shown[1]) return; // the one shown by this page
    this.shown = null;
    this.raw = raw;
    if (raw) this.#take(raw, false);
    else this.#publish(null);
  }

  /**
   * While a selection is drawn it may pass over the handles of the active passage, which must not catch it; nor may the
   * rest of an earlier selection end meanwhile and put the popover where the pointer goes.
   */
  #press(on) {
    if (on) {
      clearTimeout(this.timer);
      this.late = null;
    }
    this.pressed = on;
    this.text.article.toggleAttribute("data-drawing", on);
  }

  #released(event) {
    if (!this.pressed) return;
    this.#press(false);
    if (event.altKey) this.exact = true;
    this.#later("drawn", 0); // the browser settles the selection of a click after this event
  }

  #drawn() {
    this.raw = this.#read();
    this.shown = null;
    if (!this.raw) return this.#publish(null);
    this.#take(this.raw, true);
    return this.dispatchEvent(new Event("drawn"));
  }

  /** Take a selection, grown to sentences if they are on; show the growth unless a finger holds the handles. */
  #take(raw, show) {
    const span = this.snapping ? this.text.snapToSentences(...raw) : raw;
    if (show && this.isOpen() && !COARSE.matches) this.#show(...span);
    this.#publish(span);
  }

  #publish(span) {
    if (String(span) === String(this.span)) return;
    this.span = span;
    this.dispatchEvent(new Event("change"));
  }
}

/** The toolbar above a selection. It never takes the focus; on narrow pages the bar at the foot stands for it. */
export class Popover {
  /**
   * @param {Selection} selection
   * @param {HTMLElement} stage what the popover is placed in
   * @param {() => boolean} allowed whether it may appear at all
   */
  constructor(selection, stage, allowed) {
    Object.assign(this, { selection, stage, allowed, box: byId("selection-tools") });
    selection.addEventListener("change", () => this.place());
    new ResizeObserver(() => this.place()).observe(stage);
  }

  place() {
    const { span, text } = this.selection;
    this.box.hidden = !span || !this.allowed();
    if (this.box.hidden) return;
    const first = text.boxes(...span)[0];
    if (!first) return;
    const origin = this.stage.getBoundingClientRect();
    const edge = first.rtl ? first.box.right - this.box.offsetWidth : first.box.left;
    const left = Math.max(8, Math.min(edge - origin.left - 8, origin.width - this.box.offsetWidth - 8));
    const above = first.box.top - origin.top - this.box.offsetHeight - 6;
    this.box.style.left = `${left}px`;
    this.box.style.top = `${above > 0 ? above : text.boxes(...span).at(-1).box.bottom - origin.top + 14}px`;
  }
}
