const cellSize = 64;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Obstacles by where on the screen they are: a search asks for thousands of places, each of which touches few. */
export class ObstacleIndex<Obstacle extends Area> {
  readonly #obstacles: readonly Obstacle[];
  readonly #costOver: (place: Area, obstacle: Obstacle) => number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: number[][];
  /** For which question an obstacle was last counted: one that lies in several cells counts once. */
  readonly #counted: Int32Array;
  #question = 0;

  constructor(
    obstacles: readonly Obstacle[],
    screen: Pick<Area, "width" | "height">,
    costOver: (place: Area, obstacle: Obstacle) => number,
  ) {
    this.#obstacles = obstacles;
    this.#costOver = costOver;
    this.#columns = Math.max(1, Math.ceil(screen.width / cellSize));
    this.#rows = Math.max(1, Math.ceil(screen.height / cellSize));
    this.#cells = Array.from({ length: this.#columns * this.#rows }, () => []);
    this.#counted = new Int32Array(obstacles.length);
    obstacles.forEach((obstacle, i) => {
      const { x, y, width, height } = obstacle;
      // What is off the screen covers nothing that is seen.
      if (x > screen.width || y > screen.height || x + width < 0 || y + height < 0) return;
      for (const cell of this.#cellsOf(obstacle)) cell.push(i);
    });
  }

  /** `cost`, and what it costs to cover the obstacles there; once it is `most` or more, nobody wants to know it exactly. */
  sum(place: Area, cost: number, most: number): number {
    if (cost >= most) return cost;
    const question = ++this.#question;
    let sum = cost;
    for (const cell of this.#cellsOf(place)) {
      for (const i of cell) {
        if (this.#counted[i] === question) continue;
        this.#counted[i] = question;
        sum += this.#costOver(place, this.#obstacles[i] as Obstacle);
        if (sum >= most) return sum;
      }
    }
    return sum;
  }

  *#cellsOf({ x, y, width, height }: Area): Generator<number[], undefined, undefined> {
    const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor(value / cellSize)));
    const [left, right] = [within(x, this.#columns), within(x + width, this.#columns)];
    const [top, bottom] = [within(y, this.#rows), within(y + height, this.#rows)];
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) yield this.#cells[row * this.#columns + column] as number[];
    }
    return undefined;
  }
}
