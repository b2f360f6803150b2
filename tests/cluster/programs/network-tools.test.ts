import { describe, expect, test } from "vitest";
import { cluster } from "../../harness/cluster.ts";

/**
 * The tools through the front door. Texts are those that the real programs printed (curl 7.88.1, bind9 9.18, iputils 20221126, BusyBox 1.35,
 * GNU Wget 1.21, OpenBSD nc) against nginx and against a small server that answers as CoreDNS does.
 */
const scenario = `
apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: tools}
spec:
  seed: 1
  external: [{name: someapi.somecompany.com, ip: 198.51.100.7, ports: [80, 443]}]
---
apiVersion: v1
kind: Pod
metadata: {name: tools}
spec: {containers: [{name: c, image: tutum/dnsutils, command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bb}
spec: {containers: [{name: c, image: "busybox:1.35", command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: kubia, labels: {app: kubia}}
spec: {containers: [{name: c, image: luksa/kubia, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec: {selector: {app: kubia}, clusterIP: 10.96.0.41, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: kubia-headless}
spec: {selector: {app: kubia}, clusterIP: None, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {selector: {app: nothing}, clusterIP: 10.96.0.42, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: ext}
spec: {type: ExternalName, externalName: someapi.somecompany.com}
`;

const playground = cluster(scenario);
playground.run("wait 10s");
/** Runs in a pod; gives what the command printed, both streams, and its status. */
function inPod(pod: string, command: string) {
  const { stdout, stderr, exit } = playground.run(`kubectl exec ${pod} -- ${command}`);
  return { stdout, stderr: stderr.replace(/command terminated with exit code \d+\n$/, ""), exit };
}

