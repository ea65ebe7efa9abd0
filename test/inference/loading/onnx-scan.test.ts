import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { loadSession } from '../../../services/inference/execution/session.ts';
import { type OnnxFacts, scanOnnx } from '../../../services/inference/loading/onnx-scan.ts';
import { onnxLimits, supportFaults } from '../../../services/inference/loading/onnx-support.ts';
import { linearModel } from '../onnx-models.ts';
import { edited } from './odd-models.ts';

const { AttributeProto, TensorProto } = onnxProto.onnx;
const linear = linearModel([1, 2], 3);

function factsOf(bytes: Buffer): OnnxFacts {
  const scan = scanOnnx(bytes);
  if ('fault' in scan) throw new Error(scan.fault);
  return scan.facts;
}

/** An operator of another domain, inside a branch of the model. */
function nested(domain: string): Buffer {
  return edited(linear, (model) => {
    const inner = { name: 'branch', node: [{ opType: 'Odd', domain, input: ['x'], output: ['z'] }] };
    model.graph.node!.push({
      opType: 'If',
      input: ['c'],
      output: ['z'],
      attribute: [{ name: 'then_branch', g: inner, type: AttributeProto.AttributeType.GRAPH }],
    });
  });
}

function withOpset(domain: string, version: number): Buffer {
  return edited(linear, (model) => {
    model.opsetImport = [
      ...model.opsetImport!.filter((known) => known.domain !== domain),
      { domain, version },
    ];
  });
}

describe('a scan', () => {
  it('finds versions, operators in branches, functions and external tensors', () => {
    const bytes = edited(nested('odd.domain'), (model) => {
      model.opsetImport!.push({ domain: 'odd.domain', version: 3 });
      model.functions = [{ name: 'Twice', domain: 'mine', node: [{ opType: 'Add', input: [], output: [] }] }];
      model.graph.initializer!.push({
        name: 'far',
        dims: [1],
        dataType: 1,
        dataLocation: TensorProto.DataLocation.EXTERNAL,
        externalData: [{ key: 'location', value: 'weights.bin' }],
      });
    });
    expect(factsOf(bytes)).toEqual({
      irVersion: 8,
      opsets: { '': 17, 'odd.domain': 3 },
      operators: new Set([':Gemm', 'odd.domain:Odd', ':If', ':Add']),
      functions: new Set(['mine:Twice']),
      externalTensors: ['far'],
      hasGraph: true,
    });
  });

  it('reads a real model', () => {
    const path = new URL('../../../examples/flights/models/flight_delay/1/model.onnx', import.meta.url);
    const facts = factsOf(readFileSync(path));
    expect(facts).toMatchObject({ irVersion: 8, opsets: { '': 17, 'ai.onnx.ml': 3 } });
    expect(supportFaults(facts)).toEqual([]);
  });

  it('tells a model that is cut short from bytes that never were one', () => {
    expect(scanOnnx(linear.subarray(0, linear.length - 20))).toMatchObject({ looksRight: true });
    expect(scanOnnx(Buffer.from('<!DOCTYPE html><html>'))).toMatchObject({ looksRight: false });
  });

  it('answers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const scan = scanOnnx(Buffer.from(bytes));
        expect('facts' in scan || typeof scan.fault === 'string').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('answers for a model with any bytes changed or missing, and its support is decided', () => {
    const model = nested('odd.domain');
    const change = fc.record({ at: fc.nat(model.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(model.length), (changes, length) => {
        const bytes = Buffer.from(model.subarray(0, length));
        for (const { at, byte } of changes) if (at < length) bytes[at] = byte;
        const scan = scanOnnx(bytes);
        if ('facts' in scan) expect(Array.isArray(supportFaults(scan.facts))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses graphs that are nested without end, without running out of stack', () => {
    // Field 7 of the model, then node (1), attribute (5), graph (6), again and again.
    let inner = Buffer.alloc(0);
    const wrap = (field: number): void => {
      const length: number[] = [];
      for (let rest = inner.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      inner = Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), inner]);
    };
    for (let depth = 0; depth < 2000; depth++) for (const field of [6, 5, 1]) wrap(field);
    wrap(7);
    expect(scanOnnx(inner)).toMatchObject({ fault: expect.stringContaining('nested') });
  });
});

describe('what ONNX Runtime takes', () => {
  const loads = (bytes: Buffer): boolean => {
    try {
      loadSession(bytes).close();
      return true;
    } catch {
      return false;
    }
  };

  it.each([...onnxLimits.opsets].filter(([domain]) => domain !== 'ai.onnx'))(
    'goes up to operator set "%s" %i and no further',
    (domain, limit) => {
      expect([limit, limit + 1].map((version) => loads(withOpset(domain, version)))).toEqual([true, false]);
      expect(supportFaults(factsOf(withOpset(domain, limit)))).toEqual([]);
      expect(supportFaults(factsOf(withOpset(domain, limit + 1)))).toEqual([
        expect.stringContaining(`${limit + 1} is newer than ${limit}`),
      ]);
    },
  );

  it('goes up to the IR version that is named and no further', () => {
    const limit = onnxLimits.irVersion;
    const [last, next] = [limit, limit + 1].map((irVersion) =>
      edited(linear, (model) => {
        model.irVersion = irVersion;
      }),
    );
    expect([loads(last!), loads(next!)]).toEqual([true, false]);
    expect(supportFaults(factsOf(last!))).toEqual([]);
    expect(supportFaults(factsOf(next!))).toEqual([
      expect.stringContaining(`IR version ${limit + 1} is newer`),
    ]);
  });

  it('is no operator of another domain, unless the file defines it', () => {
    expect(supportFaults(factsOf(nested('odd.domain')))).toEqual([
      expect.stringContaining("not part of ONNX Runtime: 'odd.domain:Odd'"),
    ]);
    const defined = edited(nested('odd.domain'), (model) => {
      model.functions = [{ name: 'Odd', domain: 'odd.domain', node: [] }];
    });
    expect(supportFaults(factsOf(defined))).toEqual([]);
    for (const domain of ['ai.onnx', 'ai.onnx.ml', 'com.microsoft'])
      expect(supportFaults(factsOf(nested(domain)))).toEqual([]);
    expect(supportFaults(factsOf(nested('ai.onnx.preview.training')))).toHaveLength(1);
  });

  it('is no external data, and every fault is named at once', () => {
    const bytes = edited(nested('odd'), (model) => {
      model.irVersion = 99;
      model.graph.initializer![0]!.dataLocation = TensorProto.DataLocation.EXTERNAL;
    });
    expect(supportFaults(factsOf(bytes))).toEqual([
      expect.stringContaining('IR version 99'),
      expect.stringContaining("'odd:Odd'"),
      expect.stringContaining("'w' is in other files"),
    ]);
  });
});
