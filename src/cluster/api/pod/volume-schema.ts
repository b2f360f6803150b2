import { labelSelector, localObjectReference, objectMeta, resourceList, typedLocalObjectReference } from "../meta-shape.ts";
import type { Struct } from "../schema.ts";
import { about, always, bool, int32, int64, list, named, pointer, quantity, string, stringMap, strings, struct } from "../shape.ts";

/** Volumes of pods. @source k8s.io/api/core/v1/types.go */

const keyToPath = struct("v1.KeyToPath", { key: always(string), path: always(string), mode: pointer(int32) }, ["key", "path"]);
export const objectFieldSelector: Struct = struct("v1.ObjectFieldSelector", { apiVersion: string, fieldPath: always(string) }, [
  "fieldPath",
]);
export const resourceFieldSelector: Struct = struct(
  "v1.ResourceFieldSelector",
  { containerName: string, resource: always(string), divisor: always(quantity) },
  ["resource"],
);
const downwardFile = struct("v1.DownwardAPIVolumeFile", {
  path: always(string),
  fieldRef: objectFieldSelector,
  resourceFieldRef: resourceFieldSelector,
  mode: pointer(int32),
});

const volumeResources = struct("v1.VolumeResourceRequirements", { limits: resourceList, requests: resourceList });

export const persistentVolumeClaimSpec: Struct = struct("v1.PersistentVolumeClaimSpec", {
  accessModes: list(named("v1.PersistentVolumeAccessMode")),
  selector: labelSelector,
  resources: always(volumeResources),
  volumeName: string,
  storageClassName: pointer(string),
  volumeMode: pointer(named("v1.PersistentVolumeMode")),
  dataSource: typedLocalObjectReference,
  dataSourceRef: struct("v1.TypedObjectReference", {
    apiGroup: pointer(string),
    kind: always(string),
    name: always(string),
    namespace: pointer(string),
  }),
  volumeAttributesClassName: pointer(string),
});

const projection = struct("v1.VolumeProjection", {
  secret: struct("v1.SecretProjection", { name: string, items: list(keyToPath), optional: pointer(bool) }),
  downwardAPI: struct("v1.DownwardAPIProjection", { items: list(downwardFile) }),
  configMap: struct("v1.ConfigMapProjection", { name: string, items: list(keyToPath), optional: pointer(bool) }),
  serviceAccountToken: struct("v1.ServiceAccountTokenProjection", {
    audience: string,
    expirationSeconds: pointer(int64),
    path: always(string),
  }),
  clusterTrustBundle: struct("v1.ClusterTrustBundleProjection", {
    name: pointer(string),
    signerName: pointer(string),
    labelSelector,
    optional: pointer(bool),
    path: always(string),
  }),
});

