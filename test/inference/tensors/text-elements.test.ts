import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readElements, writeElements } from '../../../services/inference/tensors/text-elements.ts';

const text = fc.string({ unit: 'binary' }).filter((t) => !t.includes('\0'));

describe('elements of a BYTES tensor', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(readElements(writeElements(texts), texts.length)).toEqual({ texts });
      }),
    );
  });

  it('are either read or refused, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(6), (bytes, count) => {
        const read = readElements(bytes, count);
        if ('texts' in read) expect(Buffer.compare(writeElements(read.texts), bytes)).toBe(0);
        else expect(read.fault).not.toBe('');
      }),
    );
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([1, 0, 0, 0, 0xff]), 'element 0 is not UTF-8 text'],
    ['a NUL, which would be cut', Buffer.from([1, 0, 0, 0, 0]), 'has a NUL byte'],
    ['a length past the end', Buffer.from([9, 0, 0, 0, 65]), 'ends inside element 0'],
    ['half a length', Buffer.from([9, 0]), 'ends inside the length of element 0'],
    ['too many elements', writeElements(['a', 'b']), 'bytes left after its 1 elements'],
    ['too few elements', writeElements([]), 'has 0 elements where its shape needs 1'],
  ])('refuse %s', (_what, bytes, fault) => {
    expect(readElements(bytes, 1)).toEqual({ fault: expect.stringContaining(fault) });
  });
});
