import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HostAway, silentHost } from '../../../src/host/libvirt/away.js';
import { explain } from '../../../src/host/libvirt/explain.js';

const SSH = 'qemu+ssh://me@lab-7:2222/system';
const TLS = 'qemu+tls://lab-7/system';

describe('a host that is away', () => {
  const said = (uri: string, words: string) =>
    explain({
      command: 'virsh',
      words: `error: failed to connect to the hypervisor\nerror: ${words}`,
      program: 'virsh',
      act: { kind: 'connection', verb: 'connect', object: uri },
      uri,
    });

  it.each([
    [
      SSH,
      'Cannot recv data: ssh: connect to host lab-7 port 2222: Connection timed out: Connection reset by peer',
      'lab-7 does not answer: no packet came back',
      'ping lab-7',
    ],
    [
      SSH,
      'Cannot recv data: ssh: connect to host lab-7 port 2222: No route to host: Connection reset by peer',
      'There is no way to lab-7: it is off, or a cable or route is missing',
      'ping lab-7',
    ],
    [
      SSH,
      'Cannot recv data: ssh: connect to host lab-7 port 2222: Connection refused: Connection reset by peer',
      'lab-7 runs, and refuses connections to its port 2222',
      'Start sshd',
    ],
    [
      SSH,
      'Cannot recv data: @@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@ Host key verification failed.: Connection reset by peer',
      'lab-7 has another host key than before',
      "ssh-keygen -R '[lab-7]:2222'",
    ],
    [
      SSH,
      'Cannot recv data: Host key verification failed.: Connection reset by peer',
      'The host key of lab-7 is not known here',
      'ssh -p 2222 me@lab-7 true',
    ],
    [
      SSH,
      'Cannot recv data: me@lab-7: Permission denied (publickey).: Connection reset by peer',
      'lab-7 does not let this user log in',
      'ssh -p 2222 me@lab-7 true',
    ],
    [
      SSH,
      'End of file while reading data: Input/output error',
      "libvirt of lab-7 can't be reached",
      'See whether libvirt answers there',
    ],
    [
      TLS,
      "unable to connect to server at 'lab-7:16514': Connection refused",
      'lab-7 runs, and refuses connections to its port 16514',
      'libvirtd-tls.socket',
    ],
    [
      TLS,
      "unable to connect to server at 'lab-7:16514': No route to host",
      'There is no way to lab-7: it is off, or a cable or route is missing',
      'ping lab-7',
    ],
  ])('%s: %s', (uri, words, summary, hint) => {
    const error = said(uri, words);
    expect(error).toBeInstanceOf(HostAway);
    expect(error.code).toBe('host-not-ready');
    expect(error.summary).toBe(summary);
    expect(error.hint).toContain(hint);
  });

  it('this machine is never away', () => {
    const error = said(
      'qemu:///system',
      "Failed to connect socket to '/run/libvirt/libvirt-sock': Connection refused",
    );
    expect(error).not.toBeInstanceOf(HostAway);
  });
});

describe('a host that no answer comes from', () => {
  it('has a port that answers: libvirt hangs', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { summary, hint } = await silentHost(`qemu+ssh://127.0.0.1:${port}/system`, 10);
    server.close();
    expect(summary).toBe('libvirt of 127.0.0.1 does not answer: it hangs (10 s)');
    expect(hint).toContain(`ssh -p ${port} 127.0.0.1 sudo systemctl status libvirtd`);
  });

  it('refuses connections', async () => {
    const { summary } = await silentHost('qemu+tls://127.0.0.1:1/system', 10);
    expect(summary).toBe('127.0.0.1 runs, and refuses connections to its port 1');
  });
});
