import { describe, expect, test } from "vitest";
import { admit, definitionOf } from "../admit.ts";

const backend = "backend: {service: {name: kubia, port: {number: 80}}}";

function ingress(spec: string, metadata = "name: kubia"): string {
  return `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {${metadata}}\nspec: ${spec}`;
}

function path(fields: string): string {
  return ingress(`{rules: [{http: {paths: [{${fields}}]}}]}`);
}

const p = "spec.rules[0].http.paths[0]";

/** kubernetes 1.32 pkg/apis/networking/validation, TestValidateIngress */
describe("a new Ingress", () => {
  test.each([
    { name: "well made", yaml: path(`path: /, pathType: Prefix, ${backend}`), errors: [] },
    { name: "default backend alone", yaml: ingress("{defaultBackend: {service: {name: a, port: {name: http}}}}"), errors: [] },
    {
      name: "empty",
      yaml: ingress("{ingressClassName: nginx}"),
      errors: ["spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified"],
    },
    {
      name: "no pathType: nothing else is said of the path",
      yaml: path("path: foo, backend: {}"),
      errors: [`${p}.pathType: Required value: pathType must be specified`],
    },
    {
      name: "unknown pathType",
      yaml: path(`path: /, pathType: Foo, ${backend}`),
      errors: [`${p}.pathType: Unsupported value: "Foo": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
    },
    {
      name: "relative path",
      yaml: path(`path: foo, pathType: Prefix, ${backend}`),
      errors: [`${p}.path: Invalid value: "foo": must be an absolute path`],
    },
    {
      name: "double slash",
      yaml: path(`path: /a//b, pathType: Exact, ${backend}`),
      errors: [`${p}.path: Invalid value: "/a//b": must not contain '//'`],
    },
    {
      name: "ends in /..",
      yaml: path(`path: /a/.., pathType: Exact, ${backend}`),
      errors: [`${p}.path: Invalid value: "/a/..": cannot end with '/..'`],
    },
    { name: "no path with ImplementationSpecific", yaml: path(`pathType: ImplementationSpecific, ${backend}`), errors: [] },
    { name: "no paths", yaml: ingress("{rules: [{http: {paths: []}}]}"), errors: ["spec.rules[0].http.paths: Required value"] },
    {
      name: "host is an IP",
      yaml: ingress(`{rules: [{host: 10.0.0.1, http: {paths: [{path: /, pathType: Prefix, ${backend}}]}}]}`),
      errors: ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
    },
    {
      name: "no backend",
      yaml: path("path: /, pathType: Prefix, backend: {}"),
      errors: [`${p}.backend: Invalid value: "": resource or service backend is required`],
    },
    {
      name: "no service name",
      yaml: path("path: /, pathType: Prefix, backend: {service: {port: {number: 80}}}"),
      errors: [`${p}.backend.service.name: Required value`],
    },
    {
      name: "no port",
      yaml: path("path: /, pathType: Prefix, backend: {service: {name: a}}"),
      errors: [`${p}.backend: Required value: port name or number is required`],
    },
    {
      name: "two ports",
      yaml: path("path: /, pathType: Prefix, backend: {service: {name: a, port: {name: x, number: 80}}}"),
      errors: [`${p}.backend: Invalid value: "": cannot set both port name & port number`],
    },
    {
      name: "port out of range",
      yaml: path("path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 70000}}}"),
      errors: [`${p}.backend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive`],
    },
    {
      name: "class in both places",
      yaml: ingress(
        `{ingressClassName: nginx, defaultBackend: {service: {name: a, port: {number: 80}}}}`,
        "name: a, annotations: {kubernetes.io/ingress.class: foo}",
      ),
      errors: ['annotations.kubernetes.io/ingress.class: Invalid value: "foo": must match `ingressClassName` when both are specified'],
    },
    {
      name: "beta fields",
      yaml: path("path: /, pathType: Prefix, backend: {serviceName: a, servicePort: 80}"),
      errors: [
        'unknown field "spec.rules[0].http.paths[0].backend.serviceName", unknown field "spec.rules[0].http.paths[0].backend.servicePort"',
      ],
    },
  ])("$name", ({ yaml, errors }) => {
    expect(admit(yaml).errors).toEqual(errors);
  });

  test("the class annotation brings a warning (pkg/registry/networking/ingress/strategy.go)", () => {
    const { warnings } = admit(
      ingress("{defaultBackend: {service: {name: a, port: {number: 80}}}}", "name: a, annotations: {kubernetes.io/ingress.class: nginx}"),
    );
    expect(warnings).toEqual([`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`]);
  });
});

/** pkg/apis/networking/v1beta1/conversion.go */
describe("the betas", () => {
  const beta = {
    metadata: { name: "a" },
    spec: {
      backend: { serviceName: "d", servicePort: "http" },
      rules: [{ host: "h", http: { paths: [{ path: "/x", backend: { serviceName: "s", servicePort: 80 } }] } }],
    },
  };
  const version = definitionOf("Ingress").versions.find(({ group }) => group === "extensions")!;

  test("become v1", () => {
    expect(version.toStored(beta)).toMatchObject({
      spec: {
        defaultBackend: { service: { name: "d", port: { name: "http" } } },
        rules: [
          {
            host: "h",
            http: {
              paths: [{ path: "/x", pathType: "ImplementationSpecific", backend: { service: { name: "s", port: { number: 80 } } } }],
            },
          },
        ],
      },
    });
  });

  test("and come back the same, with the path type that they meant", () => {
    const back = version.fromStored(version.toStored(beta) as never);
    expect(back.spec).toEqual({
      backend: beta.spec.backend,
      rules: [
        {
          host: "h",
          http: { paths: [{ path: "/x", pathType: "ImplementationSpecific", backend: { serviceName: "s", servicePort: 80 } }] },
        },
      ],
    });
  });
});
