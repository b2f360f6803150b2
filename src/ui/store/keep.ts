/** What stays on this machine: settings and the user's work. A full or forbidden store is no error: the page works without. */
export function load(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

let isKeeping = true;

/** From now on nothing is written: this page is a picture in another one. */
export function keepNothing(): void {
  isKeeping = false;
}

export function keep(key: string, text: string | undefined): void {
  if (!isKeeping) return;
  try {
    if (text === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // The text is still in the editor and in every link.
  }
}
