/**
 * What stays on this machine: settings and the user's work. A full or forbidden store is no error: the page works without, and says that it does.
 * `isOfTab`: only for this tab, which finds it when it is loaded again; two tabs of the page must not take each other's work.
 */
export function load(key: string, isOfTab = false): string | undefined {
  try {
    return (isOfTab ? sessionStorage : localStorage).getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

let isKeeping = true;

/** From now on nothing is written: this page is a picture in another one. */
export function keepNothing(): void {
  isKeeping = false;
}

/** Whether it is kept. */
export function keep(key: string, text: string | undefined, isOfTab = false): boolean {
  if (!isKeeping) return true;
  try {
    const store = isOfTab ? sessionStorage : localStorage;
    if (text === undefined) store.removeItem(key);
    else store.setItem(key, text);
    return true;
  } catch {
    // The text is still in the editor and in every link.
    return false;
  }
}
