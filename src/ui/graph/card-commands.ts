import type { enUi } from "../../messages/en-ui.ts";

/** What a card's menu offers. Faults are commands, so that links, lessons and headless runs carry them: the menu types what a user would. */
export interface CardCommand {
  readonly label: keyof typeof enUi;
  readonly command: string;
  /** Not sent yet: the user finishes or presses Enter. */
  readonly isDraft?: true;
}

/** By the id of a box: `pod/default/kubia-x`, `node/node1`, `service/default/kubia` … Pure. */
export function commandsFor(id: string, client: string): readonly CardCommand[] {
  const [kind, ...rest] = id.split("/");
  const [namespace, name] = rest.length === 2 ? (rest as [string, string]) : ["default", rest[0] ?? ""];
  const inNamespace = namespace === "default" ? "" : ` -n ${namespace}`;
  switch (kind) {
    case "pod":
      return [
        { label: "menuShell", command: `kubectl exec -it ${name}${inNamespace} -- sh` },
        { label: "menuLogs", command: `kubectl logs ${name}${inNamespace}` },
        { label: "menuHang", command: `break pod/${name} hang${inNamespace}` },
        { label: "menuSlow", command: `break pod/${name} slow 2s${inNamespace}` },
        { label: "menuError", command: `break pod/${name} status 500${inNamespace}` },
        { label: "menuCrash", command: `break pod/${name} crash${inNamespace}` },
        { label: "menuMend", command: `mend pod/${name}${inNamespace}` },
        { label: "menuDelete", command: `kubectl delete po ${name}${inNamespace}` },
      ];
    case "node":
    case "rules":
      return [
        { label: "menuShell", command: `at ${name}` },
        { label: "menuRules", command: `at ${name} -- iptables-save -t nat` },
        { label: "menuProxyStop", command: `at ${name} -- systemctl stop kube-proxy` },
        { label: "menuProxyStart", command: `at ${name} -- systemctl start kube-proxy` },
        { label: "menuPowerOff", command: `at ${name} -- poweroff` },
        { label: "menuCordon", command: `kubectl cordon ${name}` },
        { label: "menuUncordon", command: `kubectl uncordon ${name}` },
      ];
    case "service":
      return [
        { label: "menuDescribe", command: `kubectl describe svc ${name}${inNamespace}` },
        { label: "menuEndpoints", command: `kubectl get endpointslices -l kubernetes.io/service-name=${name}${inNamespace}` },
        { label: "menuNodePort", command: `kubectl patch svc ${name}${inNamespace} -p '{"spec":{"type":"NodePort"}}'` },
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
