import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { numberOfDecimal } from '../../kit/transparency/text-forms.ts';
import { readSmallFile, replaceFileDurably, type TreeDisk } from '../tree/tree-disk.ts';

/** What makes an audit folder that of a read replica. */
export interface ReplicaNote {
  /** The first entry that it keeps; undefined until the hashes before it are there. */
  readonly firstIndex: number | undefined;
}

const firstLine = 'scoremesh audit replica v1';
const maxBytes = 256;

/** Undefined in a folder that is none of a replica. STATE_CORRUPT if the note is damaged. */
export async function readReplicaNote(folder: string, disk: TreeDisk): Promise<ReplicaNote | undefined> {
  const path = pathOf(folder);
  const bytes = await readSmallFile(disk, path, maxBytes);
  if (bytes === undefined) return undefined;
  const text = bytes.toString('latin1');
  if (text === `${firstLine}\n`) return { firstIndex: undefined };
  const [first, begin = '', end, ...rest] = text.split('\n');
  const firstIndex = numberOfDecimal(begin);
  if (first !== firstLine || firstIndex === undefined || end !== '' || rest.length > 0)
    throw new MeshError(
      'STATE_CORRUPT',
      `${path} is damaged; move the folder away, and the replica follows the writer from the beginning`,
      { metadata: { file: path } },
    );
  return { firstIndex };
}

/** Durable when it resolves. */
export async function writeReplicaNote(
  folder: string,
  disk: TreeDisk,
  { firstIndex }: ReplicaNote,
): Promise<void> {
  const text = firstIndex === undefined ? `${firstLine}\n` : `${firstLine}\n${firstIndex}\n`;
  await replaceFileDurably(disk, pathOf(folder), Buffer.from(text));
}

/** Throws AUDIT_REPLICA where a replica is kept: it has no keys, and an entry of its own would make it another log. */
export async function refuseReplica(folder: string, disk: TreeDisk): Promise<void> {
  if ((await readReplicaNote(folder, disk)) === undefined) return;
  throw new MeshError(
    'AUDIT_REPLICA',
    `${folder} is a read replica of an audit log, which nothing but SCOREMESH_AUDIT_FOLLOW may continue: give the folder of the log itself; to go on after the loss of a writer, restore its back-up`,
    { metadata: { folder } },
  );
}

function pathOf(folder: string): string {
  return join(folder, 'replica');
}
