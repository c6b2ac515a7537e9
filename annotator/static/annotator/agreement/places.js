// The list of places beside the text: choosing one, by pointer or by steps, outlines it in the text and keeps list,
// lanes, address and what assistive technology is told in step with it.

import { announce, byId } from "../workbench/dom.js";

const WIDE = 960; // pixels, from which on the list stands beside the text

export class Places {
  /**
   * @param {{cases: [number, number, number][], first: number, of: number}} data start, end and number of each place
   *   on this page of the list, in its order; the rank of the first, and how many places the list has on all pages
   * @param {import("./lines.js").Lines} lines
   * @param {{show: (place: [number, number, number] | null) => void}[]} followers what shows the place looked at
   */
  constructor({ cases, first, of }, lines, followers) {
    Object.assign(this, { cases, first, of, lines, followers });
    this.links = [...document.querySelectorAll("#cases .case")];
    this.at = -1; // index of the place looked at
    this.links.forEach((link, index) => {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.choose(index, { said: false });
      });
      link.addEventListener("focus", () => {
        if (link.matches(":focus-visible") && index !== this.at)
          this.choose(index, { said: false, text: innerWidth > WIDE });
      });
    });
    lines.article.addEventListener("click", (event) => this.#clicked(event));
    byId("on").addEventListener("click", () => this.step(1));
    byId("back").addEventListener("click", () => this.step(-1));
    byId("stepper").hidden = !cases.length;
    this.#fromAddress();
  }

  /** The place the address names, or the stretch `at-START-END`; after a turn of the list's page, its first or last. */
  #fromAddress() {
    const name = location.hash.slice(1);
    const at = /^at-(\d{1,9})-(\d{1,9})$/.exec(name)?.slice(1).map(Number);
    if (at && at[0] < at[1] && at[0] < this.lines.length) {
      for (const follower of this.followers) follower.show(at);
      this.lines.reveal(...at);
    }
    const index =
      { first: 0, last: this.cases.length - 1 }[name] ??
      this.cases.findIndex(([, , number]) => name === `place-${number}`);
    if (this.cases[index]) this.choose(index);
    else this.#tell();
  }

  /** Look at a place, or at none for -1. `text` brings it into view in the text, `said` tells it to those who hear. */
  choose(index, { text = true, said = true } = {}) {
    this.links[this.at]?.removeAttribute("aria-current");
    this.at = index;
    const place = this.cases[index] ?? null;
    const link = this.links[index];
    link?.setAttribute("aria-current", "true");
    for (const follower of this.followers) follower.show(place);
    if (link && innerWidth > WIDE) link.scrollIntoView({ block: "nearest" });
    if (place && text) this.lines.reveal(place[0], place[1]);
    history.replaceState(null, "", place ? `#place-${place[2]}` : location.pathname + location.search);
    this.#tell();
    if (place && said) announce(`Place ${place[2]}, ${byId("here-at").textContent}. ${wordsOf(link)}`);
  }

  #tell() {
    const link = this.links[this.at];
    const all = this.of === 1 ? "1 place" : `${this.of} places`;
    byId("here-at").textContent = link ? `${this.first + this.at} of ${this.of}` : all;
    byId("here-said").textContent = link?.querySelector(".said").textContent ?? "";
  }

  /** Go on by one place, at the end of the page of the list to the next page. Focus follows if it is in the list. */
  step(direction) {
    const index = this.at < 0 && direction < 0 ? this.cases.length - 1 : this.at + direction;
    if (!this.cases[index]) {
      const page = document.querySelector(direction > 0 ? 'a[rel="next"]' : 'a[rel="prev"]');
      if (page) location.assign(`${page.href}#${direction > 0 ? "first" : "last"}`);
      else announce(direction > 0 ? "This is the last place." : "This is the first place.");
      return;
    }
    const listed = byId("cases").contains(document.activeElement);
    this.choose(index, { said: !listed });
    if (listed) this.links[index].focus({ preventScroll: true });
  }

  /** Open or close who said what about the place looked at. */
  toggle() {
    const details = this.links[this.at]?.parentElement.querySelector("details");
    if (!details) return;
    details.open = !details.open;
    if (!details.open) return announce("Closed");
    details.scrollIntoView({ block: "nearest" });
    return announce([...details.querySelectorAll("dt, dd, p")].map(spoken).join(", "));
  }

  #clicked(event) {
    if (!getSelection().isCollapsed) return;
    const point = this.lines.pointAt(event);
    const index = point === null ? -1 : this.cases.findIndex(([start, end]) => start <= point && point < end);
    this.choose(index, { text: false });
    if (point !== null && index < 0) byId("here-at").textContent = "No place of this page of the list is here";
  }
}

/** What an element holds, its parts told apart: label, ratings, quote and note stand side by side without a sign. */
const spoken = (one) => [...one.childNodes].map((part) => part.textContent.trim()).filter(Boolean).join(", ");

function wordsOf(link) {
  return [...link.children]
    .slice(1)
    .map((part) => part.textContent)
    .join(". ");
}
