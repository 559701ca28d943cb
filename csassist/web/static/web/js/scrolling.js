// Keeps the newest words in view while the reader is at the end, and leaves the page alone while they read further up.

const NEAR_PIXELS = 80;

export class Scroller {
  constructor(element, jump) {
    Object.assign(this, { element, jump, follows: false });
    element.addEventListener("scroll", () => this.notice(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.follows && this.toEnd()).observe(element);
  }

  notice() {
    const left = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight;
    this.follows = left < NEAR_PIXELS;
    if (this.follows) this.jump.hidden = true;
  }

  /** Call after something was added at the end. */
  grew() {
    if (this.follows) this.toEnd();
    else this.jump.hidden = false;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.follows = true;
    this.jump.hidden = true;
  }
}
