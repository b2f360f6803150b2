import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { encodeHex, encodeUtf8, sha256 } from "../protocols/bytes.ts";
import { openInput, readStream } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** MD5's additive constants, floor(2^32 |sin(i + 1)|), as a table: engines may round a sine differently. @source RFC 1321 */
const constants = [
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
  0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
  0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
  0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
  0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
  0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];
const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

/** @source RFC 1321 */
export function md5(data: Uint8Array): Uint8Array {
  const size = ((data.length + 8) >> 6) * 64 + 64;
  const padded = new Uint8Array(size);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(size - 8, (data.length * 8) >>> 0, true);
  view.setUint32(size - 4, Math.floor(data.length / 536_870_912), true);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < size; at += 64) {
    let [a, b, c, d] = state as [number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const f = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const g = round === 0 ? i : round === 1 ? (5 * i + 1) % 16 : round === 2 ? (3 * i + 5) % 16 : (7 * i) % 16;
      const sum = (a + f + (constants[i] as number) + view.getUint32(at + 4 * g, true)) | 0;
      const shift = shifts[round * 4 + (i % 4)] as number;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
    }
    [a, b, c, d].forEach((value, i) => {
      state[i] = ((state[i] as number) + value) | 0;
    });
  }
  const digest = new Uint8Array(16);
  const out = new DataView(digest.buffer);
  state.forEach((value, i) => {
    out.setUint32(4 * i, value >>> 0, true);
  });
  return digest;
}

/** md5sum and sha256sum, with -c. @source coreutils 9.1 digest.c */
export function checksumTools(toolset: Toolset): readonly ProgramEntry[] {
  return [tool("md5sum", (text) => md5(encodeUtf8(text))), tool("sha256sum", (text) => sha256(text))];

  function tool(name: string, digest: (text: string) => Uint8Array): ProgramEntry {
    function* run(sys: Sys): Program {
      const options = yield* parseOptions(sys, { short: "cbt", long: { check: "c", quiet: "q", status: "s" } }, toolset);
      if (options === undefined) return 1;
      let status = 0;
      for (const path of options.words.length === 0 ? ["-"] : options.words) {
        const input = yield* openInput(sys, path, toolset);
        if (input === undefined) {
          status = 1;
          continue;
        }
        const text = yield* readStream(input);
        if (!options.has("c")) {
          yield* sys.out(`${encodeHex(digest(text))}  ${path}\n`);
          continue;
        }
        let failed = 0;
        for (const [, sum, file] of text.matchAll(/^([0-9a-f]+) [ *](.*)$/gm)) {
          const content = sys.files.read(sys.path(file as string));
          const isRight = content.ok && encodeHex(digest(content.value)) === sum;
          if (!isRight) failed++;
          yield* sys.out(`${file}: ${isRight ? "OK" : "FAILED"}\n`);
        }
        if (failed === 0) continue;
        yield* sys.err(`${programName(sys)}: WARNING: ${failed} computed checksum${failed === 1 ? "" : "s"} did NOT match\n`);
        status = 1;
      }
      return status;
    }
    return { name, path: toolPath(name, toolset), run };
  }
}
