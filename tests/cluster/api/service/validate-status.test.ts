import { describe, expect, test } from "vitest";
import { fieldErrorText } from "../../../../src/cluster/api/field-error.ts";
import { admit, context, definitionOf } from "../admit.ts";

/** pkg/apis/core/validation TestValidateLoadBalancerStatus; pkg/apis/networking/validation TestValidateIngressStatusUpdate */
describe("a user's write to status", () => {
  const balancer = admit("kind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer, ports: [{port: 80}]}").object;
  const plain = admit("kind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}").object;
  const ingress = admit("kind: Ingress\nmetadata: {name: a}\nspec: {defaultBackend: {service: {name: a, port: {number: 80}}}}").object;
  const path = "status.loadBalancer.ingress";
  test.each([
    { name: "address", object: balancer, entry: { ip: "1.2.3.4", ipMode: "VIP" }, errors: [] },
    { name: "host name", object: balancer, entry: { hostname: "a.example.com" }, errors: [] },
    {
      name: "no address",
      object: balancer,
      entry: { ip: "x" },
      errors: [`${path}[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`],
    },
    {
      name: "mode without address",
      object: balancer,
      entry: { ipMode: "VIP" },
      errors: [`${path}[0].ipMode: Forbidden: may not be specified when \`ip\` is not set`],
    },
    {
      name: "unknown mode",
      object: balancer,
      entry: { ip: "1.2.3.4", ipMode: "Direct" },
      errors: [`${path}[0].ipMode: Unsupported value: "Direct": supported values: "Proxy", "VIP"`],
    },
    {
      name: "address for a name",
      object: balancer,
      entry: { hostname: "1.2.3.4" },
      errors: [`${path}[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address`],
    },
    {
      name: "no load balancer",
      object: plain,
      entry: { ip: "1.2.3.4" },
      errors: [`${path}: Forbidden: may only be used when \`spec.type\` is "LoadBalancer"`],
    },
    {
      name: "Ingress",
      object: ingress,
      entry: { ip: "x" },
      errors: [`${path}[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`],
    },
  ])("$name", ({ object, entry, errors }) => {
    const changed = { ...object, status: { loadBalancer: { ingress: [entry] } } };
    const found = definitionOf(object.kind).validateStatus?.(changed as never, object, context()) ?? [];
    expect(found.map(fieldErrorText)).toEqual(errors);
  });
});
