import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";

/** The kernel's settings that this world's network follows; kube-proxy has set those of connection tracking. */
const settings: Readonly<Record<string, string>> = {
  "net.bridge.bridge-nf-call-iptables": "1",
  "net.core.somaxconn": "4096",
  "net.ipv4.conf.all.forwarding": "1",
  "net.ipv4.conf.all.route_localnet": "1",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.ip_forward": "1",
  "net.ipv4.ip_local_port_range": "32768\t60999",
  "net.ipv4.tcp_fin_timeout": "60",
  "net.ipv4.tcp_syn_retries": "6",
  "net.ipv4.tcp_synack_retries": "5",
  "net.ipv6.conf.all.forwarding": "1",
  "net.netfilter.nf_conntrack_icmp_timeout": "30",
  "net.netfilter.nf_conntrack_max": "131072",
  "net.netfilter.nf_conntrack_tcp_timeout_close": "10",
  "net.netfilter.nf_conntrack_tcp_timeout_close_wait": "3600",
  "net.netfilter.nf_conntrack_tcp_timeout_established": "86400",
  "net.netfilter.nf_conntrack_tcp_timeout_fin_wait": "120",
  "net.netfilter.nf_conntrack_tcp_timeout_last_ack": "30",
  "net.netfilter.nf_conntrack_tcp_timeout_syn_recv": "60",
  "net.netfilter.nf_conntrack_tcp_timeout_syn_sent": "120",
  "net.netfilter.nf_conntrack_tcp_timeout_time_wait": "120",
  "net.netfilter.nf_conntrack_udp_timeout": "30",
  "net.netfilter.nf_conntrack_udp_timeout_stream": "120",
};

const usage = `
Usage:
 sysctl [options] [variable[=value] ...]

For more details see sysctl(8).
`;

/** `sysctl [-aeNn] [NAME…]`: the settings can be read, not written. @source procps 4.0.2 sysctl(8); kernel Documentation/networking/nf_conntrack-sysctl.rst; kube-proxy --conntrack-* */
function* runSysctl(sys: Sys): Program {
  const words: string[] = [];
  let isAll = false;
  let isBare = false;
  let isName = false;
  let isIgnored = false;
  for (const arg of sys.args.slice(1)) {
    if (/^-[anewqN]+$/.test(arg)) {
      isAll ||= arg.includes("a");
      isBare ||= arg.includes("n");
      isName ||= arg.includes("N");
      isIgnored ||= arg.includes("e");
    } else if (arg === "--all") isAll = true;
    else if (arg === "--values") isBare = true;
    else if (arg === "--names") isName = true;
    else if (arg === "--ignore") isIgnored = true;
    else if (arg.startsWith("-")) {
      yield* sys.err(`sysctl: invalid option -- '${arg.replace(/^-+/, "").charAt(0)}'\n`);
      return 1;
    } else words.push(arg);
  }
  if (words.length === 0 && !isAll) {
    yield* sys.err(usage);
    return 1;
  }
  let status = 0;
  for (const word of isAll ? Object.keys(settings) : words) {
    const [given = "", value] = word.split("=");
    const name = given.trim().replaceAll("/", ".");
    const found = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (found === undefined && isIgnored) continue;
    if (found === undefined) {
      yield* sys.err(`sysctl: cannot stat /proc/sys/${name.replaceAll(".", "/")}: No such file or directory\n`);
      status = 255;
    } else if (value !== undefined) {
      yield* sys.err(`sysctl: setting key "${name}": Read-only file system\n`);
      status = 255;
    } else yield* sys.out(`${isName ? name : isBare ? found : `${name} = ${found}`}\n`);
  }
  return status;
}

export const sysctl: ProgramEntry = { name: "sysctl", run: runSysctl, path: "/usr/sbin/sysctl" };