describe("curl", () => {
  test.each([
    ["http://kubia", 0, "You've hit kubia\n", ""],
    ["http://nosuch", 6, "", "curl: (6) Could not resolve host: nosuch\n"],
    ["http://empty", 7, "", /^curl: \(7\) Failed to connect to empty port 80 after \d+ ms: Couldn't connect to server\n$/],
    ["-m 2 http://kubia:81", 28, "", "curl: (28) Connection timed out after 2001 milliseconds\n"],
    ["--connect-timeout 2 http://kubia:81", 28, "", "curl: (28) Failed to connect to kubia port 81 after 2001 ms: Timeout was reached\n"],
    ["https://kubia:80", 35, "", "curl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number\n"],
    ["-o /dev/null -w '%{http_code}\\n' http://empty", 7, "000\n", /^curl: \(7\)/],
    ["-w '%{http_code} %{remote_ip} %{http_version}\\n' -o /dev/null http://kubia", 0, "200 10.96.0.41 1.1\n", ""],
    ["'http://a b/'", 3, "", "curl: (3) URL using bad/illegal format or missing URL\n"],
    ["foo://x", 1, "", 'curl: (1) Protocol "foo" not supported or disabled in libcurl\n'],
    ["https://someapi.somecompany.com/", 0, "You've hit someapi.somecompany.com\n", ""],
    ["http://ext/", 0, "You've hit someapi.somecompany.com\n", ""],
  ])("-sS %s", (args, exit, stdout, stderr) => {
    const result = inPod("tools", `curl -sS ${args}`);
    expect(result.exit).toBe(exit);
    expect(result.stdout).toBe(stdout);
    expect(result.stderr).toMatch(typeof stderr === "string" ? new RegExp(`^${escapePattern(stderr)}$`) : stderr);
  });

  test("-v", () => {
    expect(inPod("tools", "curl -sv http://kubia").stderr.replaceAll("\r", "")).toMatch(
      /^\* {3}Trying 10\.96\.0\.41:80\.\.\.\n\* Connected to kubia \(10\.96\.0\.41\) port 80 \(#0\)\n> GET \/ HTTP\/1\.1\n> Host: kubia\n> User-Agent: curl\/7\.88\.1\n> Accept: \*\/\*\n> \n< HTTP\/1\.1 200 OK\n< Date: .* GMT\n< Connection: keep-alive\n< Transfer-Encoding: chunked\n< \n\{ \[\d+ bytes data\]\n\* Connection #0 to host kubia left intact\n$/,
    );
  });

  test("several URLs go over one kept connection", () => {
    const { stderr } = inPod("tools", "curl -sv http://kubia http://kubia");
    expect(stderr).toContain("* Re-using existing connection #0 with host kubia\n");
    expect(stderr.match(/Connected to/g)).toHaveLength(1);
  });

  test("the meter stands before the message", () => {
    expect(inPod("tools", "curl http://nosuch").stderr).toBe(
      "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0curl: (6) Could not resolve host: nosuch\n",
    );
  });
});

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

describe("bind9's nslookup", () => {
  const server = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n";
  const recursion = ";; Got recursion not available from 10.96.0.10\n";
  test.each([
    ["kubia", 0, `${recursion}${server}Name:\tkubia.default.svc.cluster.local\nAddress: 10.96.0.41\n${recursion}\n`],
    [
      "kubia.default.svc.cluster.local",
      0,
      `${recursion.repeat(4)}${server}Name:\tkubia.default.svc.cluster.local\nAddress: 10.96.0.41\n${recursion}\n`,
    ],
    ["nosuch", 1, `${recursion.repeat(3)}${server}** server can't find nosuch: NXDOMAIN\n\n`],
    ["-type=TXT kubia", 0, `${recursion}${server}*** Can't find kubia: No answer\n\n`],
    ["10.96.0.1", 0, `${recursion}1.0.96.10.in-addr.arpa\tname = kubernetes.default.svc.cluster.local.\n\n`],
    ["10.96.0.2", 1, "** server can't find 2.0.96.10.in-addr.arpa: NXDOMAIN\n\n"],
    ["kubia 10.96.0.10", 0, `${server}Name:\tkubia.default.svc.cluster.local\nAddress: 10.96.0.41\n\n`],
  ])("%s", (args, exit, stdout) => expect(inPod("tools", `nslookup ${args}`)).toEqual({ stdout, stderr: "", exit }));
});

describe("busybox", () => {
  const server = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
  test.each([
    ["nslookup kubia.default.svc.cluster.local", 0, `${server}Name:\tkubia.default.svc.cluster.local\nAddress: 10.96.0.41\n\n\n`, ""],
    [
      "nslookup kubernetes.default",
      1,
      `${server}** server can't find kubernetes.default: NXDOMAIN\n\n** server can't find kubernetes.default: NXDOMAIN\n\n`,
      "",
    ],
    ["wget -qO- http://kubia", 0, "You've hit kubia\n", ""],
    ["wget -qO- http://10.96.0.42", 1, "", "wget: can't connect to remote host (10.96.0.42): Connection refused\n"],
    ["wget -O- http://nosuch", 1, "", "wget: bad address 'nosuch'\n"],
    ["wget -T 1 -qO- http://kubia:81", 1, "", "wget: download timed out\n"],
    ["ping -c1 nosuch", 1, "", "ping: bad address 'nosuch'\n"],
  ])("%s", (command, exit, stdout, stderr) => expect(inPod("bb", command)).toEqual({ stdout, stderr, exit }));
});

describe("the others", () => {
  test.each([
    ["host kubia", 0, "kubia.default.svc.cluster.local has address 10.96.0.41\n", ""],
    ["host nosuch", 1, "Host nosuch not found: 3(NXDOMAIN)\n", ""],
    [
      "host ext",
      0,
      "ext.default.svc.cluster.local is an alias for someapi.somecompany.com.\nsomeapi.somecompany.com has address 198.51.100.7\n",
      "",
    ],
    ["dig +short SRV kubia.default.svc.cluster.local", 0, "0 100 80 kubia.default.svc.cluster.local.\n", ""],
    ["dig +noall +answer nosuch.default.svc.cluster.local", 0, "", ""],
    ["getent hosts kubia", 0, "10.96.0.41      kubia.default.svc.cluster.local\n", ""],
    ["getent hosts nosuch", 2, "", ""],
    ["ping -c1 nosuch", 2, "", "ping: nosuch: Name or service not known\n"],
    ["nc -zv kubia 80", 0, "", "Connection to kubia (10.96.0.41) 80 port [tcp/http] succeeded!\n"],
    ["nc -zv 10.96.0.42 80", 1, "", "nc: connect to 10.96.0.42 port 80 (tcp) failed: Connection refused\n"],
    ["nc -zv -w 1 kubia 81", 1, "", "nc: connect to kubia (10.96.0.41) port 81 (tcp) timed out: Operation now in progress\n"],
    ["wget -qO- http://kubia", 0, "You've hit kubia\n", ""],
  ])("%s", (command, exit, stdout, stderr) => expect(inPod("tools", command)).toEqual({ stdout, stderr, exit }));

  test("a ClusterIP does not answer ping in iptables mode", () => {
    expect(inPod("tools", "ping -c 2 kubia")).toEqual({
      exit: 1,
      stderr: "",
      stdout:
        "PING kubia.default.svc.cluster.local (10.96.0.41) 56(84) bytes of data.\n\n--- kubia.default.svc.cluster.local ping statistics ---\n2 packets transmitted, 0 received, 100% packet loss, time 1000ms\n\n",
    });
  });

  test("kubia's ping is inetutils'", () => {
    expect(inPod("kubia", "ping -c 1 kubia-headless").stdout).toMatch(
      /^PING kubia-headless\.default\.svc\.cluster\.local \(10\.244\.\d\.\d+\): 56 data bytes\n64 bytes from .*: icmp_seq=0 ttl=64 time=\d+\.\d{3} ms\n--- kubia-headless\.default\.svc\.cluster\.local ping statistics ---\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min\/avg\/max\/stddev = /,
    );
  });

  test("the headless name has no port mapping: refused on 80, answered on 8080", () => {
    expect(inPod("tools", "curl -s http://kubia-headless").exit).toBe(7);
    expect(inPod("tools", "curl -s http://kubia-headless:8080").stdout).toBe("You've hit kubia\n");
  });

  test("an unknown machine: ssh's words", () => {
    expect(playground.run("at nosuch -- true")).toMatchObject({
      exit: 255,
      stderr: "ssh: Could not resolve hostname nosuch: Name or service not known\n",
    });
  });
});

describe("faults of an app", () => {
  test("come and go", () => {
    expect(playground.run("break pod/kubia status 500").exit).toBe(0);
    expect(inPod("tools", "curl -s -o /dev/null -w '%{http_code}' http://kubia").stdout).toBe("500");
    playground.run("break pod/kubia bind 127.0.0.1");
    expect(inPod("tools", "curl -s http://kubia").exit).toBe(7);
    playground.run("break pod/kubia hang");
    expect(inPod("tools", "curl -s -m 1 http://kubia").exit).toBe(28);
    playground.run("mend pod/kubia");
    expect(inPod("tools", "curl -s http://kubia").stdout).toBe("You've hit kubia\n");
  });

  test("go with the pod: another one of its name is well, and its files are new", () => {
    const open = cluster(`apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {nodeName: node1, volumes: [{name: v, emptyDir: {}}], containers: [{name: c, image: luksa/kubia, volumeMounts: [{name: v, mountPath: /data}]}]}
`);
    open.advance(5000);
    const pods = () => open.run("at node1 -- ls /var/lib/kubelet/pods").stdout.trim().split("\n");
    const before = pods();
    open.run("kubectl exec web -- sh -c 'echo kept > /data/note'");
    open.run("break pod/web status 500");
    open.run("kubectl get pod web -o yaml > web.yaml; kubectl replace --force -f web.yaml");
    open.advance(60_000);
    const ip = open.run("kubectl get pod web -o jsonpath={.status.podIP}").stdout;
    expect(open.run(`at node1 -- curl -s ${ip}:8080`).stdout).toBe("You've hit web\n");
    expect(open.run("kubectl exec web -- cat /data/note").exit).toBe(1);
    // The directory of the first is gone. @source pkg/kubelet/kubelet_volumes.go, cleanupOrphanedPodDirs
    expect(pods()).toHaveLength(before.length);
    expect(pods()).not.toEqual(before);
  });
});

test("hops shows the shell's last connection; parents' children follow", () => {
  inPod("tools", "curl -s http://kubia");
  const hops = JSON.parse(playground.run("hops -o json").stdout) as {
    at: string;
    action: string;
    destination: string;
    connection: string;
  }[];
  expect(hops[0]).toMatchObject({ at: "pod/default/tools", action: "send", destination: "10.96.0.41:80" });
  expect(hops.map((hop) => hop.action)).toEqual(expect.arrayContaining(["dnat", "undnat", "receive"]));
  expect(new Set(hops.map((hop) => hop.connection)).size).toBe(1);
});
