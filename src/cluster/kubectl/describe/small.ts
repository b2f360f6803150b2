import type { EndpointSlice } from "../../api/endpoint-slice/types.ts";
import type { KubernetesObject, LooseObject } from "../../api/meta.ts";
import { base64Size } from "../../protocols/bytes.ts";
import type { Describer } from "./context.ts";
import { type Pairs, partsOf, writeAnnotations, writeLabels } from "./writer.ts";

/** Kinds with little to say. @source kubectl pkg/describe/describe.go */
export const describeEndpoints: Describer = function* (w, { object }) {
  const { metadata } = object;
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, "Subsets:\n");
  const { subsets = [] } = object as unknown as {
    subsets?: readonly {
      addresses?: readonly { ip: string }[];
      notReadyAddresses?: readonly { ip: string }[];
      ports?: readonly { name?: string; port: number; protocol?: string }[];
    }[];
  };
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const text = (list: readonly { ip: string }[]): string => (list.length === 0 ? "<none>" : list.map(({ ip }) => ip).join(","));
    w.write(1, `Addresses:\t${text(addresses)}\n`);
    w.write(1, `NotReadyAddresses:\t${text(notReadyAddresses)}\n`);
    if (ports.length > 0) {
      w.write(1, "Ports:\n");
      w.write(2, "Name\tPort\tProtocol\n");
      w.write(2, "----\t----\t--------\n");
      for (const { name = "", port, protocol = "TCP" } of ports) w.write(2, `${name === "" ? "<unset>" : name}\t${port}\t${protocol}\n`);
    }
    w.write(0, "\n");
  }
};

export const describeEndpointSlice: Describer = function* (w, { object }) {
  const slice = object as EndpointSlice;
  const { metadata } = slice;
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `AddressType:\t${slice.addressType}\n`);
  const ports = slice.ports ?? [];
  if (ports.length === 0) w.write(0, "Ports: <unset>\n");
  else {
    w.write(0, "Ports:\n");
    w.write(1, "Name\tPort\tProtocol\n");
    w.write(1, "----\t----\t--------\n");
    for (const { name = "", port, protocol } of ports)
      w.write(1, `${name === "" ? "<unset>" : name}\t${port ?? "<unset>"}\t${protocol ?? "TCP"}\n`);
  }
  const endpoints = slice.endpoints ?? [];
  w.write(0, endpoints.length === 0 ? "Endpoints: <none>\n" : "Endpoints:\n");
  for (const endpoint of endpoints) {
    const { hostname, nodeName, zone, targetRef } = endpoint as unknown as {
      hostname?: string;
      nodeName?: string;
      zone?: string;
      targetRef?: { kind?: string; name?: string };
    };
    w.write(1, `- Addresses:\t${endpoint.addresses.length === 0 ? "<none>" : endpoint.addresses.join(", ")}\n`);
    w.write(2, "Conditions:\n");
    w.write(3, `Ready:\t${endpoint.conditions?.ready ?? "<unset>"}\n`);
    w.write(2, `Hostname:\t${hostname ?? "<unset>"}\n`);
    if (targetRef !== undefined) w.write(2, `TargetRef:\t${targetRef.kind}/${targetRef.name}\n`);
    w.write(2, `NodeName:\t${nodeName ?? "<unset>"}\n`);
    w.write(2, `Zone:\t${zone ?? "<unset>"}\n`);
  }
};

export const describeSecret: Describer = function* (w, { object }) {
  const { metadata } = object;
  const { data = {}, type = "Opaque" } = object as unknown as { data?: Pairs; type?: string };
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `\nType:\t${type}\n\nData\n====\n`);
  for (const key of Object.keys(data).sort()) w.write(0, `${key}:\t${base64Size(data[key] ?? "")} bytes\n`);
};

