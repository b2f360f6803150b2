import type { DnsPayload } from "./dns.ts";
import { recordData } from "./dns.ts";
import type { Payload } from "./duplex.ts";
import { type HttpRequest, type HttpResponse, printRequest, printResponse, statusLineOf } from "./http.ts";
import type { TextPayload } from "./text.ts";
import type { TlsPayload } from "./tls.ts";

/** What rides in a packet, in one line: `GET / HTTP/1.1`, `A kubia.default.svc.cluster.local?`, `TLS ClientHello kubia.example.com`. */
export function summarizePayload(payload: Payload): string {
  switch (payload.kind) {
    case "http-request": {
      const request = payload as HttpRequest;
      return `${request.method} ${request.target} ${request.version}`;
    }
    case "http-response": {
      const response = payload as HttpResponse;
      return statusLineOf(response.version, response.status, response.reason).trimEnd();
    }
    case "dns":
      return summarizeDns(payload as DnsPayload);
    case "tls":
      return summarizeTls(payload as TlsPayload);
    case "text": {
      const line = (payload as TextPayload).text.split(/\r?\n/)[0] ?? "";
      return line.length > 80 ? `${line.slice(0, 79)}…` : line;
    }
    default:
      return "";
  }
}

function summarizeDns({ message }: DnsPayload): string {
  const question = message.questions[0];
  const asked = question === undefined ? "" : `${question.type} ${question.name.replace(/(?!^)\.$/, "")}`;
  if (!message.isResponse) return `${asked}?`;
  if (message.rcode !== "NOERROR") return `${asked} ${message.rcode}`;
  if (message.answers.length === 0) return `${asked} (no data)`;
  return `${asked} = ${message.answers.map(recordData).join(", ")}`;
}

function summarizeTls({ record }: TlsPayload): string {
  switch (record.type) {
    case "client-hello":
      return record.serverName === undefined ? "TLS ClientHello" : `TLS ClientHello ${record.serverName}`;
    case "server-hello":
      return "TLS ServerHello, Certificate";
    case "finished":
      return "TLS Finished";
    case "alert":
      return `TLS Alert ${record.description}`;
    case "data":
      return "TLS data (sealed)";
  }
}

/** What a program that reads raw bytes (nc) would see as text; sealed and binary protocols show as nothing readable. */
export function payloadText(payload: Payload): string {
  switch (payload.kind) {
    case "http-request":
      return printRequest(payload as HttpRequest);
    case "http-response":
      return printResponse(payload as HttpResponse);
    case "text":
      return (payload as TextPayload).text;
    default:
      return "\ufffd".repeat(Math.min(payload.bytes, 64));
  }
}
