import { encodeHex, sha256 } from "../protocols/bytes.ts";
import type { Clock } from "../sim/clock.ts";

/** How long a pull takes; the second look at an image that is there (policy Always) costs less. */
export const pullUs = 1_000_000;
const checkUs = 200_000;

/** The images of one node: each is pulled once. */
export class ImageStore {
  readonly #clock: Clock;
  readonly #present = new Set<string>();
  readonly #pulling = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(image: string): boolean {
    return this.#present.has(image);
  }

  /** It stands there already: a given pod runs it. */
  add(image: string): void {
    this.#present.add(image);
  }

  /** Calls back when the pull is over, with how long it took; whoever asks for the same image meanwhile waits for the same pull. */
  pull(image: string, isKnown: boolean, done: (tookUs: number) => void): void {
    const now = this.#clock.now();
    const endUs = this.has(image) ? now + checkUs : (this.#pulling.get(image) ?? now + pullUs);
    this.#pulling.set(image, endUs);
    this.#clock.after(endUs - now, () => {
      this.#pulling.delete(image);
      if (isKnown) this.#present.add(image);
      done(endUs - now);
    });
  }
}

/** `luksa/kubia` → `docker.io/luksa/kubia:latest`. @source distribution/reference, ParseDockerRef */
export function fullImageName(image: string): string {
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  const named = isHost ? image : slash < 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
  const last = named.slice(named.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? named : `${named}:latest`;
}

/** Capitals and blanks have no place in a name. */
export function isImageName(image: string): boolean {
  const [name = ""] = image.split("@");
  const lastSlash = name.lastIndexOf("/");
  const colon = name.indexOf(":", lastSlash + 1);
  const path = colon < 0 ? name : name.slice(0, colon);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return false;
  return /^[a-z0-9]+(?:[._:-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(path);
}

/** What containerd says of an image that no registry gives. @source containerd remotes/docker/resolver.go; pkg/kubelet/images */
export function pullError(image: string): string {
  const full = fullImageName(image);
  return `failed to pull and unpack image "${full}": failed to resolve reference "${full}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
}

/** `1s`, `1.2s`, `200ms`, as Go prints a duration. */
export function goDuration(us: number): string {
  if (us < 1_000_000) return `${us / 1000}ms`;
  const seconds = us / 1_000_000;
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds - minutes * 60}s`;
}

const ids = new Map<string, string>();
const idsMax = 1000;

/** `docker.io/luksa/kubia@sha256:…`: the same for the same image on every node. */
export function imageId(image: string): string {
  let id = ids.get(image);
  if (id === undefined) {
    const full = fullImageName(image);
    id = `${full.replace(/(:[^/:@]*)?(@.*)?$/, "")}@sha256:${encodeHex(sha256(full))}`;
    if (ids.size >= idsMax) ids.clear();
    ids.set(image, id); // each container asks, and there are few images
  }
  return id;
}
