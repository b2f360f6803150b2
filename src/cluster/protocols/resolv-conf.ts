/** What /etc/resolv.conf says. @source resolv.conf(5) */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
  readonly rotates: boolean;
  readonly usesTcp: boolean;
}

/** The last `search` line counts; at most three nameservers are used; none means the machine itself. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  let search: readonly string[] = [];
  let ndots = 1;
  let timeoutSeconds = 5;
  let attempts = 2;
  let rotates = false;
  let usesTcp = false;
  for (const line of text.split("\n")) {
    const words = line
      .replace(/^[#;].*/, "")
      .split(/[ \t]+/)
      .filter((word) => word !== "");
    if (words[0] === "nameserver" && words[1] !== undefined && nameservers.length < 3) nameservers.push(words[1]);
    else if (words[0] === "search") search = words.slice(1);
    else if (words[0] === "domain") search = words.slice(1, 2);
    else if (words[0] === "options") {
      for (const option of words.slice(1)) {
        const value = Number(option.slice(option.indexOf(":") + 1));
        if (option.startsWith("ndots:")) ndots = Math.min(value || 0, 15);
        else if (option.startsWith("timeout:")) timeoutSeconds = Math.min(value || 5, 30);
        else if (option.startsWith("attempts:")) attempts = Math.min(value || 2, 5);
        else if (option === "rotate") rotates = true;
        else if (option === "use-vc") usesTcp = true;
      }
    }
  }
  return { nameservers: nameservers.length === 0 ? ["127.0.0.1"] : nameservers, search, ndots, timeoutSeconds, attempts, rotates, usesTcp };
}

/** Lines of /etc/hosts: the address and its names in order. @source hosts(5) */
export function parseHosts(text: string): readonly { readonly address: string; readonly names: readonly string[] }[] {
  const rows: { address: string; names: string[] }[] = [];
  for (const line of text.split("\n")) {
    const words = line
      .replace(/#.*/, "")
      .split(/[ \t]+/)
      .filter((word) => word !== "");
    const [address, ...names] = words;
    if (address !== undefined && names.length > 0) rows.push({ address, names });
  }
  return rows;
}
