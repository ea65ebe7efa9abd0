/** An expression that can't be used: where in its text, both counted from 1, and why. */
export class ExpressionFault extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, source: string, position: number) {
    super(message);
    this.name = 'ExpressionFault';
    const before = source.slice(0, position).split('\n');
    this.line = before.length;
    this.column = (before.at(-1) ?? '').length + 1;
  }
}

/** An expression that could not be computed for the values it was given. Its message holds no value of an event or input. */
export class EvaluationFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EvaluationFault';
  }
}
