import { describe, expect, test } from "vitest";
import { mendPastedText } from "../../src/scenario/mend.ts";
import { mendKinds } from "../../src/scenario/mend-kinds.ts";
import { firstService, probedController } from "../tutorial/texts.ts";

/** As the tutorial's web page gives them: indentation gone, list dashes U+2013 (tutorial, sections 1.1, 2.2, 4.3, 5, 6). */
const cases = [
  { name: "the first Service, with comments", ...firstService },
  {
    name: "a Service and its Endpoints in one block without a separator",
    pasted: `apiVersion: v1
kind: Service
metadata:
name: external-service
spec: # 没有指定 Pod 选择器
ports:
– port: 80
apiVersion: v1
kind: Endpoints
metadata:
name: external-service # Endpoint 名称需和服务名称匹配
subsets:
– addresses: # 服务将连接重定向到 Endpoint 的 IP 地址
– ip: 11.11.11.11
– ip: 22.22.22.22
ports: # Endpoint 的目标端口
– port: 80`,
    mended: `apiVersion: v1
kind: Service
metadata:
  name: external-service
spec: # 没有指定 Pod 选择器
  ports:
  - port: 80
---
apiVersion: v1
kind: Endpoints
metadata:
  name: external-service # Endpoint 名称需和服务名称匹配
subsets:
- addresses: # 服务将连接重定向到 Endpoint 的 IP 地址
  - ip: 11.11.11.11
  - ip: 22.22.22.22
  ports: # Endpoint 的目标端口
  - port: 80`,
  },
  { name: "the ReplicationController with its readiness probe", ...probedController },
  {
    name: "a fragment: the kind is guessed by its fields",
    pasted: `spec:
sessionAffinity: ClientIP # 默认 None
ports:
– name: http
port: 80`,
    mended: `spec:
  sessionAffinity: ClientIP # 默认 None
  ports:
  - name: http
    port: 80`,
  },
];

describe("text pasted from a web page gets its shape back", () => {
  test.each(cases)("$name", ({ pasted, mended }) => {
    expect(mendPastedText(pasted, mendKinds())).toBe(mended);
  });

  test("full-width punctuation, curly quotes and hard spaces", () => {
    const pasted = "metadata：\u00a0\n  name：“kubia”\nspec:\n\u3000\u3000replicas: 2";
    expect(mendPastedText(pasted, mendKinds())).toBe('metadata:\n  name: "kubia"\nspec:\n  replicas: 2');
  });

  test("a text that is well is left alone", () => {
    expect(mendPastedText(firstService.mended, mendKinds())).toBeUndefined();
  });
});
