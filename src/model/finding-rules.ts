/**
 * What can be wrong in a fleet file or a profile: by the name of the rule, which is stable and
 * stands in brackets behind the message. docs/troubleshooting.md is made of it.
 */
export const FINDING_RULES = {
  address: {
    means: 'An address is not an IPv4 address, or not one that the NIC or the screen can have.',
    todo: 'Write four numbers from 0 to 255, within the subnet and beside its gateway.',
  },
  alias: {
    means: 'A YAML alias (`*name`) has no anchor before it, or stands inside of what it names.',
    todo: 'Write the value out, or use `defaults`.',
  },
  'alias-bomb': {
    means: 'The aliases of the file expand to more values than ven reads.',
    todo: 'Write identical VMs once, with `count` and `defaults`.',
  },
  'bad-format': {
    means: 'A text has not the form that its key wants: a size, a subnet, a MAC address.',
    todo: 'Write it as in the example of the hint.',
  },
  'bad-key': {
    means: 'A key is not a plain word.',
    todo: 'Write `key: value`.',
  },
  'bad-pattern': {
    means: 'A pattern of a profile is no regular expression, or could be slow on some text.',
    todo: 'Bound its repetitions (`{0,9}` and not `*`), or write it plainer.',
  },
  'bad-substitution': {
    means: "A `${…}` can't be read, or stands where a name is to be.",
    todo: 'Write `${NAME}` or `${NAME:-default}`, and `$${` for a literal `${`.',
  },
  'certificate-count': {
    means: 'A file has several certificates where one is meant.',
    todo: 'Name a file with that one certificate.',
  },
  'certificate-expired': {
    means: 'A certificate has expired.',
    todo: 'Fetch the current one.',
  },
  'certificate-expires-soon': {
    means: 'A warning: a certificate expires within weeks.',
    todo: 'Prepare a new one; `ven apply` puts it into the firmware.',
  },
  'certificate-file': {
    means: "A certificate's file can't be read.",
    todo: "Check the path, which begins at the fleet file's folder, and the file's mode.",
  },
  'certificate-key': {
    means: 'A warning: a certificate for secure boot has no RSA key, which some firmware wants.',
    todo: 'If nothing boots, sign with an RSA key of 2048 bits or more.',
  },
  'certificate-not-authority': {
    means: 'A certificate is not that of an authority.',
    todo: 'Name the certificate of the authority that signed it.',
  },
  'certificate-not-yet-valid': {
    means: 'A certificate is not valid yet.',
    todo: "Check this machine's clock.",
  },
  'certificate-private-key': {
    means: 'The file holds a private key.',
    todo: 'Name a file with only the certificate.',
  },
  'certificate-too-large': {
    means: 'The file, or what the firmware is to hold, is too large.',
    todo: 'Name a PEM file that has only the certificates that are needed.',
  },
  'certificate-unreadable': {
    means: 'The file has no certificate in PEM form, or a broken one.',
    todo: 'Fetch it again; convert a DER file with openssl.',
  },
  'container-uri': {
    means: 'vagrant in a container works only with libvirt on this machine.',
    todo: 'Write `runner: local`, or `uri: qemu:///system`.',
  },
  'control-character': {
    means: 'A text or a key has a control character, or a line break where none can be.',
    todo: 'Delete it.',
  },
  'dhcp-range': {
    means: 'The DHCP range is not within the subnet, is reversed, or has no subnet.',
    todo: 'Use the addresses that the hint names, or delete `dhcp` for the default range.',
  },
  'dhcp-too-small': {
    means: 'The DHCP range has fewer addresses than the network has NICs.',
    todo: 'Widen it, take a larger subnet, or use fewer VMs.',
  },
  directive: {
    means: 'The file has a YAML directive (`%YAML`).',
    todo: 'Delete that line.',
  },
  'duplicate-address': {
    means: 'Two NICs would have the same address.',
    todo: 'Choose another, or delete it.',
  },
  'duplicate-key': {
    means: 'A map has a key twice.',
    todo: 'Delete one of them.',
  },
  'duplicate-mac': {
    means: 'Two NICs would have the same MAC address.',
    todo: 'Choose another, or delete it: ven derives one.',
  },
  'duplicate-name': {
    means: 'Two VMs, or two stages of a profile, have the same name.',
    todo: 'Rename one. With `count`, `edge` becomes `edge-1`, `edge-2`, …',
  },
  'duplicate-port': {
    means: 'Two screens, or a screen and a BMC, would have the same port.',
    todo: 'Choose another, or write `port: auto`.',
  },
  'duplicate-serial': {
    means: 'Two VMs would have the same serial number.',
    todo: 'Choose another, or delete it: ven derives one.',
  },
  'duplicate-uuid': {
    means: 'Two VMs would have the same UUID in SMBIOS.',
    todo: 'Give each its own, or delete it: ven derives one.',
  },
  empty: {
    means: 'The file is empty.',
    todo: 'Begin with `apiVersion`, `fleet` and `vms`, or with `ven init`.',
  },
  'existing-is-own': {
    means: 'A network of this file names another one of this file as `existing`.',
    todo: 'Put the NICs on that network itself.',
  },
  'host-twice': {
    means: 'Two of the `hosts` are one host.',
    todo: 'Name it once.',
  },
  'host-unknown': {
    means: 'A VM is to be on a host that `hosts` does not have.',
    todo: 'Write one of its keys, or add the host.',
  },
  'host-uri': {
    means: 'ven has no VMs at such a libvirt URI.',
    todo: 'Write `qemu:///system`, or `qemu+ssh://MACHINE/system`.',
  },
  hosts: {
    means: 'The file says in two ways where the fleet is, or of VMs on several hosts without any.',
    todo: 'Write either `host` or `hosts`; `vms[].host` and `placement` go with `hosts`.',
  },
  kubevirt: {
    means: 'The fleet runs on KubeVirt, which has no field for this.',
    todo: 'Leave it out, as the hint says, or run the fleet on a libvirt host.',
  },
  'line-break': {
    means: 'A title has a line break.',
    todo: 'Put several lines into `description`.',
  },
  'line-ends': {
    means: 'The lines end in a carriage return alone.',
    todo: 'Save the file with line feeds.',
  },
  link: {
    means: 'A link has a rate or a delay that no link of a VM can have.',
    todo: 'Write a rate in whole multiples of 8kbit, and no more jitter than latency.',
  },
  mac: {
    means: "A MAC address can't be a NIC's: multicast, all zeros, or reserved by libvirt.",
    todo: 'Choose another, or delete it: ven derives one.',
  },
  'merge-key': {
    means: 'The file has a YAML merge key (`<<`).',
    todo: 'Put what VMs share under `defaults`.',
  },
  'missing-key': {
    means: 'A key is missing.',
    todo: 'Add it as in the hint.',
  },
  name: {
    means: 'A name is not a DNS label, is a number or a UUID, or is too long for libvirt.',
    todo: 'Use lower-case letters, digits and hyphens.',
  },
  'no-credentials': {
    means: 'A profile answers with credentials, and the flow has none.',
    todo: 'Answer with text, or use the profile with `onboarding: interactive`.',
  },
  'not-a-map': {
    means: 'The file is a list or a single value.',
    todo: 'Begin it with keys: `apiVersion: ven/v1`, `fleet:` and `vms:`.',
  },
  'not-allowed': {
    means: 'A value is not one of those that the key takes, or two keys exclude each other.',
    todo: 'Write one of the values in the hint, or delete one of the keys.',
  },
  'not-text': {
    means: 'The file is compressed, or no text.',
    todo: 'Unpack it, and give the file that is in it.',
  },
  'not-utf8': {
    means: 'The file is not UTF-8.',
    todo: 'Save it in UTF-8, or convert it with iconv.',
  },
  'not-yet': {
    means: 'ven does not support this yet.',
    todo: 'The hint says what to write instead.',
  },
  'out-of-range': {
    means: 'A number, a size, or the length of a list is outside of its limits.',
    todo: 'Keep within the limits in the hint.',
  },
  profile: {
    means: 'There is no profile of this name.',
    todo: 'Name one that comes with ven, or the path of your own: `./mine.yaml`.',
  },
  'profile-file': {
    means: "The profile's file can't be read.",
    todo: "Check the path, which begins at the fleet file's folder, and the file's mode.",
  },
  'reserved-name': {
    means: 'A name is one that ven or libvirt uses for something else.',
    todo: 'Choose another.',
  },
  schema: {
    means: 'The file does not fit its schema.',
    todo: 'Look the key up in [the fleet file](fleet-file.md).',
  },
  secret: {
    means: 'A secret is written out, or its reference names neither or both of `env` and `file`.',
    todo: 'Write `{ env: NAME }` or `{ file: PATH }`, and change a secret that others have seen.',
  },
  'secret-length': {
    means: 'A VNC password is longer than the 8 characters that VNC uses.',
    todo: 'Choose one of at most 8.',
  },
  'serial-count': {
    means: 'There are more or fewer serial numbers than VMs.',
    todo: 'Give one for each VM of the entry.',
  },
  'several-documents': {
    means: 'The file has several YAML documents (`---`).',
    todo: 'Keep one in each file.',
  },
  subnet: {
    means: "A subnet is not one, is too small or too large, or can't be used by a network.",
    todo: 'Use a private one, such as `192.168.150.0/24`, or `subnet: auto`.',
  },
  'subnet-overlap': {
    means: 'Two networks of the file have the same addresses.',
    todo: 'Choose another subnet for one of them.',
  },
  tag: {
    means: 'The file has a YAML tag (`!name`).',
    todo: 'Delete it; put text in quotes.',
  },
  'too-deep': {
    means: 'The file is nested deeper than any fleet file is.',
    todo: 'Check its brackets, and that it is the right file.',
  },
  'too-large': {
    means: 'The file is larger than ven reads.',
    todo: 'Write identical VMs once, with `count` and `defaults`.',
  },
  'too-long': {
    means: 'A text is too long.',
    todo: 'Keep it within the limit in the hint.',
  },
  'too-many-disks': {
    means: 'A VM has more disks than its buses can hold.',
    todo: 'Use another `bus` for some, or fewer disks.',
  },
  'too-many-vms': {
    means: 'The fleet has more VMs than ven plans for.',
    todo: 'Lower `count`, or split the fleet.',
  },
  'unknown-key': {
    means: 'There is no such key here.',
    todo: 'Check its spelling and its indentation.',
  },
  'unknown-network': {
    means: 'A NIC names a network that the file does not have.',
    todo: 'Add it to `networks`, or correct the name.',
  },
  'unknown-path': {
    means: '`ignore` names something that no plan of this VM shows.',
    todo: 'Write a path as plans show it: `memory`, `disks.sda.size`, `nics.0.network`.',
  },
  'unknown-stage': {
    means: 'A profile names a stage that it does not have.',
    todo: 'Add the stage, or correct the name.',
  },
  'unreachable-stage': {
    means: 'No other stage of the profile leads to this one.',
    todo: 'Name it in another one, or delete it.',
  },
  'unset-variable': {
    means: 'A variable is not set in the environment.',
    todo: 'Set it, or give a default: `${NAME:-default}`. sudo drops variables.',
  },
  'wrong-type': {
    means: 'A value is of another type: a map for a text, a number for a name, or nothing at all.',
    todo: 'Write it as in the example of the hint; put text that looks like a number in quotes.',
  },
  'yaml-syntax': {
    means: 'The file is not valid YAML.',
    todo: 'Look at the indentation, quotes and brackets of that line and of the one before.',
  },
} as const satisfies Record<string, { means: string; todo: string }>;

export type FindingRule = keyof typeof FINDING_RULES;
