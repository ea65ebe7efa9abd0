import { hash } from 'node:crypto';

/** Bytes of a hash. */
export const hashBytes = 32;

const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1);

// As text of one character a byte: a third of the time that `hash` takes to make a Buffer of its own.
const encoding = 'binary';

/** Hash of the tree without leaves (RFC 6962 section 2.1). */
export const emptyRoot: Buffer = sha256(Buffer.alloc(0));

function sha256(input: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', input, encoding), 'latin1');
}

/** SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + entry.length);
  input[0] = 0;
  input.set(entry, 1);
  return sha256(input);
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  return sha256(nodeInput);
}

/** Writes the hash of the node whose children stand at `from`, one after the other, to `to`. About 0.4 us. */
export function hashChildren(nodes: Buffer, from: number, to: number): void {
  // A loop, because a view for `set` costs more than copying 64 bytes.
  for (let n = 0; n < 2 * hashBytes; n++) nodeInput[1 + n] = nodes[from + n] as number;
  nodes.write(hash('sha256', nodeInput, encoding), to, hashBytes, 'latin1');
}
