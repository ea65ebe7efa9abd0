/** Where a command writes and what it is told from outside. */
export interface Terminal {
  /** The command's result. */
  out(line: string): void;
  /** Progress and errors. */
  err(line: string): void;
  /** Whether err is a terminal, so that a progress line may be redrawn. */
  readonly interactive: boolean;
  /** Rewrites the current line of err; only where it is interactive. */
  redraw(line: string): void;
  /** Aborts when the user asks to stop. */
  readonly stop: AbortSignal;
}
