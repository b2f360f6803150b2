import { describe, expect, test } from "vitest";
import { Files } from "../../../src/cluster/machine/files.ts";

describe("a machine's files (errors as in open(2), mkdir(2), rmdir(2), rename(2))", () => {
  const files = new Files(() => 5000);
  files.write("/tmp/a", "one\n");

  test.each([
    { name: "a missing file", result: () => files.read("/tmp/none"), error: "ENOENT" },
    { name: "a directory is not read", result: () => files.read("/tmp"), error: "EISDIR" },
    { name: "a file holds no files", result: () => files.read("/tmp/a/b"), error: "ENOTDIR" },
    { name: "a directory above must be there", result: () => files.write("/none/a", ""), error: "ENOENT" },
    { name: "what is there is not made", result: () => files.makeDirectory("/tmp"), error: "EEXIST" },
    { name: "a directory with files stays", result: () => files.remove("/tmp"), error: "ENOTEMPTY" },
    { name: "nothing goes into itself", result: () => files.rename("/tmp", "/tmp/b"), error: "EACCES" },
  ])("$name: $error", ({ result, error }) => {
    expect(result()).toEqual({ ok: false, error });
  });

  test("appends, lists, tells sizes in bytes", () => {
    files.write("/tmp/a", "zwei ü\n", { append: true });
    expect(files.read("/tmp/a")).toEqual({ ok: true, value: "one\nzwei ü\n" });
    expect(files.status("/tmp/a")).toMatchObject({ value: { type: "file", sizeBytes: 12, modifiedMs: 5000, mode: 0o644 } });
    files.makeDirectory("/tmp/b/c", { parents: true });
    expect(files.list("/tmp")).toEqual({ ok: true, value: ["a", "b"] });
    files.rename("/tmp/a", "/tmp/b/z");
    expect(files.list("/tmp/b")).toEqual({ ok: true, value: ["c", "z"] });
  });

  test("/dev/null takes everything and gives nothing", () => {
    expect(files.write("/dev/null", "x").ok).toBe(true);
    expect(files.read("/dev/null")).toEqual({ ok: true, value: "" });
  });

  test("what a machine is born with is laid out when somebody looks, with the date of its birth", () => {
    let dateMs = 1000;
    const late = new Files(() => dateMs);
    late.born(() => late.write("/etc/hostname", "web\n"));
    dateMs = 9000;
    late.mount("/data", files, "/tmp/b");
    expect(late.status("/etc/hostname")).toMatchObject({ value: { sizeBytes: 4, modifiedMs: 1000 } });
    expect(late.status("/tmp")).toMatchObject({ value: { modifiedMs: 1000 } });
    expect(late.list("/data")).toEqual({ ok: true, value: ["c", "z"] });
    late.write("/etc/hostname", "other\n");
    expect(late.status("/etc/hostname")).toMatchObject({ value: { modifiedMs: 9000 } });
    late.born(() => late.write("/etc/motd", "hello\n"));
    expect(late.read("/etc/motd")).toEqual({ ok: true, value: "hello\n" });
  });
});
