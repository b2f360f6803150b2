import type { Sentence } from "./catalogue.ts";
import type { enHints } from "./en-hints.ts";

export const zhHints: Readonly<Record<keyof typeof enHints, Sentence>> = {
  "kubectl.typographic-dash": () => "短横线是排版符号（– 或 —），网页和文档常这样写。kubectl 需要普通的短横线。",
  "kubectl.exec-needs-dashes": () => "现在的 kubectl 要求命令前有 --；没有它，后面的一切都算作 kubectl 自己的选项。",
  "kubectl.tls-files-missing": (a) => `还没有 ${a.file}。请先生成私钥和证书。`,
  "kubectl.patch-type-merge": (a) => `${a.kind} 不支持策略合并：请用 --type=merge。`,
  "kubectl.expose-target-port": (a) => `不写 --target-port 时 Service 发往端口 ${a.port}，而容器监听 ${a.containerPort}：连接会被拒绝。`,
};
