import { expect, it } from 'vitest';
import { fastCodecs } from '../../../services/kit/contract/protos.ts';
import { createFastCodecs } from '../../../services/kit/wire/fast-codecs.ts';

it('a schema tells names, kinds, lists, maps and oneofs of a message', () => {
  const { name, fields } = fastCodecs.schemaOf('inference.ModelConfig');
  expect(name).toBe('ModelConfig');
  expect(fields.get('max_batch_size')).toEqual({
    name: 'maxBatchSize',
    protoName: 'max_batch_size',
    repeated: false,
    keyType: undefined,
    oneof: undefined,
    value: { kind: 'scalar', type: 'int32' },
  });
  expect(fields.get('metric_tags')).toMatchObject({
    repeated: false,
    keyType: 'string',
    value: { type: 'string' },
  });
  const input = fields.get('input');
  expect(input).toMatchObject({
    repeated: true,
    value: { kind: 'message', message: { name: 'ModelInput' } },
  });
  const policy = fields.get('version_policy')?.value;
  if (policy?.kind !== 'message') throw new Error('it is a message');
  expect([...policy.message.fields.values()].map(({ oneof }) => oneof)).toEqual(
    Array(3).fill('policyChoice'),
  );
  const warmup = fields.get('model_warmup')?.value;
  if (warmup?.kind !== 'message') throw new Error('it is a message');
  const item = warmup.message.fields.get('inputs')?.value;
  expect(item?.kind === 'message' && [...item.message.fields.values()].map(({ oneof }) => oneof)).toEqual([
    undefined,
    undefined,
    'inputDataType',
    'inputDataType',
    'inputDataType',
  ]);
  expect(item?.kind === 'message' && item.message.fields.get('data_type')?.value).toMatchObject({
    kind: 'enum',
  });
});

it('a schema of a message that contains itself ends', () => {
  const value = createFastCodecs('', ['google/protobuf/struct.proto']).schemaOf('google.protobuf.Value');
  const struct = value.fields.get('struct_value')?.value;
  expect(struct).toMatchObject({ kind: 'message', message: { name: 'Struct' } });
  expect(struct?.kind === 'message' && struct.message.fields.get('fields')).toMatchObject({
    keyType: 'string',
    value: { message: value },
  });
});
