import { duplicate, forbidden, invalid, notSupported, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { dns1123Label } from "../names.ts";
import type { Volume } from "./types.ts";

/** @source ValidateVolumes, validateVolumeSource */
export function validateVolumes(volumes: readonly Volume[], names: Set<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, volume] of volumes.entries()) {
    const place = `${path}[${index}]`;
    const faults = validateVolumeSource(volume, place);
    if (volume.name === "") faults.push(required(`${place}.name`));
    else for (const message of dns1123Label(volume.name)) faults.push(invalid(`${place}.name`, volume.name, message));
    if (names.has(volume.name)) faults.push(duplicate(`${place}.name`, volume.name));
    if (faults.length === 0) names.add(volume.name);
    errors.push(...faults);
  }
  return errors;
}

function validateVolumeSource(volume: Volume, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const sources = Object.keys(volume).filter((key) => key !== "name");
  for (const extra of sources.slice(1)) errors.push(forbidden(`${path}.${extra}`, "may not specify more than 1 volume type"));
  const { hostPath, secret, configMap, persistentVolumeClaim, emptyDir } = volume;
  switch (sources[0]) {
    case undefined:
      errors.push(required(path, "must specify a volume type"));
      break;
    case "hostPath":
      if ((hostPath?.path ?? "") === "") errors.push(required(`${path}.hostPath.path`));
      else if (hostPath!.path.split("/").includes(".."))
        errors.push(invalid(`${path}.hostPath.path`, hostPath!.path, "must not contain '..'"));
      if (!hostPathTypes.includes(hostPath?.type ?? "")) {
        errors.push(notSupported(`${path}.hostPath.type`, hostPath?.type, hostPathTypes));
      }
      break;
    case "secret":
      if ((secret?.secretName ?? "") === "") errors.push(required(`${path}.secret.secretName`));
      errors.push(...validateItems(secret?.items ?? [], secret?.defaultMode, `${path}.secret`));
      break;
    case "configMap":
      if ((configMap?.name ?? "") === "") errors.push(required(`${path}.configMap.name`));
      errors.push(...validateItems(configMap?.items ?? [], configMap?.defaultMode, `${path}.configMap`));
      break;
    case "persistentVolumeClaim":
      if ((persistentVolumeClaim?.claimName ?? "") === "") errors.push(required(`${path}.persistentVolumeClaim.claimName`));
      break;
    case "emptyDir":
      if (emptyDir?.sizeLimit?.startsWith("-") === true) {
        errors.push(forbidden(`${path}.emptyDir.sizeLimit`, "SizeLimit field must be a valid resource quantity"));
      }
      break;
  }
  return errors;
}

/** In the order in which the server sorts them. */
const hostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

const fileModeMessage = "must be a number between 0 and 0777 (octal), both inclusive";

function validateItems(
  items: readonly { readonly key: string; readonly path: string; readonly mode?: number }[],
  defaultMode: number | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const isMode = (mode: number | undefined): boolean => mode === undefined || (mode >= 0 && mode <= 0o777);
  if (!isMode(defaultMode)) errors.push(invalid(`${path}.defaultMode`, defaultMode, fileModeMessage));
  for (const [index, { key, path: target, mode }] of items.entries()) {
    const place = `${path}.items[${index}]`;
    if (key === "") errors.push(required(`${place}.key`));
    if (target === "") errors.push(required(`${place}.path`));
    else errors.push(...validateDescendingPath(target, `${place}.path`));
    if (!isMode(mode)) errors.push(invalid(`${place}.mode`, mode, fileModeMessage));
  }
  return errors;
}

/** Inside the volume, never out of it. */
export function validateDescendingPath(target: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (target.startsWith("/")) errors.push(invalid(path, target, "must be a relative path"));
  if (target.split("/").includes("..")) errors.push(invalid(path, target, "must not contain '..'"));
  return errors;
}
