import { describe, expect, test } from "vitest";
import { hiddenBy, isObjectShown, noFilters, type Shows, withoutSystem } from "../../src/graph/filter.ts";
import { filterChoices, withKind, withNamespace, withObject } from "../../src/graph/filter-choices.ts";
import { objectsOf, pod, service, summaryOf } from "./worlds.ts";

const quiet: Shows = { system: false, noise: false, ingress: false };
const objects = [pod("web-abc-0"), pod("coredns-1", { namespace: "kube-system" }), pod("cart-1", { namespace: "shop" }), service("web")];
const shown = (filters = noFilters, shows = quiet) =>
  objects
    .filter((object) => isObjectShown(hiddenBy(filters, shows), object.kind as "Pod" | "Service", object))
    .map(({ metadata }) => metadata.name);

describe("what is shown", () => {
  test.each([
    { name: "the cluster's own is quiet", filters: noFilters, shows: quiet, names: ["web-abc-0", "cart-1", "web"] },
    { name: "until asked for", filters: noFilters, shows: { ...quiet, system: true }, names: ["web-abc-0", "coredns-1", "cart-1", "web"] },
    {
      name: "or until its traffic is",
      filters: noFilters,
      shows: { ...quiet, noise: true },
      names: ["web-abc-0", "coredns-1", "cart-1", "web"],
    },
    {
      name: "one namespace by name",
      filters: withNamespace(noFilters, "kube-system", true),
      shows: quiet,
      names: ["web-abc-0", "coredns-1", "cart-1", "web"],
    },
    { name: "a namespace hidden", filters: withNamespace(noFilters, "shop", false), shows: quiet, names: ["web-abc-0", "web"] },
    { name: "a kind hidden", filters: withKind(noFilters, "Pod", false), shows: quiet, names: ["web"] },
    { name: "one object hidden", filters: withObject(noFilters, "pod/shop/cart-1", false), shows: quiet, names: ["web-abc-0", "web"] },
    {
      name: "and shown again",
      filters: withObject(withObject(noFilters, "pod/shop/cart-1", false), "pod/shop/cart-1", true),
      shows: quiet,
      names: ["web-abc-0", "cart-1", "web"],
    },
  ])("$name", ({ filters, shows, names }) => {
    expect(shown(filters, shows)).toEqual(names);
  });

  test("choices have counts; hidden are those that the user hid, and not the quiet ones", () => {
    const choices = filterChoices(objectsOf(objects), summaryOf(1), withNamespace(noFilters, "shop", false), quiet);
    expect(choices.namespaces).toEqual([
      { name: "default", count: 2, isShown: true },
      { name: "shop", count: 1, isShown: false },
      { name: "kube-system", count: 1, isShown: false },
    ]);
    expect(choices.kinds.map(({ name, count }) => [name, count])).toEqual([
      ["Pod", 2],
      ["Service", 1],
      ["client", 1],
    ]);
    expect(choices.hidden).toBe(1);
  });

  test("the page's switch takes back what was said of single system namespaces", () => {
    const filters = withNamespace(withNamespace(noFilters, "kube-system", false), "shop", false);
    expect(withoutSystem(filters).namespaces).toEqual({ shop: false });
  });
});
