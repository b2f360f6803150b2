/**
 * Syntax of names and values. Each check answers with the messages for what is wrong, in the server's order; none when all is well.
 * @source apimachinery pkg/util/validation/validation.go (1.32)
 */

const label1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const qualified = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValue = `(${qualified})?`;
const wildcardSubdomain = `\\*\\.${subdomain1123}`;
const configKey = "[-._a-zA-Z0-9]+";
const httpHeaderName = "[-A-Za-z0-9]+";

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const isLabel1123 = whole(label1123);
const isSubdomain1123 = whole(subdomain1123);
const isLabel1035 = whole(label1035);
const isQualified = whole(qualified);
const isLabelValue = whole(labelValue);
const isWildcardSubdomain = whole(wildcardSubdomain);
const isConfigKey = whole(configKey);
const isHttpHeaderName = whole(httpHeaderName);

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const qualifiedRule = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

export type NameCheck = (text: string) => readonly string[];

/** The message of a pattern that does not match. The blank after each example's comma is the server's own. */
export function regexMessage(rule: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${rule} (regex used for validation is '${pattern}')`;
  return `${rule} (e.g. ${examples.map((example) => `'${example}', `).join(" or ")}regex used for validation is '${pattern}')`;
}

export function maxLengthMessage(length: number): string {
  return `must be no more than ${length} characters`;
}

export const dns1123Label: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 63) messages.push(maxLengthMessage(63));
  if (!isLabel1123.test(text)) {
    messages.push(
      isSubdomain1123.test(text)
        ? "must not contain dots"
        : regexMessage(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            label1123,
            "my-name",
            "123-abc",
          ),
    );
  }
  return messages;
};

export const dns1123Subdomain: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 253) messages.push(maxLengthMessage(253));
  if (!isSubdomain1123.test(text)) messages.push(regexMessage(subdomainRule, subdomain1123, "example.com"));
  return messages;
};

export const dns1035Label: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 63) messages.push(maxLengthMessage(63));
  if (!isLabel1035.test(text)) {
    messages.push(
      regexMessage(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        label1035,
        "my-name",
        "abc-123",
      ),
    );
  }
  return messages;
};

/** `*.example.com`. */
export const wildcardDns1123Subdomain: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 253) messages.push(maxLengthMessage(253));
  if (!isWildcardSubdomain.test(text)) {
    // Here the example is followed by no second one, so the message has the form of one example.
    messages.push(
      regexMessage(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        wildcardSubdomain,
        "*.example.com",
      ),
    );
  }
  return messages;
};

/** Keys of labels and annotations: `example.com/name`. */
export const qualifiedName: NameCheck = (text) => {
  const messages: string[] = [];
  const parts = text.split("/");
  if (parts.length > 2) {
    return [
      `a qualified name ${regexMessage(qualifiedRule, qualified, "MyName", "my.name", "123-abc")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === "") messages.push("prefix part must be non-empty");
    else for (const message of dns1123Subdomain(prefix)) messages.push(`prefix part ${message}`);
  }
  if (name === "") messages.push("name part must be non-empty");
  else if (name.length > 63) messages.push(`name part ${maxLengthMessage(63)}`);
  if (!isQualified.test(name)) messages.push(`name part ${regexMessage(qualifiedRule, qualified, "MyName", "my.name", "123-abc")}`);
  return messages;
};

export const labelValueCheck: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 63) messages.push(maxLengthMessage(63));
  if (!isLabelValue.test(text)) {
    messages.push(
      regexMessage(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        labelValue,
        "MyValue",
        "my_value",
        "12345",
      ),
    );
  }
  return messages;
};

/** Names of container ports and named target ports, which are not the names of service ports. @source RFC 6335, IsValidPortName */
export const portName: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 15) messages.push(maxLengthMessage(15));
  if (!/^[-a-z0-9]+$/.test(text)) messages.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(text)) messages.push("must contain at least one letter (a-z)");
  if (text.includes("--")) messages.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) messages.push("must not begin or end with a hyphen");
  return messages;
};

export function inclusiveRangeMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

export function portNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? [] : [inclusiveRangeMessage(1, 65535)];
}

/** Keys of ConfigMaps and Secrets. */
export const configMapKey: NameCheck = (text) => {
  const messages: string[] = [];
  if (text.length > 253) messages.push(maxLengthMessage(253));
  if (!isConfigKey.test(text)) {
    messages.push(
      regexMessage(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configKey,
        "key.name",
        "KEY_NAME",
        "key-name",
      ),
    );
  }
  if (text === ".") messages.push("must not be '.'");
  else if (text === "..") messages.push("must not be '..'");
  else if (text.startsWith("..")) messages.push("must not start with '..'");
  return messages;
};

export const headerName: NameCheck = (text) =>
  isHttpHeaderName.test(text)
    ? []
    : [regexMessage("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeaderName, "X-Header-Name")];

/** Since 1.32 every printable ASCII character but `=` may stand in the name of a variable. @source IsRelaxedEnvVarName */
export const environmentName: NameCheck = (text) => {
  if (text === "") return ["environment variable name must be non-empty"];
  if (/^[ -<>-~]+$/.test(text)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

export const percent: NameCheck = (text) =>
  /^[0-9]+%$/.test(text)
    ? []
    : [regexMessage("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%")];

/** A name to which random letters will be added may end in a hyphen. */
export function asPrefix(check: NameCheck): NameCheck {
  return (text) => check(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
}
