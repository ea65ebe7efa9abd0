/** What was found about one claim: one value a round, and what it may be. */
export interface Finding {
  readonly name: string;
  /** What it is compared with in the same run. */
  readonly against: string;
  /** One a round. */
  readonly values: readonly number[];
  readonly budget: { readonly atMost: number } | { readonly atLeast: number };
  /** What the ratio was made of, for people. */
  readonly detail: string;
}

export function printFindings(title: string, findings: readonly Finding[]): void {
  console.log(`\n${title}, median (lowest to highest) of the rounds\n`);
  console.log('| what | against | ratio | budget | of |');
  console.log('|---|---|---|---|---|');
  for (const { name, against, values, budget, detail } of findings) {
    const [sign, bound] = 'atMost' in budget ? ['<=', budget.atMost] : ['>=', budget.atLeast];
    const middle = median(values);
    const kept = 'atMost' in budget ? middle <= bound : middle >= bound;
    console.log(
      `| ${name} | ${against} | ${rangeOf(values)} | ${sign} ${bound}${kept ? '' : ' **missed**'} | ${detail} |`,
    );
  }
}

/** "2.59 (2.52 to 3.24)" */
export function rangeOf(values: readonly number[], digits = 2): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that this share of the values lies below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Says where the bench is, to whoever watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}
