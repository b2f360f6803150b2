import { expect, test } from "vitest";
import { completeKubectl } from "../../../src/cluster/kubectl/index.ts";
import { bench } from "./harness.ts";

const { handle } = bench({ yaml: "apiVersion: v1\nkind: Service\nmetadata: {name: kubia}\nspec: {ports: [{port: 80}]}\n" });
const options = { handle, clusterVersion: { minor: 32, text: "v1.32.0" }, defer: () => {}, apiServer: "192.168.0.254:6443" };

test.each([
  ["kubectl desc", ["describe"]],
  ["kubectl rollout ", ["history", "pause", "restart", "resume", "status", "undo"]],
  ["kubectl get ser", ["serviceaccounts", "services"]],
  ["kubectl get svc ", ["kubernetes", "kubia"]],
  ["kubectl get svc/kubi", ["svc/kubia"]],
  ["kubectl delete svc kubia ", ["kubernetes"]],
  ["kubectl get svc -n kube-s", ["kube-system"]],
  ["kubectl get svc -n kube-system ", []],
  ["kubectl get po --no-h", ["--no-headers"]],
  ["kubectl get svc -o j", ["json", "jsonpath="]],
])("%s", (line, expected) => {
  expect(completeKubectl({ options }, line.split(" "))).toEqual(expected);
});
