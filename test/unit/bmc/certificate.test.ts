import { X509Certificate } from 'node:crypto';
import { createServer, connect } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { fingerprintOf, isUsable, makeCertificate } from '../../../src/bmc/index.js';

const NOW = new Date();
const inDays = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);

it('a certificate is trusted by whoever has it, for its names, for ten years', async () => {
  const pair = await makeCertificate('BMCs of lab', ['localhost', '127.0.0.1', '::1'], NOW);
  expect(fingerprintOf(pair.certificate)).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const read = new X509Certificate(pair.certificate);
  expect(read.subject).toBe('CN=BMCs of lab');
  expect(read.checkIP('::1')).toBeDefined();

  const server = createServer({ cert: pair.certificate, key: pair.key }, (socket) => socket.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: pair.certificate,
  });
  await once(socket, 'secureConnect');
  expect(socket.authorized).toBe(true);
  socket.destroy();
  server.close();

  expect(isUsable(pair, ['127.0.0.1', 'localhost'], NOW)).toBe(true);
  expect(isUsable(pair, ['192.0.2.1'], NOW)).toBe(false);
  expect(isUsable(pair, ['example.com'], NOW)).toBe(false);
  expect(isUsable(pair, [], inDays(3500))).toBe(true);
  expect(isUsable(pair, [], inDays(3640))).toBe(false);
  const other = await makeCertificate('BMCs of lab', [], NOW);
  expect(isUsable({ ...pair, key: other.key }, [], NOW)).toBe(false);
  expect(isUsable({ certificate: 'nonsense', key: '' }, [], NOW)).toBe(false);
});
