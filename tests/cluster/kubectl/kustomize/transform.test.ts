import { describe, expect, test } from "vitest";
import { imageAfter } from "../../../../src/cluster/kubectl/kustomize/transform.ts";

describe("images (kustomize api/filters/imagetag, its test cases)", () => {
  test.each([
    { image: "nginx:1.7.9", change: { name: "nginx", newTag: "v2" }, becomes: "nginx:v2" },
    { image: "nginx", change: { name: "nginx", newName: "my/nginx" }, becomes: "my/nginx" },
    { image: "nginx:1.7.9", change: { name: "nginx", newName: "apache" }, becomes: "apache:1.7.9" },
    { image: "nginx:1.7.9", change: { name: "nginx", digest: "sha256:12345" }, becomes: "nginx@sha256:12345" },
    { image: "nginx@sha256:111", change: { name: "nginx", newTag: "v3" }, becomes: "nginx:v3" },
    { image: "registry:5000/nginx:1.7.9", change: { name: "registry:5000/nginx", newTag: "v3" }, becomes: "registry:5000/nginx:v3" },
    { image: "my/nginx:1", change: { name: "nginx", newTag: "2" }, becomes: "my/nginx:1" },
  ])("$image with $change", ({ image, change, becomes }) => {
    expect(imageAfter(image, change)).toBe(becomes);
  });
});
