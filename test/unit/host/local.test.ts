import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { hostOf, isLocal } from '../../../src/host/libvirt/local.js';

describe('a host', () => {
  it.each([
    'qemu:///system',
    'qemu+unix:///system',
    'qemu:///system?mode=legacy',
    'qemu+unix:///system?socket=/run/libvirt/libvirt-sock',
    'qemu+ssh:///system',
    'qemu+ssh://localhost/system',
    'qemu+ssh://root@LOCALHOST:22/system?no_tty=1',
    'qemu+ssh://127.0.0.1:22/system',
    'qemu:///system?socket=%2Fvar%2Frun%2Flibvirt%2Flibvirt-sock',
    'qemu+ssh://[::1]/system',
    `qemu+ssh://me@${hostname()}/system`,
  ])('%s is this machine', (uri) => {
    expect(hostOf(uri)).toBe('qemu:///system');
    expect(isLocal(uri)).toBe(true);
  });

  it.each([
    'qemu://lab.example/system',
    'qemu+tls://lab.example:16514/system',
    'qemu+ssh://lab.example/system',
    'qemu+ssh://ann@LAB.example:22/system?keyfile=/home/ann/key',
    'qemu+libssh2://lab.example./system',
  ])('%s is one machine', (uri) => {
    expect(hostOf(uri)).toBe('qemu://lab.example/system');
    expect(isLocal(uri)).toBe(false);
  });

  it.each([
    // Behind one address there may be several machines.
    ['qemu+ssh://localhost:2222/system', 'qemu://localhost:2222/system'],
    ['qemu+ssh://lab:2222/system', 'qemu://lab:2222/system'],
    // A port is the default of one transport only.
    ['qemu+ssh://lab:16509/system', 'qemu://lab:16509/system'],
    // Perhaps the ends of tunnels.
    ['qemu:///system?socket=/tmp/far.sock', 'qemu:///system?socket=/tmp/far.sock'],
    [
      'qemu+unix:///system?mode=legacy&Socket=/run/libvirt/../far.sock',
      'qemu:///system?socket=/run/far.sock',
    ],
    ['qemu+ssh://lab/system?socket=/tmp/far.sock', 'qemu://lab/system?socket=/tmp/far.sock'],
    ['qemu+tcp://127.0.0.1:16509/system', 'qemu://127.0.0.1/system'],
    ['qemu+tcp:///system', 'qemu://localhost/system'],
    ['qemu+tls://localhost/system', 'qemu://localhost/system'],
    ['qemu://localhost/system', 'qemu://localhost/system'],
    [`qemu+tcp://${hostname()}:16510/system`, `qemu://${hostname().toLowerCase()}:16510/system`],
    // A program that leads anywhere.
    ['qemu+ext:///system?command=x', 'qemu+ext:///system?command=x'],
    ['test:///default', 'test:///default'],
  ])('%s is %s', (uri, host) => {
    expect(hostOf(uri)).toBe(host);
    expect(isLocal(uri)).toBe(false);
  });
});
