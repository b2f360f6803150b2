/** What a shipped scenario shows, in both languages, and other words by which people look for it (old and varying terms, too). */
export interface ExampleTitle {
  readonly en: string;
  readonly zh: string;
  readonly words: string;
}

export const exampleTitles: Readonly<Record<string, ExampleTitle>> = {
  kubia: { en: "a Service and its pods", zh: "Service 与它的 Pod", words: "ClusterIP 集群 IP 服务 负载均衡 选择算符 选择器" },
  tutorial: { en: "the tutorial as printed (v1.20)", zh: "教程原貌（v1.20）", words: "kubia 完全限定域名 FQDN 服务" },
  "tutorial-today": { en: "the tutorial today (v1.32)", zh: "教程的今日写法（v1.32）", words: "kubia 完全限定域名 FQDN 服务" },
  dns: { en: "names and FQDNs", zh: "DNS 与完全限定域名（FQDN）", words: "全限定域名 resolv.conf CoreDNS kube-dns ndots 服务发现 search" },
  "external-name": { en: "a name for something outside", zh: "ExternalName 别名", words: "CNAME 外部服务 FQDN" },
  "external-service": {
    en: "endpoints written by hand",
    zh: "手写的 Endpoints",
    words: "端点 外部服务 EndpointSlice selector 没有选择算符",
  },
  headless: {
    en: "headless: names lead straight to pods",
    zh: "无头服务（Headless Service）",
    words: "StatefulSet clusterIP None DNS 轮转 轮询",
  },
  nodeport: { en: "a port on every node", zh: "NodePort 节点端口", words: "30123 外部" },
  "load-balancer": { en: "one address for the outside", zh: "LoadBalancer 负载均衡器", words: "外部 IP pending 防火墙 firewall" },
  "traffic-policy-local": { en: "keep the client's address", zh: "externalTrafficPolicy: Local", words: "流量策略 源 IP SNAT 健康检查" },
  "session-affinity": { en: "one client, one pod", zh: "会话亲和性", words: "sessionAffinity ClientIP 会话粘性 cookie sticky" },
  readiness: { en: "only ready pods get traffic", zh: "就绪探针", words: "就绪态探针 probe 0/1" },
  ingress: { en: "hosts and paths", zh: "Ingress：按主机和路径", words: "控制器 nginx 404 七层 HTTP" },
  "ingress-tls": { en: "https as far as the controller", zh: "Ingress 的 TLS", words: "证书 certificate https 308 openssl" },
  gateway: { en: "Gateway API", zh: "Gateway API", words: "HTTPRoute 网关 监听器" },
  "network-policy": { en: "who may talk to whom", zh: "NetworkPolicy 网络策略", words: "默认拒绝 隔离 deny isolate" },
  "node-failure": { en: "a node loses power", zh: "节点断电", words: "NotReady 驱逐 evict poweroff 故障" },
  "rolling-update": { en: "a new version without a gap", zh: "滚动更新", words: "Deployment rollout 上线 preStop" },
  "dual-stack": { en: "IPv4 and IPv6", zh: "双栈：IPv4 与 IPv6", words: "ipFamilies IPv6" },
  ipvs: { en: "kube-proxy in IPVS mode", zh: "IPVS 代理模式", words: "ipvsadm 轮转 轮询 round robin" },
  nftables: { en: "kube-proxy in nftables mode", zh: "nftables 代理模式", words: "nft" },
};

/** Everything by which the scenario is found, in either language. */
export function exampleWords(name: string): string {
  const title = exampleTitles[name];
  return title === undefined ? name : `${name} ${title.en} ${title.zh} ${title.words}`;
}
