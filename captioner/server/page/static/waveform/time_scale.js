/** Pixels a second at least and at most. */
const [LEAST, MOST] = [0.5, 800];

/** Which stretch of time the timeline shows. */
export class TimeScale {
  /** @param {number} duration */
  constructor(duration) {
    this.duration = Math.max(duration, 1);
    this.from = 0;
    this.perSecond = 80;
    this.width = 1;
  }

  get to() {
    return this.from + this.width / this.perSecond;
  }

  /** @param {number} time */
  x(time) {
    return (time - this.from) * this.perSecond;
  }

  /** @param {number} x */
  time(x) {
    return this.from + x / this.perSecond;
  }

  /** @param {number} from */
  scrollTo(from) {
    const most = Math.max(0, this.duration - this.width / this.perSecond + 1);
    this.from = Math.min(most, Math.max(0, from));
  }

  /** Zoom so that the time at `x` stays there. @param {number} factor @param {number} x */
  zoom(factor, x) {
    const time = this.time(x);
    const whole = (this.width / this.duration) * 0.9;
    this.perSecond = Math.min(MOST, Math.max(Math.min(whole, 80), LEAST, this.perSecond * factor));
    this.scrollTo(time - x / this.perSecond);
  }

  /** Scroll a whole view on if a time is not seen. Returns whether it did. @param {number} time */
  follow(time) {
    const x = this.x(time);
    if (x >= 0 && x < this.width * 0.94) return false;
    this.scrollTo(time - (this.width / this.perSecond) * 0.08);
    return true;
  }
}
