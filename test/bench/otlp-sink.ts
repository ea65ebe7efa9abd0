import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A collector that takes everything and keeps nothing. */
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200).end());
});
server.listen(0, '127.0.0.1', () => console.log(`sink on ${(server.address() as AddressInfo).port}`));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