export const volume: Struct = struct(
  "v1.Volume",
  {
    name: always(string),
    hostPath: struct("v1.HostPathVolumeSource", { path: always(string), type: pointer(named("v1.HostPathType")) }, ["path"]),
    emptyDir: about(
      "A folder that lives as long as the pod.",
      struct("v1.EmptyDirVolumeSource", { medium: named("v1.StorageMedium"), sizeLimit: pointer(quantity) }),
    ),
    gcePersistentDisk: struct("v1.GCEPersistentDiskVolumeSource", {
      pdName: always(string),
      fsType: string,
      partition: int32,
      readOnly: bool,
    }),
    awsElasticBlockStore: struct("v1.AWSElasticBlockStoreVolumeSource", {
      volumeID: always(string),
      fsType: string,
      partition: int32,
      readOnly: bool,
    }),
    gitRepo: struct("v1.GitRepoVolumeSource", { repository: always(string), revision: string, directory: string }),
    secret: about(
      "The keys of a Secret as files.",
      struct("v1.SecretVolumeSource", {
        secretName: string,
        items: list(keyToPath),
        defaultMode: pointer(int32),
        optional: pointer(bool),
      }),
    ),
    nfs: struct("v1.NFSVolumeSource", { server: always(string), path: always(string), readOnly: bool }),
    iscsi: struct("v1.ISCSIVolumeSource", {
      targetPortal: always(string),
      iqn: always(string),
      lun: always(int32),
      iscsiInterface: string,
      fsType: string,
      readOnly: bool,
      portals: strings,
      chapAuthDiscovery: bool,
      chapAuthSession: bool,
      secretRef: localObjectReference,
      initiatorName: pointer(string),
    }),
    glusterfs: struct("v1.GlusterfsVolumeSource", { endpoints: always(string), path: always(string), readOnly: bool }),
    persistentVolumeClaim: struct("v1.PersistentVolumeClaimVolumeSource", { claimName: always(string), readOnly: bool }, ["claimName"]),
    rbd: struct("v1.RBDVolumeSource", {
      monitors: always(strings),
      image: always(string),
      fsType: string,
      pool: string,
      user: string,
      keyring: string,
      secretRef: localObjectReference,
      readOnly: bool,
    }),
    flexVolume: struct("v1.FlexVolumeSource", {
      driver: always(string),
      fsType: string,
      secretRef: localObjectReference,
      readOnly: bool,
      options: stringMap,
    }),
    cinder: struct("v1.CinderVolumeSource", { volumeID: always(string), fsType: string, readOnly: bool, secretRef: localObjectReference }),
    cephfs: struct("v1.CephFSVolumeSource", {
      monitors: always(strings),
      path: string,
      user: string,
      secretFile: string,
      secretRef: localObjectReference,
      readOnly: bool,
    }),
    flocker: struct("v1.FlockerVolumeSource", { datasetName: string, datasetUUID: string }),
    downwardAPI: struct("v1.DownwardAPIVolumeSource", { items: list(downwardFile), defaultMode: pointer(int32) }),
    fc: struct("v1.FCVolumeSource", {
      targetWWNs: strings,
      lun: pointer(int32),
      fsType: string,
      readOnly: bool,
      wwids: strings,
    }),
    azureFile: struct("v1.AzureFileVolumeSource", { secretName: always(string), shareName: always(string), readOnly: bool }),
    configMap: about(
      "The keys of a ConfigMap as files.",
      struct("v1.ConfigMapVolumeSource", {
        name: string,
        items: list(keyToPath),
        defaultMode: pointer(int32),
        optional: pointer(bool),
      }),
    ),
    vsphereVolume: struct("v1.VsphereVirtualDiskVolumeSource", {
      volumePath: always(string),
      fsType: string,
      storagePolicyName: string,
      storagePolicyID: string,
    }),
    quobyte: struct("v1.QuobyteVolumeSource", {
      registry: always(string),
      volume: always(string),
      readOnly: bool,
      user: string,
      group: string,
      tenant: string,
    }),
    azureDisk: struct("v1.AzureDiskVolumeSource", {
      diskName: always(string),
      diskURI: always(string),
      cachingMode: pointer(named("v1.AzureDataDiskCachingMode")),
      fsType: pointer(string),
      readOnly: pointer(bool),
      kind: pointer(named("v1.AzureDataDiskKind")),
    }),
    photonPersistentDisk: struct("v1.PhotonPersistentDiskVolumeSource", { pdID: always(string), fsType: string }),
    projected: struct("v1.ProjectedVolumeSource", { sources: always(list(projection)), defaultMode: pointer(int32) }),
    portworxVolume: struct("v1.PortworxVolumeSource", { volumeID: always(string), fsType: string, readOnly: bool }),
    scaleIO: struct("v1.ScaleIOVolumeSource", {
      gateway: always(string),
      system: always(string),
      secretRef: localObjectReference,
      sslEnabled: bool,
      protectionDomain: string,
      storagePool: string,
      storageMode: string,
      volumeName: string,
      fsType: string,
      readOnly: bool,
    }),
    storageos: struct("v1.StorageOSVolumeSource", {
      volumeName: string,
      volumeNamespace: string,
      fsType: string,
      readOnly: bool,
      secretRef: localObjectReference,
    }),
    csi: struct("v1.CSIVolumeSource", {
      driver: always(string),
      readOnly: pointer(bool),
      fsType: pointer(string),
      volumeAttributes: stringMap,
      nodePublishSecretRef: localObjectReference,
    }),
    ephemeral: struct("v1.EphemeralVolumeSource", {
      volumeClaimTemplate: struct("v1.PersistentVolumeClaimTemplate", {
        metadata: always(objectMeta),
        spec: always(persistentVolumeClaimSpec),
      }),
    }),
    image: struct("v1.ImageVolumeSource", { reference: string, pullPolicy: named("v1.PullPolicy") }),
  },
  ["name"],
);
