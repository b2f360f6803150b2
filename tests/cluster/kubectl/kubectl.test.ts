import { describe, expect, test } from "vitest";
import { bench } from "./harness.ts";

const shop = `
apiVersion: v1
kind: Service
metadata: {name: kubia, labels: {app: kubia, env: prod}}
spec:
  clusterIP: 10.96.1.20
  selector: {app: kubia}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  clusterIP: 10.96.1.21
  ports: [{name: http, port: 80, nodePort: 30123}, {name: https, port: 443, nodePort: 30124}]
---
apiVersion: v1
kind: Pod
metadata: {name: kubia, labels: {app: kubia}}
spec: {containers: [{name: kubia, image: luksa/kubia, ports: [{containerPort: 8080}]}]}
`;

interface Case {
  readonly run: string;
  readonly exit?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Each case runs in a world of its own. */
function cases(title: string, list: readonly Case[], version?: string): void {
  describe(title, () => {
    test.each(list.map((one) => [one.run.split("\n")[0], one] as const))("%s", (_, { run, exit = 0, stdout = "", stderr = "" }) => {
      const result = bench({ yaml: shop, ...(version === undefined ? {} : { version }) }).run(run);
      expect(result).toMatchObject({ stdout, stderr, exit });
    });
  });
}

cases("get lays out the server's tables (kubectl 1.32, pkg/cmd/get; measured)", [
  {
    run: "kubectl get svc kubia web",
    stdout:
      "NAME    TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)                      AGE\nkubia   ClusterIP   10.96.1.20   <none>        80/TCP                       0s\nweb     NodePort    10.96.1.21   <none>        80:30123/TCP,443:30124/TCP   0s\n",
  },
  { run: "kubectl get svc kubia --no-headers", stdout: "kubia   ClusterIP   10.96.1.20   <none>   80/TCP   0s\n" },
  {
    run: "kubectl get svc -L env -l app=kubia",
    stdout:
      "NAME    TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE   ENV\nkubia   ClusterIP   10.96.1.20   <none>        80/TCP    0s    prod\n",
  },
  {
    run: "kubectl get po,svc/kubia",
    exit: 1,
    stderr: 'error: the server doesn\'t have a resource type "po,svc"\n',
    stdout: "",
  },
  { run: "kubectl get deploy", stderr: "No resources found in default namespace.\n" },
  { run: "kubectl get deploy -A", stderr: "No resources found\n" },
  { run: "kubectl get deploy -o name" },
  {
    run: "kubectl get deploy -o json",
    stdout:
      '{\n    "apiVersion": "v1",\n    "items": [],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n',
  },
  { run: "kubectl get svc nope", exit: 1, stderr: 'Error from server (NotFound): services "nope" not found\n' },
  { run: "kubectl get svc nope --ignore-not-found" },
  { run: "kubectl get foo", exit: 1, stderr: 'error: the server doesn\'t have a resource type "foo"\n' },
  { run: "kubectl get svc -l app=kubia -o name", stdout: "service/kubia\n" },
  {
    run: "kubectl get svc --field-selector foo=bar",
    exit: 1,
    stderr:
      'Error from server (BadRequest): Unable to find "/v1, Resource=services" that match label selector "", field selector "foo=bar": field label not supported: foo\n',
  },
  {
    run: "kubectl get svc kubia -A",
    exit: 1,
    stderr: "error: a resource cannot be retrieved by name across all namespaces\n",
  },
]);

cases("jsonpath, go-template, custom-columns (client-go util/jsonpath; Go text/template)", [
  { run: "kubectl get svc web -o jsonpath='{.spec.ports[*].port} {.spec.ports[?(@.name==\"https\")].nodePort}'", stdout: "80 443 30124" },
  { run: "kubectl get svc web -o jsonpath='{range .spec.ports[*]}{.name}={.port}{\"\\n\"}{end}'", stdout: "http=80\nhttps=443\n" },
  { run: "kubectl get svc web -o jsonpath='{.spec.ports[-1:].name}{.spec.ports[0:1].name}'", stdout: "httpshttp" },
  { run: "kubectl get svc kubia -o jsonpath=\"{['metadata.name','spec.clusterIP']}\"", stdout: "kubia 10.96.1.20" },
  { run: "kubectl get svc kubia -o jsonpath='{.spec.selector}{.spec.nope}'", stdout: '{"app":"kubia"}' },
  { run: "kubectl get svc kubia -o jsonpath='text {.kind}'", stdout: "text Service" },
  {
    run: "kubectl get svc web -o go-template='{{range $i, $p := .spec.ports}}{{if $i}},{{end}}{{$p.port}}{{end}} {{.spec.nope}}'",
    stdout: "80,443 <no value>",
  },
  {
    run: "kubectl get svc web -o go-template='{{printf \"%s %d %q\" .metadata.name (len .spec.ports) (index .spec.ports 0).name}}'",
    stdout: 'web 2 "http"',
  },
  {
    run: "kubectl get svc kubia web -o custom-columns=NAME:.metadata.name,PORTS:spec.ports[*].port,X:{.spec.x}",
    stdout: "NAME    PORTS    X\nkubia   80       <none>\nweb     80,443   <none>\n",
  },
]);

cases("usage errors (cobra, pflag, cmdutil)", [
  { run: "kubectl gett", exit: 1, stderr: 'error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n' },
  { run: "kubectl get svc --foo", exit: 1, stderr: "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n" },
  { run: "kubectl get svc -n", exit: 1, stderr: "error: flag needs an argument: 'n' in -n\nSee 'kubectl get --help' for usage.\n" },
  { run: "kubectl scale deploy web", exit: 1, stderr: 'error: required flag(s) "replicas" not set\n' },
  {
    run: "kubectl scale deploy web --replicas=x",
    exit: 1,
    stderr:
      'error: invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax\nSee \'kubectl scale --help\' for usage.\n',
  },
  { run: "kubectl rollout foo", exit: 1, stderr: "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n" },
  { run: "kubectl delete svc", exit: 1, stderr: "error: resource(s) were provided, but no name was specified\n" },
  { run: "kubectl -n kube-system get svc", stderr: "No resources found in kube-system namespace.\n" },
]);

const manifest = (spec: string): string =>
  `kubectl apply -f - <<'EOF'\nkind: Service\napiVersion: v1\nmetadata: {name: new}\nspec: ${spec}\nEOF`;

describe("apply (kubectl pkg/cmd/apply; measured)", () => {
  test("creates, changes, and leaves alone", () => {
    const { run } = bench();
    expect(run(manifest("{ports: [{port: 80}], selector: {a: b}}")).stdout).toBe("service/new created\n");
    expect(run(manifest("{ports: [{port: 80}], selector: {a: b}}")).stdout).toBe("service/new unchanged\n");
    expect(run(manifest("{ports: [{port: 81}]}")).stdout).toBe("service/new configured\n");
    expect(run("kubectl get svc new -o jsonpath='{.spec.ports[*].port}{.spec.selector}'").stdout).toBe("81");
    expect(run("kubectl get svc new -o jsonpath='{.metadata.annotations}'").stdout).toBe(
      '{"kubectl.kubernetes.io/last-applied-configuration":"{\\"apiVersion\\":\\"v1\\",\\"kind\\":\\"Service\\",\\"metadata\\":{\\"annotations\\":{},\\"name\\":\\"new\\",\\"namespace\\":\\"default\\"},\\"spec\\":{\\"ports\\":[{\\"port\\":81}]}}\\n"}',
    );
  });
  test("what others changed survives", () => {
    const { run } = bench();
    run(manifest("{ports: [{port: 80}]}"));
    run("kubectl label svc new x=y");
    expect(run(manifest("{ports: [{port: 82}]}")).stdout).toBe("service/new configured\n");
    expect(run("kubectl get svc new -o jsonpath={.metadata.labels.x}").stdout).toBe("y");
  });
  test("a bad object does not stop the rest", () => {
    const { run } = bench();
    const result = run(
      `${manifest("{type: Foo, ports: [{port: 80}]}").slice(0, -4)}\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\nEOF`,
    );
    expect(result).toMatchObject({ exit: 1, stdout: "configmap/c created\n" });
    expect(result.stderr).toContain('The Service "new" is invalid: spec.type: Unsupported value: "Foo"');
  });
  test("an object made by create gets its annotation with a warning", () => {
    const { run } = bench({ yaml: shop });
    const result = run(
      "kubectl apply -f - <<'EOF'\nkind: Service\napiVersion: v1\nmetadata: {name: kubia}\nspec: {ports: [{port: 80, targetPort: 8080}]}\nEOF",
    );
    expect(result.stdout).toBe("service/kubia configured\n");
    expect(result.stderr).toMatch(
      /^Warning: resource services\/kubia is missing the kubectl.kubernetes.io\/last-applied-configuration annotation/,
    );
  });
  test("files, folders and lists", () => {
    const world = bench();
    world.write("/tmp/a.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n");
    world.write(
      "/tmp/b.json",
      '{"kind": "List", "apiVersion": "v1", "items": [{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "b"}}]}',
    );
    world.write("/tmp/c.txt", "no manifest");
    expect(world.run("kubectl apply -f /tmp").stdout).toBe("configmap/a created\nconfigmap/b created\n");
    expect(world.run("kubectl delete -f /tmp/a.yaml -f /tmp/b.json").stdout).toBe('configmap "a" deleted\nconfigmap "b" deleted\n');
  });
});

cases("what the client finds itself (kubectl 1.32; measured)", [
  {
    run: "kubectl apply -f - <<'EOF'\nkind: Service\nEOF",
    exit: 1,
    stderr:
      'error: error validating "STDIN": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n',
  },
  {
    run: "kubectl apply -f - <<'EOF'\nkind: Servic\napiVersion: v1\nmetadata: {name: kubia}\nEOF",
    exit: 1,
    stderr:
      'error: resource mapping not found for name: "kubia" namespace: "" from "STDIN": no matches for kind "Servic" in version "v1"\nensure CRDs are installed first\n',
  },
  {
    run: "kubectl apply -f - <<'EOF'\nkind: Service\napiVersion: v1\nmetadata: {}\nEOF",
    exit: 1,
    stderr:
      'error: error when retrieving current configuration of:\nResource: "/v1, Resource=services", GroupVersionKind: "/v1, Kind=Service"\nName: "", Namespace: "default"\nfrom server for: "STDIN": resource name may not be empty\n',
  },
  {
    run: "kubectl apply -n kube-system -f - <<'EOF'\nkind: Service\napiVersion: v1\nmetadata: {name: x, namespace: default}\nEOF",
    exit: 1,
    stderr:
      'error: the namespace from the provided object "default" does not match the namespace "kube-system". You must pass \'--namespace=default\' to perform this operation.\n',
  },
  {
    run: "kubectl apply -f - <<'EOF'\nkind: Service\napiVersion: v1\nmetadata: {name: x, labels: {a: 1}}\nEOF",
    exit: 1,
    stderr:
      'error: unable to decode "STDIN": json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string\n',
  },
]);

cases("words of success and failure (kubectl 1.32; measured)", [
  { run: "kubectl expose pod kubia --name=k --port=80", stdout: "service/k exposed\n" },
  {
    run: "kubectl create svc nodeport n --tcp=80 --node-port=30123",
    exit: 1,
    stderr:
      'error: failed to create NodePort service: Service "n" is invalid: spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated\n',
  },
  { run: "kubectl create ns kube-system", exit: 1, stderr: 'Error from server (AlreadyExists): namespaces "kube-system" already exists\n' },
  {
    run: "kubectl delete svc kubia nope",
    exit: 1,
    stdout: 'service "kubia" deleted\n',
    stderr: 'Error from server (NotFound): services "nope" not found\n',
  },
  { run: "kubectl delete svc -l a=b", stdout: "No resources found\n" },
  {
    run: "kubectl scale deploy nope --replicas=1",
    exit: 1,
    stderr: 'error: no objects passed to scale deployments.apps "nope" not found\n',
  },
  {
    run: 'kubectl patch svc kubia -p \'{"spec":{"sessionAffinity":"Cookie"}}\'',
    exit: 1,
    stderr: 'The Service "kubia" is invalid: spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"\n',
  },
  { run: "kubectl patch svc kubia -p 'spec: {sessionAffinity: ClientIP}'", stdout: "service/kubia patched\n" },
  { run: "kubectl logs nope", exit: 1, stderr: 'error: error from server (NotFound): pods "nope" not found in namespace "default"\n' },
  { run: "kubectl run dnsutils --image=tutum/dnsutils --command -- sleep infinity", stdout: "pod/dnsutils created\n" },
  {
    run: "kubectl expose cm kube-root-ca.crt --port=1",
    exit: 1,
    stderr: "error: cannot expose a ConfigMap\n",
  },
  {
    run: "kubectl create secret tls s --cert=tls.cert --key=tls.key",
    exit: 1,
    stderr: "error: Cannot read file tls.cert, open tls.cert: no such file or directory\n",
  },
  {
    run: "kubectl create ingress i --rule=foo",
    exit: 1,
    stderr: "error: rule foo is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]\n",
  },
]);

cases(
  "delete names the namespace from 1.34 on",
  [{ run: "kubectl delete svc kubia", stdout: 'service "kubia" deleted from default namespace\n' }],
  "v1.34.0",
);

cases(
  "run makes a Deployment up to 1.17",
  [
    {
      run: "kubectl run x --image=nginx",
      stdout: "deployment.apps/x created\n",
      stderr:
        "kubectl run --generator=deployment/apps.v1 is DEPRECATED and will be removed in a future version. Use kubectl run --generator=run-pod/v1 or kubectl create instead.\n",
    },
  ],
  "v1.13.0",
);

cases(
  "the tutorial's own time (1.20)",
  [
    {
      run: "kubectl apply -f - <<'EOF'\napiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: kubia}\nspec:\n  tls: [{hosts: [a.b], serviceName: x}]\n  backend: {serviceName: a, servicePort: 80}\nEOF",
      exit: 1,
      stderr:
        'error: error validating "STDIN": error validating data: ValidationError(Ingress.spec.tls[0]): unknown field "serviceName" in io.k8s.api.extensions.v1beta1.IngressTLS; if you choose to ignore these errors, turn validation off with --validate=false\n',
    },
    {
      run: "kubectl apply -f - <<'EOF'\napiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: kubia}\nspec:\n  backend: {serviceName: a, servicePort: 80}\nEOF",
      stdout: "ingress.extensions/kubia created\n",
      stderr: "Warning: extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress\n",
    },
  ],
  "v1.20.15",
);

test("-w prints the table, then a row per change, and ends by Ctrl-C (130)", () => {
  const { run } = bench({ yaml: shop });
  const result = run("(sleep 0.1; kubectl label svc kubia x=y >/dev/null) & kubectl get svc kubia -w", { interruptAfterMs: 400 });
  expect(result.exit).toBe(130);
  expect(result.stdout).toBe(
    "NAME    TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nkubia   ClusterIP   10.96.1.20   <none>        80/TCP    0s\nkubia   ClusterIP   10.96.1.20   <none>        80/TCP    0s\n",
  );
});

describe("hints stand beside the output, never in it", () => {
  test.each([
    ["kubectl run x –image=y", "kubectl.typographic-dash", "kubectl run x --image=y"],
    ["kubectl exec kubia — ls", "kubectl.typographic-dash", "kubectl exec kubia -- ls"],
    ["kubectl exec kubia ls", "kubectl.exec-needs-dashes", "kubectl exec kubia -- ls"],
    [manifest("{type: LoadBalance, ports: [{port: 80}]}"), "kubectl.service-type", undefined],
    [
      "kubectl apply -f - <<'EOF'\nkind: Service\napiVersion: v1\nmetadata:\nname: kubia\n– port: 80\n– x: 1\nEOF",
      "kubectl.pasted-yaml",
      undefined,
    ],
    ["kubectl apply -f - <<'EOF'\nspec: {type: LoadBalancer}\nEOF", "kubectl.fragment", undefined],
    [
      "kubectl apply -f - <<'EOF'\nkind: Endpoints\napiVersion: v1\nmetadata: {name: webb}\nsubsets: [{addresses: [{ip: 11.11.11.11}], ports: [{port: 80}]}]\nEOF",
      "kubectl.endpoints-name",
      undefined,
    ],
  ])("%s", (run, code, command) => {
    const world = bench({ yaml: shop });
    const { stdout, stderr } = world.run(run);
    expect(world.hints[0]).toMatchObject({ code, ...(command === undefined ? {} : { command }) });
    expect(stdout + stderr).not.toContain("hint");
  });
});
