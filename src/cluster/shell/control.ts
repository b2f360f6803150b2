/** `break` and `continue`: leaves or repeats the loop so many levels out. Thrown. */
export class LoopControl {
  readonly kind: "break" | "continue";
  readonly levels: number;
  constructor(kind: "break" | "continue", levels: number) {
    this.kind = kind;
    this.levels = levels;
  }
}

/** `return`: ends the function or sourced file. Thrown. */
export class ReturnControl {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** `exit`, and errors that end a shell that is not interactive. Thrown. */
export class ExitControl {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** An error that ends the command line: a failed expansion. Its message is already printed. A shell that is not interactive exits. */
export class ExpansionFailure {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** Ctrl-C reached the job in the foreground of an interactive shell: the command line ends with 130. */
export class Interrupted {}
