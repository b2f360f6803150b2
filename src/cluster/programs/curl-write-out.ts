import { type HttpHeaders, headerValues } from "../protocols/http.ts";

/** What one transfer came to, for `-w`. Times in microseconds since it began. */
export interface TransferReport {
  readonly url: string;
  urlEffective: string;
  readonly urlIndex: number;
  status: number;
  httpVersion: string;
  contentType: string | undefined;
  remoteIp: string;
  remotePort: number;
  localIp: string;
  localPort: number;
  scheme: string;
  method: string;
  redirectUrl: string | undefined;
  redirects: number;
  connects: number;
  headers: HttpHeaders;
  sizeDownload: number;
  sizeHeader: number;
  sizeRequest: number;
  sizeUpload: number;
  nameUs: number;
  connectUs: number;
  appconnectUs: number;
  pretransferUs: number;
  startUs: number;
  totalUs: number;
  redirectUs: number;
  exit: number;
  errorMessage: string | undefined;
  file: string | undefined;
  verifyResult: number;
}

type Value = string | number | { readonly seconds: number } | undefined;

/** In the order of `%{json}`. @source curl(1), --write-out; src/tool_writeout.c */
const variables: Readonly<Record<string, (r: TransferReport) => Value>> = {
  certs: () => "",
  content_type: (r) => r.contentType,
  errormsg: (r) => r.errorMessage,
  exitcode: (r) => r.exit,
  filename_effective: (r) => r.file,
  ftp_entry_path: () => undefined,
  http_code: (r) => r.status,
  http_connect: () => 0,
  http_version: (r) => r.httpVersion,
  local_ip: (r) => r.localIp,
  local_port: (r) => r.localPort,
  method: (r) => r.method,
  num_certs: () => 0,
  num_connects: (r) => r.connects,
  num_headers: (r) => r.headers.length,
  num_redirects: (r) => r.redirects,
  proxy_ssl_verify_result: () => 0,
  redirect_url: (r) => r.redirectUrl,
  referer: () => undefined,
  remote_ip: (r) => r.remoteIp,
  remote_port: (r) => r.remotePort,
  response_code: (r) => r.status,
  scheme: (r) => r.scheme,
  size_download: (r) => r.sizeDownload,
  size_header: (r) => r.sizeHeader,
  size_request: (r) => r.sizeRequest,
  size_upload: (r) => r.sizeUpload,
  speed_download: (r) => (r.totalUs === 0 ? 0 : Math.floor((r.sizeDownload * 1_000_000) / r.totalUs)),
  speed_upload: (r) => (r.totalUs === 0 ? 0 : Math.floor((r.sizeUpload * 1_000_000) / r.totalUs)),
  ssl_verify_result: (r) => r.verifyResult,
  time_appconnect: (r) => ({ seconds: r.appconnectUs }),
  time_connect: (r) => ({ seconds: r.connectUs }),
  time_namelookup: (r) => ({ seconds: r.nameUs }),
  time_pretransfer: (r) => ({ seconds: r.pretransferUs }),
  time_redirect: (r) => ({ seconds: r.redirectUs }),
  time_starttransfer: (r) => ({ seconds: r.startUs }),
  time_total: (r) => ({ seconds: r.totalUs }),
  url: (r) => r.url,
  url_effective: (r) => r.urlEffective,
  urlnum: (r) => r.urlIndex,
};

/** Fills in the format; `%{stderr}` and `%{stdout}` turn the rest to that stream, `%{onerror}` drops it unless the transfer failed. */
export function writeOut(format: string, report: TransferReport): { readonly out: string; readonly err: string } {
  let out = "";
  let err = "";
  let isErr = false;
  const put = (text: string): void => {
    if (isErr) err += text;
    else out += text;
  };
  const token = /%%|%header\{([^}]*)\}|%\{([^}]*)\}|\\([rnt])|\\(.)|[^%\\]+|[%\\]/gs;
  for (const match of format.matchAll(token)) {
    const [whole, headerName, variable, escaped] = match;
    if (whole === "%%") put("%");
    else if (headerName !== undefined) put(headerValues(report.headers, headerName)[0] ?? "");
    else if (variable !== undefined) {
      if (variable === "stderr") isErr = true;
      else if (variable === "stdout") isErr = false;
      else if (variable === "onerror") {
        if (report.exit === 0) break;
      } else if (variable === "json") put(json(report));
      else if (variable === "header_json") put(headerJson(report.headers));
      else {
        const value = variables[variable];
        if (value === undefined) err += `curl: unknown --write-out variable: '${variable}'\n`;
        else put(plain(variable, value(report)));
      }
    } else if (escaped !== undefined) put({ r: "\r", n: "\n", t: "\t" }[escaped] as string);
    else put(whole);
  }
  return { out, err };
}

function plain(name: string, value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "object") return seconds(value.seconds);
  return name === "http_code" || name === "response_code" ? `${value}`.padStart(3, "0") : `${value}`;
}

function seconds(us: number): string {
  return `${Math.floor(us / 1_000_000)}.${`${us % 1_000_000}`.padStart(6, "0")}`;
}

function json(report: TransferReport): string {
  const fields = Object.entries(variables).map(([name, value]) => {
    const filled = value(report);
    const text = filled === undefined ? "null" : typeof filled === "object" ? seconds(filled.seconds) : JSON.stringify(filled);
    return `"${name}":${text}`;
  });
  return `{${fields.join(",")},"curl_version":"libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13"}`;
}

function headerJson(headers: HttpHeaders): string {
  const names: string[] = [];
  for (const [name] of headers) if (!names.includes(name.toLowerCase())) names.push(name.toLowerCase());
  return `{${names.map((name) => `"${name}":${JSON.stringify(headerValues(headers, name))}`).join(",\n")}\n}`;
}
