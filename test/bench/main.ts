import { parseArgs } from 'node:util';
import { measureCpu } from './cpu-table.ts';
import { measureInference } from './inference.ts';

const { values, positionals } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    short: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

if (values.help) {
  console.log(`npm run bench -- [score] [inference] [--requests 20000] [--rounds 5] [--only batch] [--short]

CPU per request of each path against a bare grpc-js echo of the same bytes, in turns; then what the inference role promises about
batching, loading, overload and memory. Prints medians of ratios; absolute times depend on the machine and its neighbours.
Without a name, all of it. --only takes a part of a row's name. --short takes fewer and smaller rounds.`);
} else {
  const { only, short } = values;
  const all = positionals.length === 0;
  const rounds = short ? 2 : Number(values.rounds);
  const isInference = (name: string): boolean => name.startsWith('ModelInfer');
  const wanted = (name: string): boolean =>
    name.includes(only) && (all || positionals.includes(isInference(name) ? 'inference' : 'score'));
  await measureCpu({ requests: short ? 5000 : Number(values.requests), rounds, wanted });
  if (all || positionals.includes('inference')) await measureInference({ only, rounds, short });
}
