import type { LogClient } from '../../../services/audit/follow/log-source.ts';

/** Changes what a source answers, by what was asked: a path, or "proof" for the hashes of a consistency proof. */
export function lying(client: LogClient, change: (asked: string, content: Buffer) => Buffer): LogClient {
  return {
    ReadLog: async (request, call) => {
      const answer = await client.ReadLog(request, call);
      return { ...answer, content: change(request.path ?? '', Buffer.from(answer.content)) };
    },
    GetConsistencyProof: async (request, call) => {
      const answer = await client.GetConsistencyProof(request, call);
      const hashes = change('proof', Buffer.concat(answer.hashes));
      const count = Math.ceil(hashes.length / 32);
      return {
        ...answer,
        hashes: Array.from({ length: count }, (_, n) => hashes.subarray(n * 32, n * 32 + 32)),
      };
    },
  };
}
