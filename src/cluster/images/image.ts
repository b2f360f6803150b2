import type { ProgramEntry } from "../machine/syscall.ts";

/** What a container image holds. */
export interface Image {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDirectory?: string;
  /** As the `Successfully pulled image` event tells it. */
  readonly sizeBytes: number;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  /** Files it brings, by path. */
  readonly files?: ReadonlyMap<string, string>;
}

export function imageOf(image: {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly sizeBytes: number;
  /** Later lists win where a name is in several. */
  readonly programs: readonly (readonly ProgramEntry[])[];
  readonly files?: Readonly<Record<string, string>>;
}): Image {
  const { entrypoint = [], command = [], env = {}, programs, files, ...rest } = image;
  return {
    ...rest,
    entrypoint,
    command,
    env: new Map(Object.entries(env)),
    programs: new Map(programs.flat().map((program) => [program.name, program])),
    ...(files === undefined ? {} : { files: new Map(Object.entries(files)) }),
  };
}

/** The way to commands in most images. */
export const pathVariable = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
