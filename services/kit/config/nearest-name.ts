/** The name that was probably meant: the nearest by edit distance, unless every name is too far from what was given. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(given.length / 4));
  let nearest: string | undefined;
  let nearestDistance = limit + 1;
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= nearestDistance) continue;
    const distance = editDistance(given, name);
    if (distance < nearestDistance) [nearest, nearestDistance] = [name, distance];
  }
  return nearest;
}

/** Levenshtein distance: how many insertions, deletions and substitutions turn one into the other. */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current[column] = Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
