/** Each power of two is cut into so many steps: a percentile is right within 1/32. */
const stepsPerOctave = 32;
const octaves = 32;

/** Latencies of any number of requests in a fixed room. Values are whole microseconds below 2^32. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(octaves * stepsPerOctave);
  #total = 0;
  maxUs = 0;

  get total(): number {
    return this.#total;
  }

  add(us: number): void {
    const index = indexOf(us);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total++;
    if (us > this.maxUs) this.maxUs = us;
  }

  /** The least value that `percent` of all do not exceed, rounded up to its step; 0 when there are none. */
  percentileUs(percent: number): number {
    const wanted = Math.ceil((this.#total * percent) / 100);
    let seen = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      seen += this.#counts[i] as number;
      if (seen >= wanted && seen > 0) return Math.min(this.maxUs, upperEnd(i));
    }
    return 0;
  }
}

/** Below one octave of steps every value has its own; above, the five bits behind the leading one say which. */
function indexOf(us: number): number {
  const value = Math.max(0, Math.min(0xffffffff, Math.floor(us)));
  if (value < stepsPerOctave) return value;
  const octave = 31 - Math.clz32(value);
  const shift = octave - 5;
  return (octave - 4) * stepsPerOctave + ((value >>> shift) - stepsPerOctave);
}

function upperEnd(index: number): number {
  if (index < stepsPerOctave) return index;
  const octave = Math.floor(index / stepsPerOctave) + 4;
  const step = (index % stepsPerOctave) + stepsPerOctave;
  let width = 1;
  for (let i = 5; i < octave; i++) width *= 2;
  return (step + 1) * width - 1;
}
