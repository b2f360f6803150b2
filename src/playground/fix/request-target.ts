/** What a command line asks for, as far as its words show it. */
export interface RequestTarget {
  /** Hosts and addresses that are named, in order. */
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
  readonly paths: readonly string[];
}

/** Reads URLs, `HOST:PORT`, `HOST PORT` of nc, and `Host:` headers out of a shell line. It may find too much; a candidate more does no harm. */
export function targetOf(line: string): RequestTarget {
  const hosts: string[] = [];
  const ports: number[] = [];
  const paths: string[] = [];
  const words = line.replaceAll(/["'();|&<>`]/g, " ").split(/\s+/);
  words.forEach((word, i) => {
    const resolve = words[i - 1] === "--resolve" ? /^([^:]+):(\d+):/.exec(word) : null;
    if (resolve !== null) {
      hosts.push(resolve[1] as string);
      return;
    }
    const url = /^(?:(https?):\/\/)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9][\w.-]*)(?::(\d{1,5}))?(\/[^\s?#]*)?/.exec(word);
    if (url === null || word.startsWith("-")) return;
    const [whole, scheme, host, port, path] = url;
    if (whole.length !== word.split(/[?#]/)[0]?.length) return;
    if (/^\d+$/.test(host as string)) {
      if (Number(host) > 0 && Number(host) < 65_536 && /^(nc|telnet)$/.test(words[0] ?? "")) ports.push(Number(host));
      return;
    }
    hosts.push(host as string);
    if (port !== undefined) ports.push(Number(port));
    else if (scheme !== undefined) ports.push(scheme === "https" ? 443 : 80);
    if (path !== undefined) paths.push(path);
    else if (scheme !== undefined || port !== undefined) paths.push("/");
  });
  const header = /Host:\s*([\w.-]+)/i.exec(line);
  if (header !== null) hosts.push(header[1] as string);
  if (ports.length === 0) ports.push(80);
  return { hosts: [...new Set(hosts)], ports: [...new Set(ports)], paths: [...new Set(paths.length === 0 ? ["/"] : paths)] };
}
