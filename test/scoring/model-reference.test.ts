import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMeshError } from '../../services/kit/errors/mesh-error.ts';
import { parseModelReference } from '../../services/scoring/model-reference.ts';
import { resolveModel } from '../../services/scoring/model-resolution.ts';
import { model } from './fakes.ts';

const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/);

describe('a model reference', () => {
  it('is a name, alone or with a version or an alias', () => {
    fc.assert(
      fc.property(name, fc.option(name), (given, qualifier) => {
        const parsed = parseModelReference(qualifier === null ? given : `${given}@${qualifier}`);
        expect(parsed.name).toBe(given);
        if (qualifier === null) expect(parsed).toMatchObject({ alias: undefined, version: undefined });
        else if (/^[0-9]+$/.test(qualifier))
          expect(parsed).toMatchObject({ alias: undefined, version: Number(qualifier) });
        else expect(parsed).toMatchObject({ alias: qualifier, version: undefined });
      }),
    );
  });

  it('is anything else refused with INVALID_REQUEST that names the field', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary', maxLength: 200 }),
          fc.constantFrom('', '@', 'a@', '@a', 'a@b@c', 'a\n', `${'a'.repeat(65)}`),
        ),
        (text) => {
          try {
            parseModelReference(text);
            expect(text).toMatch(/^[A-Za-z0-9_.-]{1,64}(@[A-Za-z0-9_.-]{1,64})?$/);
          } catch (error) {
            if (!isMeshError(error)) throw error;
            expect(error.reason).toBe('INVALID_REQUEST');
            expect(error.details.violations?.[0]?.field).toBe('model');
            expect(error.message.length).toBeLessThan(250);
          }
        },
      ),
    );
  });
});

describe('resolving a model', () => {
  const models = [
    model({ version: 1, aliases: ['champion'] }),
    model({ version: 2, aliases: ['challenger'] }),
    model({ version: 3, state: 'MODEL_STATE_FAILED', reason: 'bad graph' }),
    model({ name: 'plain', version: 1 }),
    model({ name: 'plain', version: 2 }),
    model({ name: 'plain', version: 3, state: 'MODEL_STATE_LOADING' }),
    model({ name: 'broken', version: 0, state: 'MODEL_STATE_FAILED', reason: 'not a folder' }),
  ];
  const resolve = (text: string) => resolveModel(models, parseModelReference(text));

  it.each([
    ['m', 1, 'champion'],
    ['m@2', 2, ''],
    ['m@002', 2, ''],
    ['m@challenger', 2, 'challenger'],
    ['plain', 2, ''],
  ])('%s is version %i', (text, version, alias) => {
    expect(resolve(text)).toMatchObject({ model: { version }, alias });
  });

  it.each([
    ['nope', 'MODEL_NOT_FOUND', 'm, plain, broken'],
    ['m@9', 'MODEL_VERSION_NOT_FOUND', '1, 2, 3'],
    ['broken@0', 'MODEL_VERSION_NOT_FOUND', 'no version 0'],
    ['m@99999999999999999999999', 'MODEL_VERSION_NOT_FOUND', '1, 2, 3'],
    ['m@nope', 'MODEL_ALIAS_NOT_FOUND', 'champion, challenger'],
    ['m@3', 'MODEL_NOT_READY', 'bad graph'],
    ['broken', 'MODEL_NOT_READY', 'not a folder'],
  ])('%s is refused with %s, naming what there is', (text, reason, names) => {
    expect(() => resolve(text)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(names) }),
    );
  });
});
