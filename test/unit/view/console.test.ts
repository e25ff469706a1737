import { describe, expect, it } from 'vitest';
import { keyOf, leftText, RESET_TERMINAL, vncHint, vncText } from '../../../src/view/index.js';

describe('texts about consoles and screens', () => {
  it('name the key that leaves', () => {
    expect([keyOf('^]'), keyOf('^a')]).toEqual(['Ctrl-]', 'Ctrl-A']);
  });

  it('tell a VM that stopped from a console that was left', () => {
    expect(leftText('vm.a', 'stopped')).toBe('vm.a: the VM has stopped.\n');
    expect(leftText('vm.a', 'left')).toBe('vm.a: left its console.\n');
  });

  it('restore the looks of a terminal without printing a visible character or clearing it', () => {
    expect(RESET_TERMINAL.replaceAll(/\u001b(?:\[[?\d]*[a-z]|\(B|[78>])|\u000f/g, '')).toBe('');
    expect(RESET_TERMINAL).not.toContain('J');
  });

  it('give the address of a screen, and the way to one on another machine', () => {
    const here = { listen: '127.0.0.1', port: 5900, remote: null, viewer: null };
    expect(vncText(here)).toBe('127.0.0.1:5900\n');
    expect(vncText({ listen: '::1', port: 5900 })).toBe('[::1]:5900\n');
    expect(vncHint(here)).toBe('');
    expect(vncHint({ ...here, viewer: 'vncviewer' })).toBe('Started vncviewer.\n');
    expect(vncHint({ ...here, remote: 'qemu+ssh://me@lab/system' })).toContain(
      'ssh -L 5900:127.0.0.1:5900 me@lab\n',
    );
    expect(vncHint({ ...here, remote: 'qemu+ssh://me@lab:2222/system' })).toContain(
      'ssh -p 2222 -L 5900:127.0.0.1:5900 me@lab\n',
    );
    expect(vncHint({ ...here, listen: '::1', remote: 'qemu+tls://lab/system' })).toContain(
      'ssh -L 5900:[::1]:5900 lab\n',
    );
  });
});
