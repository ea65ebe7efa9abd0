import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { signCheckpoint } from '../../../../services/kit/transparency/checkpoint.ts';
import { loadLogKey } from '../../../../services/kit/transparency/log-key.ts';
import { hashLines, tlogProofText } from '../../../../services/kit/transparency/tlog-proof.ts';
import { entryAt, leafAt, naivePath, naiveRoot } from '../../../kit/transparency/naive-tree.ts';
import { createWitnessKey } from '../../../kit/transparency/witness-key.ts';
import { runHere } from '../in-process.ts';

const witness = createWitnessKey('w.example/1');

/** A folder with a key, a receipt and its entry. */
async function receiptFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-offline-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  const key = join(folder, 'log.key');
  const made = await runHere('audit', 'keygen', '--origin', 'example.com/log', '--out', key);
  expect(made).toMatchObject({ code: 0, err: '' });
  const vkey = made.out.trim();
  const checkpoint = signCheckpoint(await loadLogKey(key), { size: 9, rootHash: naiveRoot(0, 9) });
  const cosignature = witness.cosign(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1));
  const receipt = join(folder, 'receipt.txt');
  const path = hashLines(naivePath(3, 9));
  await writeFile(receipt, tlogProofText(leafAt(3).toString('base64'), 3, path, checkpoint + cosignature));
  const entry = join(folder, 'entry');
  await writeFile(entry, entryAt(3));
  return { folder, key, vkey, receipt, entry };
}

test('a key that was made is told again, and no key is replaced', async () => {
  const { key, vkey } = await receiptFolder();
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  expect(await runHere('audit', 'vkey', '--key', key)).toEqual({ code: 0, out: `${vkey}\n`, err: '' });
  const again = await runHere('audit', 'keygen', '--origin', 'example.com/log', '--out', key);
  expect(again).toMatchObject({ code: 2, out: '', err: expect.stringContaining(key) });
  expect(await runHere('audit', 'vkey', '--key', `${key}x`)).toMatchObject({
    code: 2,
    err: expect.stringContaining('ENOENT'),
  });
});

test('a receipt that holds is told in words and as JSON', async () => {
  const { entry, receipt, vkey } = await receiptFolder();
  const plain = await runHere('audit', 'verify', receipt, '--vkey', vkey);
  expect(plain).toMatchObject({ code: 0, err: '' });
  expect(plain.out).toContain('valid: entry 3 is in the log example.com/log');
  expect(plain.out).toContain('not compared');
  const all = ['--vkey', vkey, '--entry', entry, '--witness', witness.vkey, '--quorum', '1'];
  const full = await runHere('audit', 'verify', receipt, ...all);
  expect(full.out).toContain(entry);
  expect(full.out).toContain('cosigned   by w.example/1');
  const json = await runHere('audit', 'verify', receipt, ...all, '--json');
  expect(JSON.parse(json.out)).toEqual({
    origin: 'example.com/log',
    index: 3,
    size: 9,
    leafHash: leafAt(3).toString('hex'),
    rootHash: naiveRoot(0, 9).toString('hex'),
    witnesses: ['w.example/1'],
  });
});

test('a receipt that does not hold ends with exit code 1 and says why', async () => {
  const { entry, receipt, vkey } = await receiptFolder();
  const whole = await readFile(receipt, 'utf8');
  const verify = async (content: string, ...options: string[]) => {
    await writeFile(receipt, content);
    return await runHere('audit', 'verify', receipt, '--vkey', vkey, ...options);
  };
  const cases: [string, string[], string][] = [
    [whole.replace('index 3', 'index 4'), [], 'the proof does not lead from leaf'],
    [whole.replace('\n9\n', '\n10\n'), [], 'the signature of example.com/log does not verify'],
    [whole.slice(0, -1), [], 'malformed at line 14'],
    ['', [], 'malformed at line 1'],
    [whole, ['--witness', createWitnessKey('w').vkey], '0 of the witnesses have cosigned'],
    [whole, ['--entry', receipt], 'the entry of'],
    [whole, ['--entry', `${entry}x`], "can't be read"],
  ];
  for (const [content, options, message] of cases) {
    const { code, err, out } = await verify(content, ...options);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
  }
});

test('what can not be a key or a count is wrong usage', async () => {
  const { receipt, vkey } = await receiptFolder();
  for (const args of [
    [],
    ['--vkey', 'nonsense'],
    ['--vkey', witness.vkey],
    ['--vkey', vkey, '--witness', vkey],
    ['--vkey', vkey, '--quorum', '-1'],
  ])
    expect((await runHere('audit', 'verify', receipt, ...args)).code).toBe(2);
});

test('a receipt is read from standard input', async () => {
  const { receipt, vkey } = await receiptFolder();
  const inProcess = new URL('../in-process.ts', import.meta.url).href;
  const program = `import { runHere } from '${inProcess}';
    console.log((await runHere('audit', 'verify', '-', '--vkey', process.argv[1])).out);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program, vkey], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createReadStream(receipt).pipe(child.stdin);
  expect(await text(child.stdout)).toContain('valid: entry 3');
});
