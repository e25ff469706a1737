import type { Lab } from '../../fake-host/index.js';

/** One waits in the variables, one in the definition of a VM that runs, one is consumed. */
export default async function byTheirBmcs(lab: Lab): Promise<void> {
  const { bmc } = lab.host;
  const [first, second, third] = ['edge-1', 'edge-2', 'edge-3'].map((name) =>
    lab.domain(`lab_${name}`),
  ) as [string, string, string];
  const uri = 'https://boot.example/signed.efi';
  await bmc.setBootOverride(first, () => ({ target: 'uefi-http', enabled: 'once', uri }));
  await bmc.powerOn(second);
  await bmc.setBootOverride(second, () => ({ target: 'cd', enabled: 'once', uri: null }));
  await bmc.setBootOverride(third, () => ({ target: 'bios-setup', enabled: 'once', uri: null }));
  await bmc.powerOn(third);
}
