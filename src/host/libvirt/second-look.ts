/** No more looks than these: somebody may create and delete VMs all the time. */
const MOST_LOOKS = 4;

/**
 * Looks again where something was left (`left`: its keys), until a look finds nothing that the one
 * before it did not: beside a run that creates or deletes it, only a second look tells it from what
 * an earlier run left.
 */
export async function settledLook<Seen>(
  look: () => Promise<Seen>,
  left: (seen: Seen) => string[],
): Promise<Seen> {
  let seen = await look();
  let before = left(seen);
  for (let looks = 1; before.length > 0 && looks < MOST_LOOKS; looks += 1) {
    const known = new Set(before);
    seen = await look();
    before = left(seen);
    if (before.every((key) => known.has(key))) break;
  }
  return seen;
}
