import type { enUi } from "../../messages/en-ui.ts";

/** What a card's menu offers. Faults are commands, so that links, lessons and headless runs carry them: the menu types what a user would. */
export interface CardCommand {
  readonly label: keyof typeof enUi;
  readonly command: string;
  /** Not sent yet: the user finishes or presses Enter. */
  readonly isDraft?: true;
}

/** What prints a node's Service rules, by the mode in which kube-proxy writes them. */
const rulesCommands: Readonly<Record<string, string>> = {
  iptables: "iptables-save -t nat",
  ipvs: "ipvsadm -Ln",
  nftables: "nft list table ip kube-proxy",
};

/** By the id of a box: `pod/default/kubia-x`, `node/node1`, `service/default/kubia` … Pure. */
export function commandsFor(id: string, client: string, proxyMode = "iptables"): readonly CardCommand[] {
  const [kind, ...rest] = id.split("/");
  const [namespace, name] = rest.length === 2 ? (rest as [string, string]) : ["default", rest[0] ?? ""];
  const inNamespace = namespace === "default" ? "" : ` -n ${namespace}`;
  // `break` and `mend` take the namespace within the name.
  const pod = namespace === "default" ? `pod/${name}` : `pod/${namespace}/${name}`;
  switch (kind) {
    case "pod":
      return [
        { label: "menuShell", command: `kubectl exec -it ${name}${inNamespace} -- sh` },
        { label: "menuLogs", command: `kubectl logs ${name}${inNamespace}` },
        { label: "menuHang", command: `break ${pod} hang` },
        { label: "menuSlow", command: `break ${pod} slow 2s` },
        { label: "menuError", command: `break ${pod} status 500` },
        { label: "menuBind", command: `break ${pod} bind 127.0.0.1` },
        { label: "menuCrash", command: `break ${pod} crash` },
        { label: "menuMend", command: `mend ${pod}` },
        { label: "menuDelete", command: `kubectl delete po ${name}${inNamespace}` },
      ];
    case "node":
    case "rules":
      return [
        { label: "menuShell", command: `at ${name}` },
        { label: "menuRules", command: `at ${name} -- ${rulesCommands[proxyMode] ?? rulesCommands["iptables"]}` },
        { label: "menuProxyStop", command: `at ${name} -- systemctl stop kube-proxy` },
        { label: "menuProxyStart", command: `at ${name} -- systemctl start kube-proxy` },
        { label: "menuLossy", command: `at ${name} -- tc qdisc add dev eth0 root netem loss 30%` },
        { label: "menuPowerOff", command: `at ${name} -- poweroff` },
        { label: "menuMend", command: `mend node/${name}` },
        { label: "menuCordon", command: `kubectl cordon ${name}` },
        { label: "menuUncordon", command: `kubectl uncordon ${name}` },
      ];
    case "service":
      return [
        { label: "menuDescribe", command: `kubectl describe svc ${name}${inNamespace}` },
        { label: "menuEndpoints", command: `kubectl get endpointslices -l kubernetes.io/service-name=${name}${inNamespace}` },
        { label: "menuNodePort", command: `kubectl patch svc ${name}${inNamespace} -p '{"spec":{"type":"NodePort"}}'` },
        { label: "menuNoSlices", command: "break controller/endpointslice" },
        { label: "menuSlices", command: "mend controller/endpointslice" },
        { label: "menuDelete", command: `kubectl delete svc ${name}${inNamespace}` },
      ];
    case "ingress":
      return [{ label: "menuDescribe", command: `kubectl describe ing ${name}${inNamespace}` }];
    case "client":
      return name === client
        ? [{ label: "menuCurl", command: "curl -s ", isDraft: true }]
        : [{ label: "menuShell", command: `at ${name}` }];
    case "lb":
      return [{ label: "menuDescribe", command: `kubectl describe svc ${name}${inNamespace}` }];
    default:
      return [];
  }
}
