/** The text of an address given as bytes: dotted quad, or IPv6 in its shortest form. @source RFC 5952 */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return [...bytes].join(".");
  const groups: number[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2) groups.push(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  let bestStart = -1;
  let bestLength = 1; // a single zero group is not shortened
  for (let i = 0; i < groups.length; i++) {
    let length = 0;
    while (groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(":");
  return `${hex.slice(0, bestStart).join(":")}::${hex.slice(bestStart + bestLength).join(":")}`;
}

/** Whether an IPv4 address lies in a CIDR, both as text; a bare address stands for itself, IPv6 is compared as text. */
export function inCidrText(ip: string, cidr: string): boolean {
  const [network = "", lengthText] = cidr.split("/");
  const a = ipv4Number(ip);
  const b = ipv4Number(network);
  if (a === undefined || b === undefined) return ip === network;
  const length = lengthText === undefined ? 32 : Number(lengthText);
  const mask = length <= 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return (a & mask) >>> 0 === (b & mask) >>> 0;
}

function ipv4Number(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
