/** How the text of a setting becomes a value. Pure. */
export interface Kind<T> {
  /** What is accepted, as the end of "give ...": "an integer from 1 to 65535". */
  readonly accepts: string;
  /** The value, or undefined if the text is not accepted. The text is trimmed and not empty. */
  parse(text: string): T | undefined;
  /** The text of a value, as `--help` shows a default. */
  format(value: T): string;
  /** The text without what must not be logged, for a message about a value that is not accepted. */
  mask?(text: string): string;
}

/** Text without control characters. */
export function text(accepts = 'text without control characters'): Kind<string> {
  return { accepts, parse: (given) => (hasControl(given) ? undefined : given), format: (value) => value };
}

/** What `authorization: Bearer` can carry (RFC 6750, section 2.1). */
export function bearerToken(minLength: number): Kind<string> {
  return {
    accepts: `at least ${minLength} letters, digits and - . _ ~ + /, with = only at the end`,
    parse: (given) => (given.length >= minLength && /^[\w.~+/-]+=*$/.test(given) ? given : undefined),
    format: (value) => value,
  };
}

/** A folder's path, as given: relative ones belong to the working directory. */
export function folder(): Kind<string> {
  return text("a folder's path");
}

/** A file's path, as given. */
export function file(): Kind<string> {
  return text("a file's path");
}

export function integer(min: number, max: number): Kind<number> {
  return {
    accepts: `an integer from ${min} to ${max}`,
    parse: (given) => {
      // Adding nothing turns minus zero into zero.
      const value = /^[+-]?\d{1,16}$/.test(given) ? Number(given) + 0 : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
    format: String,
  };
}

/** A TCP port; 0 lets the system choose one. */
export function port(): Kind<number> {
  return { ...integer(0, 65_535), accepts: 'a port from 1 to 65535, or 0 for any free one' };
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration with its unit, e.g. 500ms, 2.5s, 10m; the value is in whole milliseconds. Bounds are inclusive. */
export function duration(minMs: number, maxMs: number): Kind<number> {
  return {
    accepts: `a duration with its unit (ms, s, m, h, d) from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`,
    parse: (given) => {
      const [, amount, unit] = /^(\d{1,15}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)$/.exec(given) ?? [];
      const value = Math.round(Number(amount) * (unitsMs[unit ?? ''] ?? Number.NaN));
      return value >= minMs && value <= maxMs ? value : undefined;
    },
    format: formatDuration,
  };
}

function formatDuration(valueMs: number): string {
  const unit =
    ['d', 'h', 'm', 's'].find((name) => valueMs > 0 && valueMs % (unitsMs[name] ?? 1) === 0) ?? 'ms';
  return `${valueMs / (unitsMs[unit] ?? 1)}${unit}`;
}

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  return {
    accepts: `one of ${choices.join(', ')}`,
    parse: (given) => choices.find((name) => name === given),
    format: (value) => value,
  };
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
]);

export function flag(): Kind<boolean> {
  return {
    accepts: 'true or false',
    parse: (given) => flags.get(given.toLowerCase()),
    format: String,
  };
}

/** Values of one kind, comma separated, none twice. */
export function list<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    accepts: `${kind.accepts}; several are separated by commas, none twice`,
    parse: (given) => {
      const items = given.split(',').map((item) => item.trim());
      if (new Set(items).size < items.length) return undefined;
      const values = items.map((item) => (item === '' ? undefined : kind.parse(item)));
      return values.every((value) => value !== undefined) ? Object.freeze(values) : undefined;
    },
    format: (values) => values.map((value) => kind.format(value)).join(','),
    ...(kind.mask === undefined ? {} : { mask: kind.mask }),
  };
}

/** A URL of one of these schemes, with a host. A password in it is never shown. */
export function url(...schemes: readonly string[]): Kind<string> {
  return {
    accepts: `a URL such as ${schemes[0]}://host:port${schemes.length > 1 ? ` (${schemes.join(', ')})` : ''}`,
    parse: (given) => {
      const parsed = hasControl(given) || !URL.canParse(given) ? undefined : new URL(given);
      const ok =
        parsed !== undefined && parsed.hostname !== '' && schemes.includes(parsed.protocol.slice(0, -1));
      return ok ? given : undefined;
    },
    format: maskUser,
    mask: maskUser,
  };
}

/** Takes what stands before an @ out of a URL or what was meant as one. */
export function maskUser(given: string): string {
  return given.replace(/(^|:\/\/|,)[^,]*@/g, '$1***@');
}

const hostName =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/**
 * Where a role runs: host:port, or several separated by commas. A host is a DNS name, which stands for each of its records, an
 * IPv4 address or an IPv6 address in brackets. The value is the same text without blanks.
 */
export function addresses(): Kind<string> {
  return {
    accepts: 'host:port, [ipv6]:port, or several separated by commas, none twice',
    parse: (given) => {
      const items = given.split(',').map((item) => item.trim().toLowerCase());
      return new Set(items).size === items.length && items.every(isAddress) ? items.join(',') : undefined;
    },
    format: (value) => value,
  };
}

/** Where one server listens. */
export function address(): Kind<string> {
  return {
    accepts: 'host:port or [ipv6]:port',
    parse: (given) => (isAddress(given.toLowerCase()) ? given.toLowerCase() : undefined),
    format: (value) => value,
  };
}

function isAddress(item: string): boolean {
  const [, host = '', digits = ''] = /^(\[[0-9a-f:.%]+\]|[^:[\]]+):(\d{1,5})$/.exec(item) ?? [];
  const portNumber = Number(digits);
  if (portNumber < 1 || portNumber > 65_535) return false;
  if (host.startsWith('[')) return URL.canParse(`http://${host}:1`);
  // All-numeric names are IPv4 addresses, or mistyped ones.
  return /^[\d.]+$/.test(host)
    ? /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/.test(host)
    : hostName.test(host);
}

function hasControl(given: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(given);
}
