import type { Sentence } from "./catalogue.ts";
import type { enHints } from "./en-hints.ts";

export const zhHints: Readonly<Record<keyof typeof enHints, Sentence>> = {
  // 键入的命令
  "kubectl.typographic-dash": () => "短横线是排版符号（– 或 —），网页和文档常这样写。kubectl 需要普通的短横线。",
  "kubectl.exec-needs-dashes": () => "现在的 kubectl 要求命令前有 --；没有它，后面的一切都算作 kubectl 自己的选项。",
  "kubectl.server-flag": (a) => `这里的 -s 被当作 kubectl 自己的 --server，于是它去找 ${a.server}。请在 Pod 的命令前加上 --。`,
  "kubectl.tls-files-missing": (a) => `还没有 ${a.file}。请先生成私钥和证书。`,
  "kubectl.patch-type-merge": (a) => `${a.kind} 不支持策略合并：请用 --type=merge。`,
  "kubectl.expose-target-port": (a) => `不写 --target-port 时 Service 发往端口 ${a.port}，而容器监听 ${a.containerPort}：连接会被拒绝。`,
  "wait-needs-unit": (a) => `wait 的时长要带单位：wait ${a.value}s。单独的数字是要等待的进程号。`,
  // 提交的清单
  "kubectl.pasted-yaml": () => "缩进丢失，或短横线变成了排版符号（–），网页常会这样。正确的写法：每级缩进两个空格，列表项前用 -。",
  "kubectl.fragment": (a) => `这只是片段：缺少 ${a.missing}。完整对象需要 apiVersion、kind、metadata.name；Pod 还要有带 image 的容器。`,
  "kubectl.service-type": (a) => `没有 ${a.given} 这个类型，你要的多半是 ${a.meant}。`,
  "kubectl.affinity-cookie": () =>
    "Service 工作在第四层（TCP、UDP），看不到 Cookie。Ingress 看得到：给它加注解 nginx.ingress.kubernetes.io/affinity: cookie。",
  "kubectl.external-name-ip": (a) =>
    `externalName 会成为 CNAME 记录，它指向名字而不是地址：${a.address} 会被当作名字去查，结果查不到。要用地址，请用没有选择算符的 Service 加 Endpoints。`,
  "kubectl.headless-port": (a) => `无头服务不映射端口：名字直接解析为 Pod IP，请连接 ${a.targetPort}；没有规则会把 ${a.port} 变成它。`,
  "kubectl.endpoints-name": (a) =>
    `这个 Endpoints 不属于任何 Service：名字必须与 Service 完全一致。是否想写 ${a.service} 而不是 ${a.name}？`,
  "kubectl.ingress-beta": (a) =>
    `${a.version} 从 1.22 起已移除。请用 networking.k8s.io/v1：backend 写成 service: {name, port: {number}}，每条路径要有 pathType（旧行为是 ImplementationSpecific，如今常用 Prefix），spec 里要有 ingressClassName: nginx。`,
  "kubectl.ingress-without-class": (a) =>
    `${a.name} 没有 ingressClassName，控制器不会处理它：ADDRESS 一直为空，请求得到 404。请在 spec 中加上 ingressClassName: nginx。`,
  "kubectl.tls-service-name": () => "证书用 secretName 指定，不是 serviceName。",
  "kubectl.template-keeps-pods": (a) =>
    `修改模板不影响已在运行的 Pod：${a.kind} ${a.name} 只用它创建下一个 Pod。删除旧 Pod，新的就会按新模板创建。`,
  // 程序遇到的情况
  "machine.resolve-conf": () => "文件名是 /etc/resolv.conf，没有那个 e：历史上的缩写。",
  "dns.other-namespace": (a) => `短名只在 Pod 自己的名字空间里查找。这个 Service 在 ${a.namespace}：请用 ${a.full}。`,
  "dns.near-name": (a) => `这里没有名为 ${a.name} 的 Service。是否想写 ${a.near}？`,
  "dns.outside-the-cluster": (a) => `${a.name} 是集群自己的 DNS 里的名字，只有 Pod 会去问它。集群外的机器和节点问的是别的 DNS。`,
  "dns.headless-nobody-ready": (a) =>
    `无头服务的名字代表它的就绪 Pod，而${Number(a.count) === 0 ? "它没有选中任何 Pod" : "现在没有一个就绪"}：所以 ${a.name} 没有任何地址。`,
  "network.container-port": (a) =>
    `拒绝的是 Pod ${a.pod} 自己：端口 ${a.port} 上没有程序监听。清单里的 containerPort 只是说明，不会打开端口。`,
  "network.target-port": (a) =>
    `Service 的 targetPort 指向 Pod ${a.pod} 的端口 ${a.port}，那里没有程序监听。它的容器写的是 ${a.declared}。`,
  "network.headless-port": (a) =>
    `无头服务的名字背后没有规则，端口不会被映射：连接直接到了 Pod ${a.pod} 的端口 ${a.port}。它的容器写的是 ${a.declared}。`,
  "network.selector-matches-nothing": (a) =>
    `${a.service} 的选择算符（${a.selector}）没有选中任何 Pod。对照一下：kubectl get pods --show-labels`,
  "network.nobody-ready": (a) =>
    `${a.service} 选中了 ${a.count} 个 Pod，但没有一个就绪，所以都不接收流量。看 kubectl get pods 的 READY 列。`,
  "network.no-selector": (a) => `${a.service} 没有选择算符，没有人替它写端点。请创建同名的 Endpoints（或 EndpointSlice）。`,
  "network.ping-cluster-ip": (a) =>
    `没有任何网卡拥有 ${a.service} 的地址：只有规则，而规则只认 ${a.ports}，所以 ping 无人应答。这不说明 Service 有问题。`,
};
