/** A metric family of the Prometheus text exposition format 0.0.4. */
export interface ExposedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly ExposedSample[];
}

export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const labelPair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/;

/** Parses strictly: throws on whatever the format does not allow. */
export function parseExposition(text: string): ExposedFamily[] {
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const families = new Map<string, { name: string; help: string; type: string; samples: ExposedSample[] }>();
  let current: { name: string; help: string; type: string; samples: ExposedSample[] } | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP' && name !== undefined) {
      if (families.has(name)) throw new Error(`${name} is there twice`);
      current = { name, help: rest ?? '', type: 'untyped', samples: [] };
      families.set(name, current);
    } else if (keyword === 'TYPE') {
      if (current === undefined || current.name !== name) throw new Error(`TYPE without HELP: ${line}`);
      current.type = rest ?? '';
    } else if (!line.startsWith('#')) {
      const sample = parseSample(line);
      if (current === undefined || !belongs(sample.name, current))
        throw new Error(`outside its family: ${line}`);
      const same = current.samples.find(
        (one) => one.name === sample.name && isSame(one.labels, sample.labels),
      );
      if (same !== undefined) throw new Error(`the same sample twice: ${line}`);
      current.samples.push(sample);
    }
  }
  return [...families.values()];
}

function parseSample(line: string): ExposedSample {
  const [, name, inner = '', value] = sampleLine.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let left = inner; left !== ''; ) {
    const [all, label, escaped] = labelPair.exec(left) ?? [];
    if (all === undefined || label === undefined || escaped === undefined)
      throw new Error(`bad labels: ${line}`);
    labels[label] = escaped.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
    left = left.slice(all.length);
  }
  return { name, labels, value: parseValue(value, line) };
}

function parseValue(text: string, line: string): number {
  const special: Record<string, number> = {
    '+Inf': Infinity,
    '-Inf': -Infinity,
    Nan: Number.NaN,
    NaN: Number.NaN,
  };
  const value = special[text] ?? Number(text);
  if (special[text] === undefined && Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return value;
}

function belongs(name: string, family: { name: string; type: string }): boolean {
  if (name === family.name) return family.type !== 'histogram';
  return (
    family.type === 'histogram' && ['_bucket', '_sum', '_count'].some((end) => name === family.name + end)
  );
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
