import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Byte, JsonReader } from '../../../../../gateway/http/oip/tensors/json-reader.ts';
import { isMeshError } from '../../../../../services/kit/errors/mesh-error.ts';

const readerOf = (text: string | Uint8Array): JsonReader => new JsonReader(Buffer.from(text as string));

/** Whether the reader takes the whole text as one value. */
function takes(text: string): boolean {
  try {
    const json = readerOf(text);
    json.skip();
    json.finish();
    return true;
  } catch (error) {
    if (isMeshError(error) && error.reason === 'INVALID_REQUEST') return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** UTF-16 units, as JSON escapes them. */
const units = (text: string): number[] => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
const escapeOf = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

const jsonText = fc.json({ maxDepth: 5 });
/** Nearly JSON: a part is cut, doubled or replaced. */
const brokenJson = fc
  .tuple(
    jsonText,
    fc.nat(),
    fc.nat(4),
    fc.constantFrom('', '"', '\\', '0', '-', '.', 'e', ',', ']', '{', ' ', 'N', '\n'),
  )
  .map(([text, at, length, put]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + length);
  });
/** What JSON does not know, or cannot be told as UTF-8, and the reader treats otherwise than JSON.parse on purpose. */
const special = /NaN|Infinity|\p{Surrogate}|\\u[dD]|\uFEFF|__proto__/u;

describe('the JSON reader', () => {
  it('takes what JSON.parse takes and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(jsonText, brokenJson), (text) => {
        fc.pre(!special.test(text));
        expect(takes(text)).toBe(parses(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('lives on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const json = readerOf(bytes);
          json.skip();
          json.finish();
        } catch (error) {
          expect(isMeshError(error) && error.reason).toBe('INVALID_REQUEST');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('reads texts as they were written, whichever characters and escapes they have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, escaped) => {
        const sent = escaped ? `"${units(text).map(escapeOf).join('')}"` : JSON.stringify(text);
        expect(readerOf(sent).text()).toBe(text);
        const json = readerOf(sent);
        json.scanText();
        expect(Buffer.from(json.bytesRead()).toString()).toBe(text);
      }),
    );
    expect(readerOf('"\\u0041\\ud83d\\ude00\\n"').text()).toBe('A😀\n');
  });

  it.each(['"\\ud83d"', '"\\x"', '"a', '"\n"', '"\\'])('refuses the text %s', (text) => {
    expect(() => readerOf(text).text()).toThrow(/inference request/);
  });

  it('reads every number to the double that JSON.parse reads', () => {
    const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,25})$/);
    const token = fc
      .tuple(
        fc.constantFrom('', '-'),
        digits,
        fc.option(fc.stringMatching(/^[0-9]{1,25}$/), { nil: undefined }),
        fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.integer({ min: -340, max: 320 })), {
          nil: undefined,
        }),
      )
      .map(
        ([sign, whole, fraction, power]) =>
          `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${power === undefined ? '' : power.join('')}`,
      );
    fc.assert(
      fc.property(
        fc.oneof(token, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
        (text) => {
          const json = readerOf(text);
          json.scanNumber();
          expect(json.token()).toBe(text);
          expect(json.double()).toBe(Number(text));
          json.finish();
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('refuses nesting that would exhaust the stack', () => {
    expect(() => readerOf('['.repeat(100_000)).skip()).toThrow(/nested more than 64 deep/);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => readerOf(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(/not UTF-8/);
  });

  it('walks arrays and objects', () => {
    const json = readerOf(' { "a" : [ 1 , 2 ] , "b" : { } } ');
    const seen: string[] = [];
    for (let more = json.enter(Byte.openBrace, Byte.closeBrace); more; more = json.more(Byte.closeBrace)) {
      seen.push(json.key());
      json.skip();
    }
    json.finish();
    expect(seen).toEqual(['a', 'b']);
  });
});
