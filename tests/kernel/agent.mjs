// One process per network namespace of the kernel test: it serves, and it connects and counts what came of it. Commands and answers are lines of JSON.
import dgram from "node:dgram";
import net from "node:net";
import readline from "node:readline";

const plain = (address) => address.replace(/^::ffff:/, "");

/** Answers every connection and datagram with its name and the client's address as seen here. */
function serve({ name, port }) {
  net
    .createServer((socket) => {
      socket.on("error", () => {});
      socket.end(`${name} ${plain(socket.remoteAddress ?? "")}`);
    })
    .listen(port, "0.0.0.0");
  const udp = dgram.createSocket("udp4");
  udp.on("message", (_, from) => udp.send(`${name} ${from.address}`, from.port, from.address));
  udp.bind(port);
  return {};
}

function tryTcp({ host, port, timeoutMs }) {
  return new Promise((resolve) => {
    let text = "";
    const socket = net.connect({ host, port });
    const end = (outcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("end", () => end(text));
    socket.on("error", (error) => end(error.code === "ECONNREFUSED" ? "refused" : `${error.code}`));
  });
}

function tryUdp({ host, port, timeoutMs }) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket("udp4");
    const end = (outcome) => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    socket.on("message", (message) => end(`${message}`));
    socket.on("error", (error) => end(error.code === "ECONNREFUSED" ? "refused" : `${error.code}`));
    socket.connect(port, host, () => socket.send("x"));
  });
}

/** Counts of outcomes: `NAME CLIENT-ADDRESS`, `refused`, `timeout`. */
async function probe(command) {
  const counts = {};
  let left = command.tries;
  const worker = async () => {
    while (left > 0) {
      left--;
      const outcome = await (command.protocol === "udp" ? tryUdp(command) : tryTcp(command));
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(command.tries, 12) }, worker));
  return { counts };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const run = command.op === "serve" ? serve : probe;
  Promise.resolve(run(command)).then((result) => process.stdout.write(`${JSON.stringify({ id: command.id, ...result })}\n`));
}
process.exit(0);
