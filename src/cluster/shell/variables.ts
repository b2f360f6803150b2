export interface Variable {
  readonly value: string | undefined;
  readonly exported: boolean;
  readonly readonly: boolean;
  /** `declare -i`: what is assigned is calculated. */
  readonly integer: boolean;
}

const unsetVariable: Variable = { value: undefined, exported: false, readonly: false, integer: false };

/** A shell's variables, with bash's dynamic scopes for `local`. */
export class Variables {
  readonly #values: Map<string, Variable>;
  /** What names meant before a function made them local; the innermost function last. */
  readonly #scopes: Map<string, Variable | undefined>[] = [];
  readonly #computed: ReadonlyMap<string, () => string>;

  constructor(values: ReadonlyMap<string, Variable>, computed: ReadonlyMap<string, () => string>) {
    this.#values = new Map(values);
    this.#computed = computed;
  }

  get(name: string): string | undefined {
    const computed = this.#computed.get(name);
    const variable = this.#values.get(name);
    if (computed !== undefined && variable === undefined) return computed();
    return variable?.value;
  }

  describe(name: string): Variable | undefined {
    return this.#values.get(name);
  }

  /** False when the variable is read-only. */
  set(name: string, value: string): boolean {
    const before = this.#values.get(name) ?? unsetVariable;
    if (before.readonly) return false;
    if (name === "RANDOM" || name === "SECONDS" || name === "LINENO") return true; // they stay computed
    this.#values.set(name, { ...before, value });
    return true;
  }

  mark(name: string, change: Partial<Pick<Variable, "exported" | "readonly" | "integer">>): void {
    this.#values.set(name, { ...(this.#values.get(name) ?? unsetVariable), ...change });
  }

  unset(name: string): boolean {
    if (this.#values.get(name)?.readonly === true) return false;
    this.#values.delete(name);
    return true;
  }

  names(): readonly string[] {
    return [...this.#values.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** What child processes get, in the order in which it was exported. */
  environment(): Map<string, string> {
    const environment = new Map<string, string>();
    for (const [name, variable] of this.#values)
      if (variable.exported && variable.value !== undefined) environment.set(name, variable.value);
    return environment;
  }

  enterFunction(): void {
    this.#scopes.push(new Map());
  }

  leaveFunction(): void {
    for (const [name, before] of this.#scopes.pop() ?? []) this.restore(name, before);
  }

  get isInFunction(): boolean {
    return this.#scopes.length > 0;
  }

  makeLocal(name: string): void {
    const scope = this.#scopes.at(-1);
    if (scope === undefined || scope.has(name)) return;
    const before = this.#values.get(name);
    scope.set(name, before);
    this.#values.set(name, { ...unsetVariable, exported: before?.exported ?? false });
  }

  /** Puts back what `describe` gave before. */
  restore(name: string, before: Variable | undefined): void {
    if (before === undefined) this.#values.delete(name);
    else this.#values.set(name, before);
  }

  snapshot(): ReadonlyMap<string, Variable> {
    return new Map(this.#values);
  }
}
