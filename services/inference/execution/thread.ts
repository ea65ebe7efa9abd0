import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type MessagePort, type Transferable, Worker, type WorkerOptions } from 'node:worker_threads';
import type { Reason } from '../../kit/errors/catalogue.ts';
import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';

type Message<Ask> = { readonly ask: Ask } | { readonly stop: true };
type Reply<Answer> =
  | { readonly answer: Answer }
  | { readonly failed: { readonly reason: Reason; readonly message: string } };

interface Pending<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: MeshError) => void;
}

/** What a thread does. */
export interface ThreadWork<Ask, Answer> {
  /** Blocks the thread. What it throws is the answer's failure. */
  answer(ask: Ask): { readonly answer: Answer; readonly transfer: readonly Transferable[] };
  /** Gives back what it holds; nothing is asked after it. */
  stop(): void;
}

/**
 * A thread that answers one ask at a time. It keeps the process alive only while it works. It is ended by a message: to
 * terminate a thread inside ONNX Runtime aborts the whole process.
 */
export class Thread<Ask, Answer> {
  /** Resolves when the thread is gone, for whatever reason. Never rejects. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #name: string;
  #pending: Pending<Answer> | undefined;
  #stopping = false;
  #lost: MeshError | undefined;
  #cause: unknown;

  /** `entry` names the .ts file, which calls `serveThread`. `onLost` is called once if the thread ends without being told to. */
  constructor(
    entry: URL,
    name: string,
    onLost: (error: MeshError) => void,
    options: Pick<WorkerOptions, 'resourceLimits'> = {},
  ) {
    this.#name = name;
    this.#worker = new Worker(builtEntry(entry), { ...options, ...loaderOptions(), name });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply<Answer>) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      this.#cause = error;
    });
    this.#worker.on('messageerror', ({ message }) =>
      this.#settle({ failed: { reason: 'INTERNAL', message } }),
    );
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        const why = this.#cause instanceof Error ? this.#cause.message : `exit code ${code}`;
        this.#lost = new MeshError(
          'EXECUTOR_LOST',
          `the thread of ${name} ended unexpectedly (${why}); send the request again`,
          {},
          this.#cause,
        );
        const pending = this.#pending;
        this.#pending = undefined;
        pending?.reject(this.#lost);
        if (!this.#stopping) onLost(this.#lost);
        resolve();
      });
    });
  }

  /**
   * Rejects with the MeshError that the work threw, or with EXECUTOR_LOST if the thread ended. Only when nothing else is asked.
   * What is in `transfer` belongs to the thread from then on.
   */
  ask(ask: Ask, transfer: readonly Transferable[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      if (this.#pending !== undefined) throw new Error(`the thread of ${this.#name} is busy`);
      this.#worker.postMessage({ ask } satisfies Message<Ask>, transfer);
      this.#pending = { resolve, reject };
      this.#worker.ref();
    });
  }

  /** Ends the thread after what it does now, and resolves when it is gone. */
  stop(): Promise<void> {
    if (!this.#stopping && this.#lost === undefined) {
      this.#worker.ref();
      this.#worker.postMessage({ stop: true } satisfies Message<Ask>);
    }
    this.#stopping = true;
    return this.ended;
  }

  /**
   * Leaves the thread to itself: what is asked fails with `error`, and the thread ends after what it does now, if it ever ends that. It
   * keeps no process alive.
   */
  abandon(error: MeshError): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#stopping = true;
    if (this.#lost === undefined) {
      this.#worker.postMessage({ stop: true } satisfies Message<Ask>);
      this.#worker.unref();
    }
    pending?.reject(error);
  }

  #settle(reply: Reply<Answer>): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!this.#stopping) this.#worker.unref();
    if ('answer' in reply) pending?.resolve(reply.answer);
    else pending?.reject(new MeshError(reply.failed.reason, reply.failed.message));
  }
}

/** Makes this thread answer its Thread's asks until it is told to stop; the thread then ends by itself. */
export function serveThread<Ask, Answer>(port: MessagePort, work: ThreadWork<Ask, Answer>): void {
  port.on('message', (message: Message<Ask>) => {
    if ('stop' in message) {
      work.stop();
      port.close();
      return;
    }
    try {
      const { answer, transfer } = work.answer(message.ask);
      port.postMessage({ answer } satisfies Reply<Answer>, transfer);
    } catch (error) {
      const { reason, message: text } =
        error instanceof Error && !(error instanceof MeshError)
          ? new MeshError('INTERNAL', `${error.message}`)
          : toMeshError(error);
      port.postMessage({ failed: { reason, message: text } } satisfies Reply<Answer>);
    }
  });
}

/** The file to start: beside the sources the source, in a build what it was compiled to. */
function builtEntry(entry: URL): URL {
  return import.meta.url.endsWith('.ts') ? entry : new URL(entry.href.replace(/\.ts$/, '.js'));
}

/** Node 20 reads no TypeScript, and a thread does not inherit the loader that tsx or vitest put into this one. */
function loaderOptions(): WorkerOptions {
  if (!import.meta.url.endsWith('.ts')) return {};
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const code = `import { register } from ${JSON.stringify(pathToFileURL(tsx).href)}; register();`;
  return { execArgv: ['--import', `data:text/javascript,${encodeURIComponent(code)}`] };
}
