// Who may import whom (docs/architecture.md has the same table; tests/tidy compares them). One row a room; the rules follow from it.
const base = ["src/cluster/sim"];
const rooms = {
  "src/yaml": [],
  "src/messages": [],
  // What stands in no room of its own wires the rooms: cluster.ts and its neighbours.
  "src/cluster": ["src/yaml", "src/messages"],
  "src/cluster/sim": [],
  "src/cluster/protocols": ["src/cluster/sim"],
  "src/cluster/api": ["src/cluster/protocols/bytes.ts"],
  "src/cluster/network": [...base],
  "src/cluster/apiserver": [...base, "src/cluster/api", "src/cluster/protocols/bytes.ts"],
  "src/cluster/apiclient": [...base, "src/cluster/api", "src/cluster/apiserver"],
  "src/cluster/machine": [...base, "src/cluster/network", "src/cluster/protocols"],
  "src/cluster/shell": [...base, "src/cluster/machine"],
  "src/cluster/programs": [...base, "src/cluster/machine", "src/cluster/shell", "src/cluster/network", "src/cluster/protocols"],
  "src/cluster/kubectl": [...base, "src/cluster/machine", "src/cluster/apiserver", "src/cluster/api", "src/cluster/protocols", "src/yaml"],
  "src/cluster/controllers": [...base, "src/cluster/api", "src/cluster/apiclient"],
  "src/cluster/scheduler": [...base, "src/cluster/api", "src/cluster/apiclient"],
  "src/cluster/kube-proxy": [...base, "src/cluster/api", "src/cluster/apiclient", "src/cluster/network", "src/cluster/protocols"],
  "src/cluster/cloud": [
    ...base,
    "src/cluster/api",
    "src/cluster/apiclient",
    "src/cluster/network",
    "src/cluster/machine",
    "src/cluster/protocols",
  ],
  "src/cluster/cni": [...base, "src/cluster/api", "src/cluster/apiclient", "src/cluster/network"],
  "src/cluster/coredns": ["src/cluster/api", "src/cluster/apiclient", "src/cluster/machine", "src/cluster/protocols"],
  "src/cluster/ingress-nginx": ["src/cluster/api", "src/cluster/apiclient", "src/cluster/machine", "src/cluster/protocols"],
  // A Gateway is served by nginx too: by what the Ingress controller's nginx is made of.
  "src/cluster/gateway": [
    ...base,
    "src/cluster/api",
    "src/cluster/apiclient",
    "src/cluster/ingress-nginx",
    "src/cluster/machine",
    "src/cluster/protocols",
  ],
  "src/cluster/images": [
    "src/cluster/machine",
    "src/cluster/protocols",
    "src/cluster/programs",
    "src/cluster/coredns",
    "src/cluster/ingress-nginx",
    "src/cluster/gateway",
  ],
  "src/cluster/kubelet": [
    ...base,
    "src/cluster/api",
    "src/cluster/apiclient",
    "src/cluster/apiserver",
    "src/cluster/machine",
    "src/cluster/protocols",
  ],
  // The objects and programs that a new cluster brings along.
  "src/cluster/system": [...base, "src/cluster/api", "src/cluster/network", "src/cluster/controllers", "src/cluster/options.ts"],
  "src/scenario": ["src/cluster/objects.ts", "src/cluster/api", "src/yaml"],
  "src/playground": [
    "src/cluster/index.ts",
    "src/cluster/objects.ts",
    "src/cluster/api",
    "src/cluster/network/hop.ts",
    "src/cluster/hop-record.ts",
    "src/scenario",
    "src/yaml",
    "src/messages",
  ],
  "src/graph": ["src/playground/protocol.ts", "src/cluster/api"],
  "src/worker": ["src/playground"],
  "src/headless": ["src/playground", "src/scenario", "src/messages"],
  "src/ui": ["src/cluster/api/meta.ts", "src/playground/protocol.ts", "src/playground/hop-codec.ts", "src/graph", "src/messages"],
};

const at = (room) => (/\.tsx?$/.test(room) ? `^${room}$` : `^${room}/`);
const rule = (name, from, to) => ({ name, severity: "error", from, to });

module.exports = {
  forbidden: [
    // Types of one room may name each other (a packet its connection, a connection its hops); values may not. Between rooms the table allows none.
    rule("no circle", {}, { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }),
    // worker-manager.ts stands in for a package, by an alias in vite.config.ts.
    rule("no orphan", { orphan: true, path: "^src/", pathNot: "\\.d\\.ts$|^src/ui/editor/worker-manager\\.ts$" }, {}),
    // A value would pull the simulation into the page's own bundle; it belongs to the worker's.
    rule(
      "types alone from the simulation to the page",
      { path: "^src/(ui/|graph/|playground/(protocol|hop-codec)\\.ts$)" },
      { path: "^src/cluster/", dependencyTypesNot: ["type-only"] },
    ),
    rule("no Node in pure rooms", { path: "^src/(cluster|scenario|playground|graph|yaml|messages)/" }, { dependencyTypes: ["core"] }),
    ...Object.entries(rooms).map(([room, may]) =>
      rule(
        `${room} may import only: ${may.join(", ") || "nothing of ours"}`,
        { path: at(room) },
        { path: "^src/", pathNot: [at(room), ...may.map(at)] },
      ),
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js", ".mjs", ".json", ".css"] },
  },
  rooms,
};
