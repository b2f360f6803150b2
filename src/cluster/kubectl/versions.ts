/**
 * What differs between kubectl's versions as far as users meet it. One table; everything else is 1.32's.
 *
 * @source kubectl at its tags 1.13 to 1.36
 */
export interface ClientBehaviour {
  /** `exec POD CMD` without `--`. */
  readonly execWithoutDashes: "silent" | "deprecated-kubectl-kubectl" | "deprecated" | "error";
  /** `run` makes a Deployment by default (generators). */
  readonly runMakesDeployment: boolean;
  /** `run --generator` is known: it chooses (1.17), or has no effect (1.18 to 1.20). */
  readonly runGenerator: "works" | "ignored" | "unknown";
  /** `delete` names the namespace in its line. */
  readonly deleteNamesNamespace: boolean;
  /** Unknown kinds: `resource mapping not found …` instead of `unable to recognize …`. */
  readonly mappingNotFoundText: boolean;
  /** Validation by the server (`fieldValidation`) instead of by the client's own schema. */
  readonly serverSideValidation: boolean;
  /** describe svc: `IP Family Policy`, `IP Families`, `IPs`. */
  readonly describeIpFamilies: boolean;
  readonly describeInternalTrafficPolicy: boolean;
  readonly describeTrafficDistribution: boolean;
  /** describe svc and ingress read EndpointSlices instead of Endpoints. */
  readonly describeReadsSlices: boolean;
  /** ... and leave out endpoints that are not ready. */
  readonly describeSkipsUnready: boolean;
  readonly describeIngressClass: boolean;
  /** describe pod: `ConfigMapOptional: <nil>` of projected volumes, later `Optional: false`. */
  readonly describeNamesOptionals: boolean;
  /** describe ds: a line for the namespace. */
  readonly describeDaemonSetNamespace: boolean;
  /** Pod templates: lines for node selectors and tolerations. */
  readonly describeTemplateScheduling: boolean;
  /** `no objects passed to scale` goes on to say which were not found. */
  readonly scaleNamesMissing: boolean;
  /** `version` without `--short` warns that its form goes. */
  readonly versionWarns: boolean;
  /** `--sort-by`: runs of digits compare as numbers. */
  readonly sortsNaturally: boolean;
  /** Generated names: the hash is also of the name (kustomize 2). */
  readonly kustomizeHashesName: boolean;
  readonly describeIngressLabelsFirst: boolean;
  readonly createIngress: boolean;
  readonly createToken: boolean;
  readonly events: boolean;
  readonly dryRunIsBoolean: boolean;
  readonly versionShort: boolean;
  /** `-o yaml` and `-o json` leave metadata.managedFields out unless asked for it. */
  readonly hidesManagedFields: boolean;
}

export function clientBehaviour(minor: number): ClientBehaviour {
  return {
    execWithoutDashes: minor <= 17 ? "silent" : minor === 18 ? "deprecated-kubectl-kubectl" : minor <= 30 ? "deprecated" : "error",
    runMakesDeployment: minor <= 17,
    runGenerator: minor <= 17 ? "works" : minor <= 20 ? "ignored" : "unknown",
    deleteNamesNamespace: minor >= 34,
    mappingNotFoundText: minor >= 24,
    serverSideValidation: minor >= 25,
    describeIpFamilies: minor >= 20,
    describeInternalTrafficPolicy: minor >= 31,
    describeTrafficDistribution: minor >= 34,
    describeReadsSlices: minor >= 31,
    describeSkipsUnready: minor >= 32,
    describeIngressClass: minor >= 24,
    describeNamesOptionals: minor <= 32,
    describeDaemonSetNamespace: minor >= 33,
    describeTemplateScheduling: minor >= 30,
    scaleNamesMissing: minor >= 32,
    versionWarns: minor >= 24 && minor <= 27,
    sortsNaturally: minor <= 30,
    kustomizeHashesName: minor <= 20,
    describeIngressLabelsFirst: minor >= 23,
    createIngress: minor >= 20,
    createToken: minor >= 24,
    events: minor >= 23,
    dryRunIsBoolean: minor <= 17,
    versionShort: minor <= 27,
    hidesManagedFields: minor >= 21,
  };
}
