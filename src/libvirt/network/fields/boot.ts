import { bootOptions, offeredBootUrl, type NetworkFacts } from '../../../model/index.js';
import { addDnsmasqOptions, dnsmasqOptions, removeDnsmasqOptions } from '../dnsmasq.js';
import { valueField, type NetworkPatch } from './field.js';

/** What DHCP tells firmware to boot. libvirt can't change options of a running dnsmasq. */
export const httpBoot = valueField<Pick<NetworkFacts, 'bootUrl'>>({
  path: 'httpBoot',
  read: (network) => ({ bootUrl: offeredBootUrl(dnsmasqOptions(network)) }),
  patch: patchBoot,
  wanted: (network) => network.bootUrl,
  found: (facts) => facts.bootUrl,
  effect: 'replace',
});

/** ven's options for another URL go, and those that are missing come. Other options stay. */
function patchBoot({ network, fresh }: NetworkPatch): void {
  const wanted = dnsmasqOptions(fresh);
  const there = dnsmasqOptions(network);
  const urls = there.flatMap((option) => /^dhcp-boot=tag:efi-http,"(.*)"$/.exec(option)?.[1] ?? []);
  const ours = new Set(urls.flatMap(bootOptions));
  removeDnsmasqOptions(
    network,
    there.filter((option) => ours.has(option) && !wanted.includes(option)),
  );
  addDnsmasqOptions(
    network,
    wanted.filter((option) => !there.includes(option)),
  );
}
