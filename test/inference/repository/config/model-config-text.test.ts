import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  maxConfigBytes,
  parseModelConfig,
  parseModelConfigJson,
} from '../../../../services/inference/repository/config/model-config-text.ts';
import { fastCodecs } from '../../../../services/kit/contract/protos.ts';
import { anyMessage, printText } from './text-printer.ts';

const schema = fastCodecs.schemaOf('inference.ModelConfig');

function config(text: string) {
  const parsed = parseModelConfig(text);
  if ('value' in parsed) return parsed.value;
  throw new Error(parsed.faults.join());
}

function fault(text: string): string {
  const parsed = parseModelConfig(text);
  if ('value' in parsed) throw new Error('it was accepted');
  expect(parsed.faults).toHaveLength(1);
  return parsed.faults[0]!;
}

describe('config.pbtxt', () => {
  it('is read as people write it for Triton', () => {
    const read = config(`
      # A density model.
      name: "densenet_onnx"
      platform: "onnxruntime_onnx"
      max_batch_size : 8
      input [
        { name: "data_0" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 224, 224 ] },
        { name: 'mask'; data_type: TYPE_STRING, dims: -1; }
      ]
      output { name: "fc6_1" data_type: TYPE_FP32 dims: 1000 dims: 1 label_filename: "labels.txt" }
      version_policy: { specific: { versions: [1, 0x3] } }
      instance_group [ { count: 2 kind: KIND_CPU } ]
      dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
      parameters { key: "execution_mode" value: { string_value: "0" } }
      parameters: { key: "other" value < string_value: "a" 'b' > }
      metric_tags { key: "k" }
    `);
    expect(read).toMatchObject({
      name: 'densenet_onnx',
      maxBatchSize: 8,
      statesMaxBatchSize: true,
      input: [
        { name: 'data_0', dataType: 'TYPE_FP32', format: 'FORMAT_NCHW', dims: ['3', '224', '224'] },
        { name: 'mask', dataType: 'TYPE_STRING', dims: ['-1'] },
      ],
      output: [{ name: 'fc6_1', dims: ['1000', '1'], labelFilename: 'labels.txt' }],
      versionPolicy: { policyChoice: 'specific', specific: { versions: ['1', '3'] } },
      instanceGroup: [{ count: 2, kind: 'KIND_CPU' }],
      dynamicBatching: {
        preferredBatchSize: [4, 8],
        maxQueueDelayMicroseconds: '100',
        defaultQueuePolicy: null,
      },
      parameters: { execution_mode: { stringValue: '0' }, other: { stringValue: 'ab' } },
      metricTags: { k: '' },
      modelWarmup: [],
    });
  });

  it('may be empty, which states nothing', () => {
    expect(config(' # nothing\n')).toMatchObject({ maxBatchSize: 0, statesMaxBatchSize: false, input: [] });
  });

  it.each([
    ['"\\a\\b\\f\\n\\r\\t\\v\\?\\\\\\\'\\""', '\x07\b\f\n\r\t\v?\\\'"'],
    ['"\\101\\x41\\X41\\u0041\\U00000041\\U0001F600"', 'AAAAA\u{1f600}'],
    ['"it\'s" \'"\' # both\n ""', 'it\'s"'],
    ['"\\303\\244ä"', 'ää'],
    ['"\\0"', '\0'],
  ])('reads the text %s', (written, text) => {
    expect(config(`name: ${written}`).name).toBe(text);
  });

  it.each([
    ['-1', -1],
    ['- # sign\n 1', -1],
    ['010', 8],
    ['0x7fffffff', 2147483647],
    ['-0x80000000', -2147483648],
    ['00', 0],
    ['-0', 0],
  ])('reads the number %s', (written, number) => {
    expect(config(`max_batch_size: ${written}`).maxBatchSize).toBe(number);
  });

  it('keeps 64 bits whole', () => {
    expect(config('input { dims: [9223372036854775807, -9223372036854775808] }').input[0]?.dims).toEqual([
      '9223372036854775807',
      '-9223372036854775808',
    ]);
  });

  it('takes no entry of a map for a prototype', () => {
    const { metricTags } = config('metric_tags { key: "__proto__" value: "x" }');
    expect(Object.getPrototypeOf(metricTags)).toBe(Object.prototype);
    expect(Object.keys(metricTags)).toEqual(['__proto__']);
  });

  it.each([
    ['max_batchsize: 1', "1:1: max_batchsize: ModelConfig has no such field; did you mean 'max_batch_size'?"],
    [
      'input {\n  zzzzzzzzzzz: 1 }',
      '2:3: input.zzzzzzzzzzz: ModelInput has no such field; it has name, data_type',
    ],
    ['input { data_type: TYPE_FLOAT32 }', '1:20: input.data_type: expected one of TYPE_INVALID, TYPE_BOOL'],
    ['input { data_type: TYPE_FP33 }', "found 'TYPE_FP33'; did you mean 'TYPE_FP32'?"],
    ['input { data_type: 99 }', "found '99'"],
    [
      'max_batch_size: "1"',
      '1:17: max_batch_size: expected an integer from -2147483648 to 2147483647, found a string',
    ],
    ['max_batch_size: 2147483648', "found '2147483648'"],
    ['max_batch_size: 1.0', "found '1.0'"],
    ['max_batch_size: 09', "1:17: '09' is no number"],
    ['max_batch_size: 1input {}', "1:17: '1input' is no number"],
    [`max_batch_size: ${'9'.repeat(5000)}`, "found '9999"],
    ['instance_group { count: --1 }', "found '-' and '-'"],
    ['version_policy { latest { num_versions: -1 } }', 'expected an integer from 0 to 4294967295'],
    ['max_batch_size 1', "1:16: expected ':' after 'max_batch_size', found '1'"],
    ['max_batch_size: [1]', '1:17: max_batch_size: takes one value, not a list'],
    ['max_batch_size: 1\nmax_batch_size: 2', '2:1: max_batch_size: is given twice'],
    [
      'version_policy { all {} latest {} }',
      "1:25: version_policy.latest: only one of 'all' and 'latest' may be given",
    ],
    ['name: yes', "1:7: name: expected a text in quotes, found 'yes'"],
    ['name: "a\nb"', '1:7: the string that begins here is not closed on its line with "'],
    ['name: "a', '1:7: the string that begins here is not closed'],
    ['name: "\\q"', "1:8: '\\q' is no escape"],
    ['name: "\\xff"', '1:7: the string is no UTF-8'],
    ['name: "\\400"', "1:8: '\\400' is no byte"],
    ['name: "\\ud800"', 'is no character of Unicode'],
    ['name: "\0"', '1:8: a zero character'],
    ['model_transaction_policy { decoupled: yes }', "expected true or false, found 'yes'"],
    ['model_transaction_policy { decoupled: 2 }', 'expected true or false'],
    ['input: 3', "1:8: input: expected a message in { }, found '3'"],
    ['input {', "expected the name of a field or '}', found the end of the file"],
    ['input { >', "expected the name of a field or '}', found '>'"],
    ['input [ {} {} ]', "expected ',' or ']', found '{'"],
    ['input [ {}, ]', "input: expected a message in { }, found ']'"],
    ['input { dims: [1, ] }', 'input.dims: expected an integer'],
    ['}', "1:1: expected the name of a field, found '}'"],
    ['[a.b]: 1', '1:1: extensions and Any have no place in this message'],
    ['parameters { key: "a" value: 1 }', 'parameters.value: expected a message in { }'],
    ['parameters { name: "a" }', 'parameters.name: an entry of a map has no such field; it has key, value'],
    ['name: "a" ! ', "1:11: unexpected '!'"],
    ['\ufeffname: "a"', '1:1: unexpected character U+FEFF'],
    ['sequence_batching { }', '1:1: sequence_batching: requests are independent of each other here'],
    ['instance_group { gpus: [0] }', '1:18: instance_group.gpus: models run on the CPU here; remove it'],
    ['optimization { graph { level: 1 } }', '1:16: optimization.graph: ONNX Runtime decides'],
    [`optimization ${'{ a '.repeat(40)}`, 'is nested deeper than 32 levels'],
    [`name: "${'a'.repeat(maxConfigBytes)}"`, 'more than the 262144 bytes'],
  ])('refuses %.60s', (text, message) => {
    expect(fault(text)).toContain(message);
  });

  it('passes over what changes no answer', () => {
    const read = config(`
      optimization { priority: PRIORITY_MAX; input_pinned_memory { enable: true } gather_kernel_buffer_threshold: -0x1 }
      model_metrics { metric_control: [ { metric_identifier { family: "a" "b" } histogram_options { buckets: [0.1, 1e3, 2.5f] } } ] }
      max_batch_size: 2
    `);
    expect(read.maxBatchSize).toBe(2);
  });

  it('says the same however it is written', () => {
    fc.assert(
      fc.property(anyMessage(schema), fc.infiniteStream(fc.nat(1000)), (message, numbers) => {
        const style = (choices: number): number => numbers.next().value % choices;
        const { statesMaxBatchSize, ...read } = config(printText(message, schema, style));
        expect(statesMaxBatchSize).toBe(true);
        expect(read).toEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused by name and place, never anything else', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '{',
        '}',
        '<',
        '>',
        '[',
        ']',
        ':',
        ',',
        ';',
        '-',
        '"',
        "'",
        '\\',
        '#',
        '\n',
        '0x',
        '1e',
        '.5',
        ' ',
      ),
      fc.constantFrom(
        ...schema.fields.keys(),
        'key',
        'value',
        'dims',
        'TYPE_FP32',
        'optimization',
        'true',
        'inf',
        '1',
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const parsed = parseModelConfig(parts.join(' '));
        if ('faults' in parsed) expect(parsed.faults[0]).toMatch(/^\d+:\d+: ./);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read or refused when something of it is lost or doubled', () => {
    fc.assert(
      fc.property(
        anyMessage(schema),
        fc.infiniteStream(fc.nat(1000)),
        fc.nat(),
        fc.nat(40),
        fc.boolean(),
        (message, numbers, start, length, doubled) => {
          const text = printText(message, schema, (choices) => numbers.next().value % choices);
          const at = start % (text.length + 1);
          const damaged = text.slice(0, at) + text.slice(doubled ? Math.max(0, at - length) : at + length);
          const parsed = parseModelConfig(damaged);
          if ('faults' in parsed) expect(parsed.faults[0]).toMatch(/^\d+:\d+: ./);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes a time that grows with its length, even on one line', () => {
    const timeOf = (items: number): number => {
      const text = `input { dims: [${'1,'.repeat(items)}1] }`;
      const startedAt = performance.now();
      expect(config(text).input[0]?.dims).toHaveLength(items + 1);
      return performance.now() - startedAt;
    };
    timeOf(6_000);
    expect(timeOf(120_000)).toBeLessThan(200 * Math.max(1, timeOf(6_000)));
  });
});

describe('a configuration in JSON', () => {
  function read(text: string) {
    const parsed = parseModelConfigJson(text);
    if ('value' in parsed) return parsed.value;
    throw new Error(parsed.faults.join('; '));
  }

  it('may use either spelling of names, and texts for numbers', () => {
    const snake = read(
      '{"max_batch_size": "8", "input": [{"name": "x", "data_type": "TYPE_FP32", "dims": [-1, "4"]}]}',
    );
    const camel = read('{"maxBatchSize": 8, "input": [{"name": "x", "dataType": 11, "dims": ["-1", 4]}]}');
    expect(snake).toEqual(camel);
    expect(snake).toMatchObject({
      maxBatchSize: 8,
      statesMaxBatchSize: true,
      input: [{ dims: ['-1', '4'] }],
    });
  });

  it('is what parses back to the configuration that it was made of', () => {
    fc.assert(
      fc.property(anyMessage(schema), (message) => {
        // Names of oneofs are of the generated types only.
        const json = JSON.stringify(message, (key, value) =>
          key === 'policyChoice' || key === 'inputDataType' ? undefined : value,
        );
        const { statesMaxBatchSize: _, ...back } = read(json);
        expect(back).toEqual(message);
      }),
      { numRuns: 200 },
    );
  });

  it('passes with empty fields that are not supported, as Triton tells its own', () => {
    const triton = {
      name: 'm',
      version_policy: { latest: { num_versions: 1 } },
      max_batch_size: 8,
      optimization: {
        priority: 'PRIORITY_DEFAULT',
        input_pinned_memory: { enable: true },
        eager_batching: false,
      },
      instance_group: [
        {
          name: 'm',
          kind: 'KIND_CPU',
          count: 1,
          gpus: [],
          passive: false,
          host_policy: '',
          rate_limiter: null,
        },
      ],
      cc_model_filenames: {},
      batch_input: [],
      runtime: '',
      dynamic_batching: null,
    };
    expect(read(JSON.stringify(triton))).toMatchObject({ maxBatchSize: 8, dynamicBatching: null });
  });

  it.each([
    ['{', 'it is no JSON'],
    ['[]', 'the configuration: expected an object, found a list'],
    ['{"max_batchsize": 1}', "max_batchsize: ModelConfig has no such field; did you mean 'max_batch_size'?"],
    ['{"maxBatchSize": 1, "max_batch_size": 1}', 'max_batch_size: is given twice'],
    ['{"max_batch_size": 1.5}', 'max_batch_size: expected an integer'],
    ['{"max_batch_size": true}', 'found true'],
    ['{"input": {"name": "x"}}', 'input: expected a list, found an object'],
    ['{"input": [{"dims": [9007199254740993]}]}', 'input[0].dims[0]: expected an integer'],
    ['{"input": [{"data_type": "TYPE_FP33"}]}', "did you mean 'TYPE_FP32'?"],
    ['{"parameters": {"a": "b"}}', "parameters['a']: expected an object"],
    ['{"instance_group": [{"gpus": [0]}]}', 'instance_group.gpus: models run on the CPU here'],
    ['{"sequenceBatching": {"direct": {}}}', 'sequence_batching: requests are independent'],
    ['{"optimization": {"graph": {"level": 1}}}', 'optimization.graph: ONNX Runtime decides'],
    ['{"version_policy": {"all": {}, "latest": {}}}', "only one of 'all' and 'latest' may be given"],
    [
      '{"dynamic_batching": {"priority_queue_policy": {"x": {}}}}',
      "priority_queue_policy['x']: the key is no uint64",
    ],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...schema.fields.keys()), (json, name) => {
        for (const text of [json, `{"${name}":${json}}`, json.slice(1)]) {
          const parsed = parseModelConfigJson(text);
          if ('faults' in parsed) expect(parsed.faults[0]).not.toBe('');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
