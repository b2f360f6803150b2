import type { PackedHops } from "../../../src/playground/hop-codec.ts";
import { HopArchive } from "../../../src/ui/store/hop-archive.ts";

/** What a thousand hops cost the page: to have them, and for the packed ones also to file them under their connections. */
export interface Taken {
  readonly ms: number;
  readonly bytes: number;
}

declare global {
  interface Window {
    take?: (form: "objects" | "packed") => Promise<Taken>;
  }
}

const worker = new Worker(new URL("./transfer.worker.ts", import.meta.url), { type: "module" });
const archive = new HopArchive();
/** Nothing may be optimised away. */
export let kept: unknown;

window.take = (form) =>
  new Promise((done) => {
    worker.onmessage = (event) => {
      const start = performance.now();
      // Reading `data` is what makes the objects.
      const { data } = event;
      if (form === "objects") {
        kept = data;
        done({ ms: performance.now() - start, bytes: 0 });
        return;
      }
      const batches = data as readonly PackedHops[];
      for (const packed of batches) archive.take(packed);
      const ms = performance.now() - start;
      archive.takeFresh();
      const bytes = batches.reduce(
        (sum, { data: numbers, strings }) => sum + numbers.byteLength + strings.reduce((all, text) => all + text.length, 0),
        0,
      );
      done({ ms, bytes });
    };
    worker.postMessage(form);
  });
