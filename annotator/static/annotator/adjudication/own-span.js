// The adjudicator's own span: words selected in the text, or two numbers typed into the form.

import { byId } from "../workbench/dom.js";

export class OwnSpan {
  /** @param {import("../agreement/lines.js").Lines} lines */
  constructor(lines) {
    this.lines = lines;
    this.fields = byId("own");
  }

  /** Settle the case with the words selected; without a selection show the fields. */
  settle() {
    if (!this.fields) return;
    const [label, start, end] = ["label", "start", "end"].map((name) => this.fields.querySelector(`[name=${name}]`));
    const span = this.#selected();
    if (!span) {
      this.fields.open = true;
      label.focus();
      return;
    }
    [start.value, end.value] = span;
    byId("redraw").click();
  }

  /** Code points of the selection within the text, without the space around it; null where nothing is selected. */
  #selected() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    let start = null;
    let end = null;
    for (const { node, start: first, offsets } of this.lines.all) {
      if (!node || !range.intersectsNode(node)) continue;
      const from = range.startContainer === node ? range.startOffset : 0;
      const to = range.endContainer === node ? range.endOffset : node.length;
      const words = node.data.slice(from, to);
      if (!words.trim()) continue;
      start ??= first + offsets.toPoints(from + words.length - words.trimStart().length);
      end = first + offsets.toPoints(from + words.trimEnd().length);
    }
    return start === null ? null : [start, end];
  }
}
