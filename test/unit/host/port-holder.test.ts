import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { portHolder, socketsOn } from '../../../src/host/libvirt/port-holder.js';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 00000000:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0
   2: 01CFA8C0:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0
   3: 00000000:0035 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 14 1 0 100 0 0 10 0
`;

it('takes sockets at every address, and at the one that is asked about', () => {
  expect(socketsOn(TABLE, '0A', 53, '192.168.207.1')).toEqual(['socket:[12]', 'socket:[13]']);
  expect(socketsOn(TABLE, '0A', 53)).toEqual(['socket:[11]', 'socket:[12]', 'socket:[13]']);
  expect(socketsOn(TABLE, '0A', 54)).toEqual([]);
});

it('names the process', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as { port: number }).port);
    });
  });
  expect(portHolder(port, '127.0.0.1')).toMatch(/ \(pid \d+\)$/);
  expect(portHolder(port, '127.0.0.9')).toBeNull();
  server.close();
});
