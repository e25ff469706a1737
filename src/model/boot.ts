/** What makes a network's DHCP server offer UEFI HTTP boot: options of dnsmasq, as lines of its configuration. */

const CLIENT = 'HTTPClient';

/** Firmware that asks for HTTP boot is x86-64 (architecture 16) and wants its own class back; iPXE, started by it, is told nothing new. */
export function bootOptions(bootUrl: string): string[] {
  return [
    `dhcp-vendorclass=set:efi-http,${CLIENT}:Arch:00016`,
    `dhcp-option-force=tag:efi-http,60,${CLIENT}`,
    'dhcp-match=set:ipxe,175',
    `dhcp-boot=tag:efi-http,"${bootUrl}"`,
    'log-queries',
    'log-dhcp',
  ];
}

/** The URL that a network's options offer; null when they offer none. Options of other people's do not count. */
export function offeredBootUrl(options: readonly string[]): string | null {
  const url = options.flatMap(
    (option) => /^dhcp-boot=tag:efi-http,"(.*)"$/.exec(option)?.[1] ?? [],
  )[0];
  if (url === undefined) return null;
  return bootOptions(url).every((option) => options.includes(option)) ? url : `${url} (incomplete)`;
}

/** Whether an option of dnsmasq is about booting over HTTP: two such sets on one network would get in each other's way. */
export function isBootOption(option: string): boolean {
  return /HTTPClient|^dhcp-boot=.*https?:/i.test(option);
}
