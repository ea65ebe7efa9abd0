import { describe, expect, it } from 'vitest';
import type { RequestInput__Output } from '../../services/gen/scoremesh/inference/v1/RequestInput.ts';
import type { Value__Output } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import { checkInputs, checkRequest } from '../../services/scoring/request-inputs.ts';
import { planOf } from '../../services/scoring/score-plan.ts';
import { flag, float32, integer, model, number, requestInput, scoreRequest, tensor, text } from './fakes.ts';

const check = (declared: RequestInput__Output, value: Value__Output | undefined) =>
  checkInputs(
    scoreRequest({ inputs: value === undefined ? {} : { [declared.name]: value } }),
    planOf(model({ requestInputs: [declared] })),
  );

describe('a request', () => {
  it('within its bounds passes', () => {
    expect(() =>
      checkRequest(scoreRequest({ requestId: 'r'.repeat(128), entities: { a: 'k'.repeat(256) } })),
    ).not.toThrow();
  });

  it('beyond its bounds is refused with every fault at once', () => {
    const entities = {
      '': '',
      long: 'k'.repeat(257),
      ...Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`e${n}`, 'k'])),
    };
    const inputs = Object.fromEntries(Array.from({ length: 4097 }, (_, n) => [`i${n}`, number(1)]));
    const request = scoreRequest({ requestId: 'r'.repeat(129), entities, inputs });
    expect(() => checkRequest(request)).toThrow(
      expect.objectContaining({
        reason: 'INVALID_REQUEST',
        details: {
          violations: ['request_id', 'entities', 'entities.', 'entities.long', 'inputs'].map((field) =>
            expect.objectContaining({ field }),
          ),
        },
      }),
    );
  });

  it.each([
    ['ASCII', 'a', 16_383],
    ['two bytes a character', 'é', 8_191],
    ['three bytes a character', '€', 5_461],
  ])('may have as much text as a record holds, of %s', (_what, character, most) => {
    const request = (length: number) => scoreRequest({ inputs: { t: text(character.repeat(length)) } });
    expect(() => checkRequest(request(most))).not.toThrow();
    expect(() => checkRequest(request(most + 1))).toThrow(
      expect.objectContaining({ reason: 'INVALID_REQUEST' }),
    );
  });
});

describe('a request to a model about somebody', () => {
  it('has to say about whom', () => {
    const plan = planOf(model({ subject: 'passenger', requestInputs: [] }));
    expect(() =>
      checkInputs(scoreRequest({ inputs: {}, entities: { passenger: 'P-1' } }), plan),
    ).not.toThrow();
    for (const entities of [{}, { other: 'P-1' }])
      expect(() => checkInputs(scoreRequest({ inputs: {}, entities }), plan)).toThrow(
        expect.objectContaining({
          reason: 'ENTITY_MISSING',
          details: { violations: [expect.objectContaining({ field: 'entities.passenger' })] },
        }),
      );
  });
});

describe('an input', () => {
  it.each([
    ['number', number(1.5)],
    ['number', integer(2)],
    ['integer', integer(2)],
    ['integer', number(2)],
    ['text', text('')],
    ['flag', flag(false)],
    ['tensor', tensor('FP32', [1], float32(Number.NaN))],
    ['tensor', number(1)],
    ['tensor', text('a')],
  ])('of type %s takes %o', (type, value) => {
    expect(() => check(requestInput('x', type), value)).not.toThrow();
  });

  it.each([
    ['number', text('1')],
    ['number', flag(true)],
    ['number', tensor('FP32', [1], float32(1))],
    ['integer', number(1.5)],
    ['integer', number(2 ** 60)],
    ['integer', number(Number.NaN)],
    ['text', number(1)],
    ['flag', number(1)],
  ])('of type %s refuses %o', (type, value) => {
    expect(() => check(requestInput('x', type), value)).toThrow(
      expect.objectContaining({
        reason: 'INPUT_TYPE_MISMATCH',
        message: expect.stringContaining('"x"'),
        details: { violations: [{ field: 'inputs.x', description: `must be ${type}` }] },
      }),
    );
  });

  it.each([
    ['is absent', undefined],
    ['has no value', {}],
  ])('that %s is missing, and what the model needs is named', (_what, value) => {
    expect(() => check(requestInput('x', 'number'), value)).toThrow(
      expect.objectContaining({ reason: 'INPUT_MISSING', message: expect.stringContaining('x (number)') }),
    );
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'called %s is missing like any other',
    (name) => {
      expect(() => check(requestInput(name, 'number'), undefined)).toThrow(
        expect.objectContaining({ reason: 'INPUT_MISSING' }),
      );
    },
  );

  it('that the model does not know is refused, and what it knows is named', () => {
    const plan = planOf(model({ requestInputs: [requestInput('x', 'number')] }));
    expect(() => checkInputs(scoreRequest({ inputs: { x: number(1), y: number(1) } }), plan)).toThrow(
      expect.objectContaining({ reason: 'INPUT_UNKNOWN', message: expect.stringMatching(/"y".*it has x/) }),
    );
    expect(() => checkInputs(scoreRequest({ inputs: { y: number(1) } }), planOf(model()))).toThrow(
      /it has none/,
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d unless it is declared to take it', (value) => {
    expect(() => check(requestInput('x', 'number'), number(value))).toThrow(
      expect.objectContaining({ reason: 'INPUT_OUT_OF_RANGE' }),
    );
    expect(() => check(requestInput('x', 'number', { allowNotFinite: true }), number(value))).not.toThrow();
  });

  it('keeps to its range, ends included', () => {
    const declared = requestInput('x', 'number', { min: -1, max: 1 });
    for (const value of [-1, 0, 1]) expect(() => check(declared, number(value))).not.toThrow();
    for (const value of [-1.01, 1.01]) {
      expect(() => check(declared, number(value))).toThrow(
        expect.objectContaining({
          reason: 'INPUT_OUT_OF_RANGE',
          message: expect.stringContaining('-1 to 1'),
        }),
      );
    }
    expect(() => check(requestInput('x', 'number', { min: 0 }), integer(-1))).toThrow(/0 to infinity/);
  });
});
