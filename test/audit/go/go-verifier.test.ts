import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MerkleTree } from '../../../services/audit/tree/merkle-tree.ts';
import { checkpointText, signCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { createSigningKey, parseSigningKey } from '../../../services/kit/transparency/signing-key.ts';
import { hashLines, tlogProofText } from '../../../services/kit/transparency/tlog-proof.ts';
import { entryAt } from '../../kit/transparency/naive-tree.ts';
import { createWitnessKey } from '../../kit/transparency/witness-key.ts';
import { temporaryFolder } from '../fixture.ts';
import { appendTo, openTestTree } from '../tree/tree-fixture.ts';

const source = fileURLToPath(new URL('./main.go', import.meta.url));
const debianPackages = '/usr/share/gocode';
const env = { ...process.env, GO111MODULE: 'off', GOPATH: debianPackages, GOFLAGS: '' };

/** Why Go can't verify here; undefined if it can. */
function absence(): string | undefined {
  if (process.env.TEST_GO === 'absent') return 'TEST_GO=absent';
  const library = join(debianPackages, 'src/golang.org/x/mod/sumdb/note');
  if (!existsSync(library)) return `no ${library} (Debian: golang-golang-x-mod-dev)`;
  try {
    execFileSync('go', ['version'], { env });
    return undefined;
  } catch {
    return 'no go on PATH (Debian: golang-go)';
  }
}

const absent = absence();
if (absent !== undefined) console.log(`skipped: verifying with Go: ${absent}`);

const signer = parseSigningKey(createSigningKey('example.com/log'), 'the key');
const witness = createWitnessKey('w.example/1');
const run = promisify(execFile);

/** Files by name. */
type Case = Readonly<Record<string, Uint8Array | string>>;

function checkpointOf(tree: MerkleTree, isCosigned: boolean): string {
  const text = checkpointText(signer.name, tree.head());
  return signCheckpoint(signer, tree.head()) + (isCosigned ? witness.cosign(text) : '');
}

/** Receipts, checkpoints and proofs of consistency over trees of these sizes, made as the log makes them. */
async function casesOf(sizes: readonly number[]): Promise<Case[]> {
  const { tree } = await openTestTree({ size: 0 });
  const cases: Case[] = [];
  let older: { readonly size: number; readonly checkpoint: string } | undefined;
  for (const size of sizes) {
    appendTo(tree, size);
    const checkpoint = checkpointOf(tree, size % 2 === 0);
    cases.push({ [`${size}.checkpoint`]: checkpoint });
    for (const index of new Set([0, Math.floor(size / 2), size - 2, size - 1])) {
      if (index < 0) continue;
      const recent = tree.recentProof(index);
      const { hashes, leafHash } = await tree.inclusionProof(index);
      const path = recent?.path ?? hashLines(hashes);
      const receipt = tlogProofText(leafHash.toString('base64'), index, path, checkpoint);
      cases.push({ [`${size}-${index}.receipt`]: receipt, [`${size}-${index}.entry`]: entryAt(index) });
    }
    if (older !== undefined) {
      const name = `${older.size}-${size}`;
      const { hashes } = await tree.consistencyProof(older.size, size);
      cases.push({
        [`${name}.proof`]: hashLines(hashes),
        [`${name}.older`]: older.checkpoint,
        [`${name}.newer`]: checkpoint,
      });
    }
    older = { size, checkpoint };
  }
  return cases;
}

async function write(folder: string, cases: readonly Case[]): Promise<string> {
  await mkdir(folder);
  for (const files of cases)
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** Copies of a case, each with one byte of one file changed, spread over all of it. */
function changedCopies(original: Case, count: number): Case[] {
  return Object.keys(original).flatMap((file) => {
    const bytes = Buffer.from(original[file] ?? '');
    return Array.from({ length: Math.min(count, bytes.length) }, (_, n) => {
      const changed = Buffer.from(bytes);
      const at = Math.floor((n * bytes.length) / Math.min(count, bytes.length));
      changed[at] = changed[at]! ^ (n % 2 === 0 ? 1 : 0x20);
      const entries = Object.entries({ ...original, [file]: changed });
      return Object.fromEntries(entries.map(([name, content]) => [`${file}-${n}-${name}`, content]));
    });
  });
}

describe.skipIf(absent !== undefined)("Go's checksum database packages", () => {
  let built: string;
  let program: string;
  beforeAll(async () => {
    built = await mkdtemp(join(tmpdir(), 'scoremesh-go-'));
    program = join(built, 'verify');
    await run('go', ['build', '-o', program, source], { env });
  }, 300_000);
  afterAll(async () => await rm(built, { recursive: true, force: true }));

  test('accept what the log hands out at many sizes, and refuse it with any byte changed', async () => {
    const folder = await temporaryFolder();
    const holding = await casesOf([1, 2, 3, 7, 8, 255, 256, 257, 1000, 65_536, 70_001]);
    const [checkpoint, receipt, proof] = ['1000.checkpoint', '1000-500.receipt', '257-1000.proof'].map(
      (name) => holding.find((files) => name in files) ?? {},
    ) as [Case, Case, Case];
    const refused = [checkpoint, receipt, proof].flatMap((files) => changedCopies(files, 60));
    const moved = { 'moved.receipt': receipt['1000-500.receipt']!, 'moved.entry': entryAt(501) };
    await writeFile(join(folder, 'vkey'), signer.vkey);
    await writeFile(join(folder, 'witness'), witness.vkey);
    const { stdout } = await run(program, [
      join(folder, 'vkey'),
      join(folder, 'witness'),
      await write(join(folder, 'holding'), holding),
      await write(join(folder, 'refused'), [...refused, moved]),
    ]);
    expect(stdout).toBe(`accepted ${holding.length}, refused ${refused.length + 1}\n`);
    expect(refused.length).toBeGreaterThan(200);
  });

  test('refuse what another key signed', async () => {
    const folder = await temporaryFolder();
    const stranger = parseSigningKey(createSigningKey('example.com/log'), 'another key');
    await writeFile(join(folder, 'vkey'), stranger.vkey);
    await writeFile(join(folder, 'witness'), witness.vkey);
    const cases = await casesOf([5, 300]);
    const { stdout } = await run(program, [
      join(folder, 'vkey'),
      join(folder, 'witness'),
      await write(join(folder, 'holding'), []),
      await write(join(folder, 'refused'), cases),
    ]);
    expect(stdout).toBe(`accepted 0, refused ${cases.length}\n`);
  });
});
