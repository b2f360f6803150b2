import { describe, expect, test } from "vitest";
import {
  type HttpResponse,
  header,
  httpRequest,
  httpResponse,
  keepsAlive,
  printRequest,
  printResponse,
} from "../../../src/cluster/protocols/http.ts";
import { HttpReader } from "../../../src/cluster/protocols/http-reader.ts";
import { textPayload } from "../../../src/cluster/protocols/text.ts";

function read(...texts: string[]) {
  const reader = new HttpReader();
  for (const text of texts) reader.push(textPayload(text));
  return reader;
}

describe("an answer comes in pieces (RFC 9112)", () => {
  test("whole with Content-Length, in two pieces", () => {
    const reader = read("HTTP/1.1 200 OK\r\nContent-Le", "ngth: 3\r\n\r\nab");
    expect(reader.next().type).toBe("more");
    reader.push(textPayload("cHTTP/1.1 204 No Content\r\n\r\n"));
    expect(reader.next()).toMatchObject({ type: "message", message: { status: 200, body: "abc" } });
    expect(reader.next()).toMatchObject({ type: "message", message: { status: 204, body: "" } });
  });
  test("length counts bytes, not characters", () => {
    expect(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n你a").next()).toMatchObject({ message: { body: "你a" } });
  });
  test("chunked", () => {
    expect(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n").next()).toMatchObject({
      message: { body: "abcd" },
    });
  });
  test("neither: the body ends with the connection", () => {
    const reader = read("HTTP/1.0 200 OK\r\n\r\nhello");
    expect(reader.next().type).toBe("more");
    expect(reader.next(true)).toMatchObject({ message: { body: "hello" } });
  });
  test("to HEAD there is no body, whatever the headers say", () => {
    const reader = read("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
    reader.expectAnswerTo("HEAD");
    expect(reader.next()).toMatchObject({ type: "message" });
  });
  test("cut short: how much is missing", () => {
    const reader = read("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    expect(reader.next(true).type).toBe("more");
    expect(reader.unfinished()).toMatchObject({ bodyText: "abc", missingBytes: 97 });
  });
  test.each(["hello\n", "hello\r\n\r\n", "\u0016\u0003\u0001"])("%j is no HTTP", (text) => {
    expect(read(text).next(true).type).toBe("garbage");
  });
});

test("printed and read again, a request is the same; so is its size", () => {
  const request = httpRequest({
    method: "POST",
    target: "/a?b=c",
    headers: [
      ["Host", "kubia"],
      ["Content-Length", "2"],
    ],
    body: "x=",
  });
  const text = printRequest(request);
  expect(request.bytes).toBe(text.length);
  expect(read(text).next()).toEqual({ type: "message", message: request });
});

test("a chunked answer's size is that of its printed form", () => {
  const response = httpResponse({ status: 200, headers: [["Transfer-Encoding", "chunked"]], body: "You've hit kubia\n" });
  expect(response.bytes).toBe(printResponse(response).length);
});

test.each([
  ["HTTP/1.1", undefined, true],
  ["HTTP/1.1", "close", false],
  ["HTTP/1.0", undefined, false],
  ["HTTP/1.0", "Keep-Alive", true],
] as const)("%s with Connection: %s stays open: %s (RFC 9112, 9.3)", (version, connection, expected) => {
  const message: Pick<HttpResponse, "version" | "headers"> = {
    version,
    headers: connection === undefined ? [] : [["Connection", connection]],
  };
  expect(keepsAlive(message)).toBe(expected);
});

test("header names ignore case", () => expect(header([["cOnTent-Type", "a"]], "Content-Type")).toBe("a"));
