/** Names that a message spells out; a few hundred would drown it. */
const maxNames = 20;

/** The names for a message, "none" if there are none. */
export function nameList(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return 'none';
  const more = all.length > maxNames ? ` and ${all.length - maxNames} more` : '';
  return all.slice(0, maxNames).join(', ') + more;
}
