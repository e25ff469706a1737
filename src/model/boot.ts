/**
 * The options of dnsmasq that make a network's DHCP server offer UEFI HTTP boot, as lines of its
 * configuration.
 */

const CLIENT = 'HTTPClient';

/**
 * Firmware that asks for HTTP boot is x86-64 (architecture 16) and expects its own vendor class in
 * the answer. iPXE, once the firmware has started it, gets no boot file.
 */
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

/** The URL that a network's options offer; null: they offer none. Only ven's own options count. */
export function offeredBootUrl(options: readonly string[]): string | null {
  const url = options.flatMap(
    (option) => /^dhcp-boot=tag:efi-http,"(.*)"$/.exec(option)?.[1] ?? [],
  )[0];
  if (url === undefined) return null;
  return bootOptions(url).every((option) => options.includes(option)) ? url : `${url} (incomplete)`;
}

/**
 * Whether an option of dnsmasq is about HTTP boot. Two sets of such options on one network
 * conflict.
 */
export function isBootOption(option: string): boolean {
  return /HTTPClient|^dhcp-boot=.*https?:/i.test(option);
}
