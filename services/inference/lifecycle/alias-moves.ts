/** Alias -> version. */
export type Aliases = ReadonlyMap<string, number>;

/**
 * Where aliases point next, given where they shall point. One moves only to a version that answers, as long as the one it leaves
 * does; so a new version and the alias that names it can be put in place together. One that points nowhere yet, or at a version that
 * doesn't answer, moves at once.
 */
export function moveAliases(
  current: Aliases,
  desired: Aliases,
  isReady: (version: number) => boolean,
): Map<string, number> {
  const moved = new Map<string, number>();
  for (const [alias, version] of desired) {
    const from = current.get(alias);
    moved.set(alias, from !== undefined && isReady(from) && !isReady(version) ? from : version);
  }
  return moved;
}

/** One difference between two moments. */
export interface AliasMove {
  readonly alias: string;
  /** 0 for none. */
  readonly from: number;
  /** 0 for none. */
  readonly to: number;
}

export function aliasDifferences(before: Aliases, after: Aliases): AliasMove[] {
  const moves: AliasMove[] = [];
  for (const [alias, from] of before) if (!after.has(alias)) moves.push({ alias, from, to: 0 });
  for (const [alias, to] of after) {
    const from = before.get(alias) ?? 0;
    if (from !== to) moves.push({ alias, from, to });
  }
  return moves;
}