export const describeConfigMap: Describer = function* (w, { object }) {
  const { metadata } = object;
  const { data = {}, binaryData = {} } = object as unknown as { data?: Pairs; binaryData?: Pairs };
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, "\nData\n====\n");
  for (const key of Object.keys(data).sort()) w.write(0, `${key}:\n----\n${data[key]}\n\n`);
  w.write(0, "\nBinaryData\n====\n");
  for (const key of Object.keys(binaryData).sort()) w.write(0, `${key}: ${base64Size(binaryData[key] ?? "")} bytes\n`);
  w.write(0, "\n");
};

export const describeNamespace: Describer = function* (w, { object }) {
  const { metadata } = object;
  yield* [];
  w.write(0, `Name:\t${metadata.name}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Status:\t${String(partsOf(object).status.phase ?? "Active")}\n`);
  w.write(0, "\nNo resource quota.\n\nNo LimitRange resource.\n");
};

export const describeServiceAccount: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { secrets = [], imagePullSecrets = [] } = object as unknown as {
    secrets?: readonly { name: string }[];
    imagePullSecrets?: readonly { name: string }[];
  };
  const { items } = yield* session.request<{ readonly items: readonly { readonly metadata: { readonly name: string } }[] }>({
    method: "GET",
    path: `/api/v1/namespaces/${metadata.namespace}/secrets`,
  });
  const isThere = (name: string): boolean => items.some((secret) => secret.metadata.name === name);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  for (const [title, names] of [
    ["Image pull secrets", imagePullSecrets],
    ["Mountable secrets", secrets],
    ["Tokens", []],
  ] as readonly (readonly [string, readonly { name: string }[]])[]) {
    if (names.length === 0) w.write(0, `${title}:\t<none>\n`);
    names.forEach(({ name }, i) => {
      w.write(0, `${i === 0 ? `${title}:` : ""}\t${name}${isThere(name) ? "" : " (not found)"}\n`);
    });
  }
};

export const describeIngressClass: Describer = function* (w, { object }) {
  const { metadata } = object;
  const { controller = "", parameters } = partsOf(object).spec as { controller?: string; parameters?: LooseObject };
  yield* [];
  w.write(0, `Name:\t${metadata.name}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Controller:\t${controller}\n`);
  if (parameters === undefined) return;
  w.write(0, "Parameters:\n");
  if (typeof parameters.apiGroup === "string") w.write(1, `APIGroup:\t${parameters.apiGroup}\n`);
  w.write(1, `Kind:\t${String(parameters.kind)}\n`);
  w.write(1, `Name:\t${String(parameters.name)}\n`);
};

/** Any other kind: its fields, spelt out. @source the same file, genericDescriber */
export const describeAnything: Describer = function* (w, { object }) {
  const { metadata } = object;
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace ?? ""}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  const { name: _n, namespace: _s, labels: _l, annotations: _a, ...rest } = metadata as unknown as LooseObject;
  const { apiVersion, kind, metadata: _m, ...body } = object as KubernetesObject & LooseObject;
  writeFields(0, { apiVersion, kind, metadata: rest, ...body });

  function writeFields(level: number, fields: LooseObject): void {
    for (const key of Object.keys(fields).sort()) writeField(level, title(key), fields[key]);
  }
  function writeField(level: number, name: string, value: unknown): void {
    if (Array.isArray(value)) {
      w.write(level, `${name}:\n`);
      for (const item of value) {
        if (typeof item === "object" && item !== null) writeFields(level + 1, item as LooseObject);
        else w.write(level + 1, `${String(item)}\n`);
      }
    } else if (typeof value === "object" && value !== null) {
      w.write(level, `${name}:\n`);
      writeFields(level + 1, value as LooseObject);
    } else w.write(level, `${name}:\t${value === null ? "<nil>" : String(value)}\n`);
  }
};

/** `creationTimestamp` -> `Creation Timestamp`. @source the same file, smartLabelFor; fatih/camelcase */
function title(name: string): string {
  if (/[^\p{L}-]/u.test(name)) return name;
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .replace(/-/g, " - ")
    .split(" ");
  return words.map((word) => (acronyms.includes(word.toUpperCase()) ? word.toUpperCase() : capital(word))).join(" ");
}

const acronyms = ["API", "URL", "UID", "OSB", "GUID"];

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
