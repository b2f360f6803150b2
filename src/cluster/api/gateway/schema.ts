import { condition, labelSelector, root } from "../meta-shape.ts";
import type { Struct } from "../schema.ts";
import { about, always, any, int32, list, named, pointer, string, strings, struct } from "../shape.ts";

/** @source gateway-api apis/v1/{gateway,gatewayclass,httproute,shared}_types.go, apis/v1beta1/referencegrant_types.go */

const conditions = list(condition, { mergeKey: "type" });
const pathModifier = struct("v1.HTTPPathModifier", {
  type: always(string),
  replaceFullPath: pointer(string),
  replacePrefixMatch: pointer(string),
});
const header = struct("v1.HTTPHeader", { name: always(string), value: always(string) });
const headerFilter = struct("v1.HTTPHeaderFilter", {
  set: list(header, { mergeKey: "name" }),
  add: list(header, { mergeKey: "name" }),
  remove: strings,
});
const referenceFields = { group: pointer(string), kind: pointer(string), name: always(string), namespace: pointer(string) };
const filterFields = {
  type: always(string),
  requestHeaderModifier: headerFilter,
  responseHeaderModifier: headerFilter,
  requestMirror: struct("v1.HTTPRequestMirrorFilter", {
    backendRef: always(struct("v1.BackendObjectReference", { ...referenceFields, port: pointer(int32) })),
    percent: pointer(int32),
    fraction: struct("v1.Fraction", { numerator: always(int32), denominator: pointer(int32) }),
  }),
  requestRedirect: struct("v1.HTTPRequestRedirectFilter", {
    scheme: pointer(string),
    hostname: pointer(string),
    path: pathModifier,
    port: pointer(int32),
    statusCode: pointer(int32),
  }),
  urlRewrite: struct("v1.HTTPURLRewriteFilter", { hostname: pointer(string), path: pathModifier }),
  extensionRef: any,
};
const filter = struct("v1.HTTPRouteFilter", filterFields);
const backendRef = struct("v1.HTTPBackendRef", {
  ...referenceFields,
  port: about("The number of the Service's port.", pointer(int32)),
  weight: about("Its share among the backends; 1 if left out, 0 gets nothing.", pointer(int32)),
  filters: list(filter),
});
const valueMatch = (name: string): Struct => struct(name, { type: pointer(string), name: always(string), value: always(string) });
const match = struct("v1.HTTPRouteMatch", {
  path: struct("v1.HTTPPathMatch", {
    type: pointer(named("v1.PathMatchType", ["Exact", "PathPrefix", "RegularExpression"])),
    value: pointer(string),
  }),
  headers: list(valueMatch("v1.HTTPHeaderMatch"), { mergeKey: "name" }),
  queryParams: list(valueMatch("v1.HTTPQueryParamMatch"), { mergeKey: "name" }),
  method: pointer(string),
});
const parentReference = struct("v1.ParentReference", {
  group: pointer(string),
  kind: pointer(string),
  namespace: pointer(string),
  name: always(string),
  sectionName: about("The name of one listener.", pointer(string)),
  port: pointer(int32),
});

export const gatewayClassSchema: Struct = root(
  "v1.GatewayClass",
  {
    spec: always(
      struct("v1.GatewayClassSpec", {
        controllerName: always(string),
        parametersRef: any,
        description: pointer(string),
      }),
    ),
    status: struct("v1.GatewayClassStatus", { conditions, supportedFeatures: any }),
  },
  "A name for a Gateway controller.",
);

const routeKind = struct("v1.RouteGroupKind", { group: pointer(string), kind: always(string) });
const listener = struct("v1.Listener", {
  name: always(string),
  hostname: about("The hosts it serves; all if left out. `*.foo.com` is any name that ends so.", pointer(string)),
  port: always(int32),
  protocol: always(named("v1.ProtocolType", ["HTTP", "HTTPS", "TLS", "TCP", "UDP"])),
  tls: struct("v1.GatewayTLSConfig", {
    mode: pointer(named("v1.TLSModeType")),
    certificateRefs: list(struct("v1.SecretObjectReference", referenceFields)),
    frontendValidation: any,
    options: any,
  }),
  allowedRoutes: struct("v1.AllowedRoutes", {
    namespaces: struct("v1.RouteNamespaces", {
      from: pointer(named("v1.FromNamespaces", ["All", "Selector", "Same"])),
      selector: labelSelector,
    }),
    kinds: list(routeKind),
  }),
});
const address = struct("v1.GatewayAddress", { type: pointer(string), value: always(string) });

export const gatewaySchema: Struct = root(
  "v1.Gateway",
  {
    spec: always(
      struct("v1.GatewaySpec", {
        gatewayClassName: about("The GatewayClass whose controller serves it.", always(string)),
        listeners: always(list(listener, { mergeKey: "name" })),
        addresses: list(address),
        infrastructure: any,
        backendTLS: any,
      }),
    ),
    status: struct("v1.GatewayStatus", {
      addresses: list(address),
      conditions,
      listeners: list(
        struct("v1.ListenerStatus", {
          name: always(string),
          supportedKinds: always(list(routeKind)),
          attachedRoutes: always(int32),
          conditions: always(conditions),
        }),
        { mergeKey: "name" },
      ),
    }),
  },
  "A door to the cluster: addresses and ports, to which routes attach.",
);

export const httpRouteSchema: Struct = root(
  "v1.HTTPRoute",
  {
    spec: always(
      struct("v1.HTTPRouteSpec", {
        parentRefs: about("The Gateways it attaches to.", list(parentReference)),
        hostnames: list(named("v1.Hostname")),
        rules: list(
          struct("v1.HTTPRouteRule", {
            name: pointer(string),
            matches: about("Which requests; one match is enough.", list(match)),
            filters: list(filter),
            backendRefs: about("Where they go.", list(backendRef)),
            timeouts: struct("v1.HTTPRouteTimeouts", { request: pointer(string), backendRequest: pointer(string) }),
            retry: any,
            sessionPersistence: any,
          }),
        ),
      }),
    ),
    status: struct("v1.HTTPRouteStatus", {
      parents: always(
        list(struct("v1.RouteParentStatus", { parentRef: always(parentReference), controllerName: always(string), conditions })),
      ),
    }),
  },
  "Leads HTTP requests of a Gateway to Services.",
);

export const referenceGrantSchema: Struct = root(
  "v1beta1.ReferenceGrant",
  {
    spec: always(
      struct("v1beta1.ReferenceGrantSpec", {
        from: always(
          list(struct("v1beta1.ReferenceGrantFrom", { group: always(string), kind: always(string), namespace: always(string) })),
        ),
        to: always(list(struct("v1beta1.ReferenceGrantTo", { group: always(string), kind: always(string), name: pointer(string) }))),
      }),
    ),
  },
  "Lets routes of other namespaces refer to objects of this one.",
);
