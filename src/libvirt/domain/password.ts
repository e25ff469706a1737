/** The password of a VM's screen, in definitions with their secrets in them. Pure. */
import { VenError, type GraphicsPassword } from '../../model/index.js';
import { at, attribute, serializeXml, type XmlElement } from '../../xml/index.js';

/** `wanted`: null when none is to be asked for. null: it has no VNC. */
export function graphicsPassword(
  domain: XmlElement,
  wanted: string | null,
): GraphicsPassword | null {
  const graphics = vncOf(domain);
  if (!graphics) return null;
  const password = attribute(graphics, 'passwd');
  if (password === null) return 'none';
  if (password === '') return 'closed';
  return password === wanted ? 'wanted' : 'another';
}

/**
 * The `<graphics>` element with the password in it.
 * @throws VenError `tool-failed` when there is none.
 */
export function withPassword(domain: XmlElement, password: string): string {
  const graphics = vncOf(domain);
  if (!graphics)
    throw new VenError('tool-failed', {
      summary: 'The VM has no VNC any more',
      hint: 'Make a new plan: ven plan',
    });
  return serializeXml({ ...graphics, attrs: { ...graphics.attrs, passwd: password } });
}

function vncOf(domain: XmlElement): XmlElement | undefined {
  const graphics = at(domain, 'devices', 'graphics');
  return attribute(graphics, 'type') === 'vnc' ? graphics : undefined;
}
