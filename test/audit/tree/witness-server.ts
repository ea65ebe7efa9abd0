import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { parseCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { emptyRoot } from '../../../services/kit/transparency/merkle-hash.ts';
import { isConsistent } from '../../../services/kit/transparency/merkle-proof.ts';
import { cosignersOf, parseNote } from '../../../services/kit/transparency/note.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import type { WitnessKey } from '../../kit/transparency/witness-key.ts';

export type Behaviour = 'honest' | 'silent' | 'lying' | 'babbling' | 'endless' | 'broken';

/** A witness over HTTP (c2sp.org/tlog-witness) that keeps what it has cosigned in a file. */
export class WitnessServer {
  behaviour: Behaviour = 'honest';
  /** Old sizes of the requests, and the status that each was answered with. */
  readonly requests: { readonly old: number; readonly size: number; readonly status: number }[] = [];
  readonly #key: WitnessKey;
  readonly #logVkey: string;
  readonly #file: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #port = 0;
  /** Comparing and keeping the size is one step: a request waits for the one before. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(key: WitnessKey, logVkey: string, file: string) {
    this.#key = key;
    this.#logVkey = logVkey;
    this.#file = file;
    onTestFinished(async () => await this.stop());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/prefix/`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.behaviour === 'silent') return;
    if (this.behaviour === 'endless') {
      response.writeHead(200);
      const more = (): void => void response.write('—'.repeat(10_000), (error) => error ?? more());
      more();
      return;
    }
    if (
      this.behaviour === 'broken' ||
      request.method !== 'POST' ||
      request.url !== '/prefix/add-checkpoint'
    ) {
      response.writeHead(500).end('out of order');
      return;
    }
    const turn = this.#turn.then(() => this.#answer(Buffer.concat(chunks).toString()));
    this.#turn = turn.catch(() => {});
    const { body, status, type = 'text/plain' } = await turn;
    response.writeHead(status, { 'content-type': type }).end(body);
  }

  async #answer(body: string): Promise<{ status: number; body: string; type?: string }> {
    const split = body.indexOf('\n\n');
    const [first = '', ...lines] = body.slice(0, split).split('\n');
    const old = Number(/^old (0|[1-9]\d*)$/.exec(first)?.[1]);
    const proof = lines.map((line) => Buffer.from(line, 'base64'));
    const note = parseNote(body.slice(split + 2));
    const { origin, rootHash, size } = parseCheckpoint(note.text);
    const answer = (status: number, text: string, type?: string) => {
      this.requests.push({ old, size, status });
      return type === undefined ? { status, body: text } : { status, body: text, type };
    };
    const log = parseVerifierKey(this.#logVkey, signatureTypes.log);
    if (origin !== log.name) return answer(404, 'who?');
    try {
      if (cosignersOf(note, [log]).length === 0) return answer(403, 'not signed');
    } catch {
      return answer(403, 'badly signed');
    }
    if (!(old <= size)) return answer(400, 'old');
    const latest = await this.#latest();
    if (old !== latest.size || (size === latest.size && !rootHash.equals(latest.rootHash)))
      return answer(409, `${latest.size}\n`, 'text/x.tlog.size');
    if (!isConsistent(latest, { size, rootHash }, proof)) return answer(422, 'not consistent');
    await writeFile(`${this.#file}.new`, JSON.stringify({ size, root: rootHash.toString('base64') }), {
      flush: true,
    });
    await rename(`${this.#file}.new`, this.#file);
    const stranger = '— stranger.example AAAAAAAAAAAA\n';
    if (this.behaviour === 'babbling') return answer(200, stranger);
    const signed =
      this.behaviour === 'lying' ? note.text.replace(`\n${size}\n`, `\n${size + 1}\n`) : note.text;
    return answer(200, stranger + this.#key.cosign(signed));
  }

  async #latest(): Promise<{ size: number; rootHash: Buffer }> {
    try {
      const { root, size } = JSON.parse(await readFile(this.#file, 'utf8')) as { size: number; root: string };
      return { size, rootHash: Buffer.from(root, 'base64') };
    } catch {
      return { size: 0, rootHash: emptyRoot };
    }
  }
}
