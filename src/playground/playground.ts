import type { KubernetesObject } from "../cluster/api/meta.ts";
import {
  type Cluster,
  type ClusterTerminal,
  createCluster,
  type HopWatcher,
  type TraceAnswer,
  type TraceQuestion,
} from "../cluster/index.ts";
import { say } from "../messages/catalogue.ts";
import { en } from "../messages/en.ts";
import { type Problem, parseScenario, type Scenario, writeLink } from "../scenario/index.ts";
import { printYaml } from "../yaml/print.ts";
import { asWritten, type Change, differences, isChangedByHand } from "./differences.ts";
import { affinityOf } from "./explain/affinity.ts";
import { objectOf, whyChain } from "./explain/chain.ts";
import { explainCommand } from "./explain/command-endings.ts";
import { explainEnding } from "./explain/ending.ts";
import { explainNames } from "./explain/ending-name.ts";
import { valueAt } from "./explain/fields.ts";
import { type Look, lookAt } from "./explain/look.ts";
import { ingressRoutes, podFacts } from "./explain/pod-facts.ts";
import { serviceFacts } from "./explain/service-facts.ts";
import { suspicions } from "./explain/suspicious.ts";
import { nameOf, type Path } from "./explain/text-index.ts";
import { mendCandidates } from "./fix/mend-candidates.ts";
import { searchFixes } from "./fix/search.ts";
import { editText } from "./fix/text-edit.ts";
import { makeTrial } from "./fix/trial.ts";
import { HopEncoder } from "./hop-codec.ts";
import type {
  ConnectionInfo,
  ControlStep,
  Ending,
  Failure,
  FixReport,
  Hint,
  HopRecord,
  LinkView,
  ObjectEvent,
  Query,
  RecordEntry,
  RunGoal,
  Said,
  StaleRules,
  Update,
} from "./protocol.ts";
import { applyLineEdit, lineEdit, Recorder, readRecord, toMs, toUs } from "./record.ts";
import { finishInstant } from "./run-until.ts";
import { type Stage, type StageOptions, stageScenario } from "./stage.ts";
import { TextOwner } from "./text-owner.ts";
import { controlStep, rulesStep } from "./time/control-step.ts";
import { failedContainer, failedHop, failedLine, warning } from "./time/failure.ts";
import { Milestones } from "./time/milestones.ts";
import { Past } from "./time/past.ts";
import { isAllReady, notReady, type ReadyWorld } from "./time/ready.ts";
import { Growing, RunTo } from "./time/run-to.ts";
import { offeredBy, StaleWatch } from "./time/stale-watch.ts";
import { engineVersion } from "./version.ts";

export type OpenResult =
  | { readonly ok: true; readonly playground: Playground }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A cluster from a scenario's text, at t=0, with its controllers' and proxies' first syncs done. */
export function openPlayground(text: string, options: StageOptions = {}): OpenResult {
  const staged = stageScenario(text, options);
  return staged.ok ? { ok: true, playground: raisePlayground(staged.stage) } : staged;
}

/** Brings the objects of a scenario to life. */
export function raisePlayground({ scenario, stored }: Stage): Playground {
  const cluster = createCluster(scenario.spec.options, stored);
  cluster.begin();
  return new Playground(scenario, cluster);
}

/** The scenario's own commands are typed one after another; one that does not end in this time has the others typed ahead of it. */
const ownCommandsMaxUs = 60_000_000;

/** How much of a command's output is kept to find the tool's own complaint in it. */
const outputKept = 4000;
/** How many of a command's connections are explained: the last ones. */
const connectionsExplained = 40;
/** So many lines that changed one object are remembered. */
const changesMax = 32;
/** While a cluster changes, doubts about the text are looked at anew at most this often, in simulated time: the longer the text, the more seldom. */
const doubtsEveryUs = 300_000;
const doubtsEveryUsByObject = 10_000;

/** Columns and rows: every terminal is as wide for its programs, so that a replay prints the same. */
const terminalSize = [100, 24] as const;
/** Of what components did and what failed so much is kept here; the page has been told all of it. */
const momentsKept = 200;
/** After so many events whoever drives a replay gets a turn. */
const replayedAtOnce = 200;
/** Of so many failures in one batch it is said which hop they are. */
const failuresPlaced = 50;

/** How far a replay may go; it waits there until the moment is moved. */
export interface ReplayLimit {
  untilUs: number;
}

/** A line that a terminal runs, and what it has said so far. */
interface RunningLine {
  readonly text: string;
  readonly place: string;
  readonly sinceUs: number;
  output: string;
  status: number;
}

/** A line that ended badly. */
interface FailedLine {
  readonly line: string;
  readonly on: string;
  readonly endings: readonly Said[];
}

export type Replay = Generator<"held" | undefined, void, undefined>;

/** What one user has open: a scenario, its cluster, terminals, and the record of everything that came in. */
export class Playground {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly #text: TextOwner;
  readonly #firstText: string;
  readonly #recorder = new Recorder();
  /** Terminals at whose prompt something may be typed. */
  readonly #reading = new Set<number>();
  readonly #terminals = new Map<number, ClusterTerminal>();
  readonly #encoder = new HopEncoder();
  #updates: Update[] = [];
  #objects: ObjectEvent[] = [];
  #hops: HopRecord[] = [];
  #connections: ConnectionInfo[] = [];
  #isWatched = false;
  /** Files that the page's editor has open, and who waits for them. */
  readonly #editing = new Map<string, (text: string | undefined) => void>();
  /** Whose line came last: remarks of programs stand there. */
  #lastTerminal = 1;
  #hints: readonly Hint[] = [];
  /** Where each terminal stands. */
  readonly #places = new Map<number, string>();
  readonly #running = new Map<number, RunningLine>();
  readonly #failed = new Map<number, FailedLine>();
  /** Which lines of terminals changed objects, by the object: the first and the last few. */
  readonly #changes = new Map<string, readonly Change[]>();
  /** Each object as it was last told, by uid. */
  readonly #versions = new Map<string, KubernetesObject>();
  #isEditing = false;
  #doubtsToldAtUs = -doubtsEveryUs;
  #problemsTold = "";
  #haveObjectsChanged = false;
  /** How many objects and rules have changed since loading. */
  #changed = 0;
  readonly #steps = new Growing<ControlStep>(momentsKept);
  readonly #failures = new Growing<Failure>(momentsKept);
  #freshSteps: ControlStep[] = [];
  #freshFailures: Failure[] = [];
  readonly #milestones = new Milestones();
  readonly #stale: StaleWatch;

  constructor(scenario: Scenario, cluster: Cluster) {
    this.scenario = scenario;
    this.cluster = cluster;
    this.#firstText = scenario.text;
    this.#stale = new StaleWatch({
      nodesNaming: (service, ip) =>
        [...cluster.nodes.values()].filter(({ netns, proxy }) => netns.isOn && proxy.reachable(service).has(ip)).map(({ name }) => name),
      isOffered: (service, pod) => {
        const [namespace, name] = service.split("/");
        return cluster
          .list("EndpointSlice", namespace)
          .some((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === name && offeredBy(slice).has(pod));
      },
    });
    this.#text = new TextOwner(cluster, scenario);
  }

  get nowUs(): number {
    return this.cluster.queue.now();
  }

  get text(): string {
    return this.#text.text;
  }

  /** False while the cluster still runs on an earlier text. */
  get isApplied(): boolean {
    return this.#text.isApplied;
  }

  /** The text as the editor has it, read; it may not be applied yet. */
  get latest(): Scenario {
    return this.#text.latest;
  }

  get record(): readonly RecordEntry[] {
    return this.#recorder.entries;
  }

  // What the page is told

  /** From now on updates are gathered for `takeUpdates`, beginning with what was not shown by `stagedUpdates`. */
  watch(shown: readonly KubernetesObject[] = []): void {
    this.#isWatched = true;
    this.#attend();
    const known = new Set(shown);
    for (const object of shown) {
      const { namespace, name } = object.metadata;
      if (this.cluster.find(object.kind, namespace, name) === undefined)
        this.#objects.push({ type: "DELETED", object, timeUs: this.nowUs });
    }
    this.cluster.watchObjects(({ type, object, old }, by) => {
      if (type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") return;
      const { nowUs } = this;
      if (type !== "ADDED" || !known.has(object)) this.#objects.push({ type, object, timeUs: nowUs });
      if (type !== "DELETED" && !known.has(object)) this.#addFailure(warning(object, nowUs) ?? failedContainer(object, old, nowUs));
      const stale =
        object.kind === "EndpointSlice" ? this.#stale.sliceChanged(type === "DELETED" ? undefined : object, old ?? object, nowUs) : [];
      const step = by === undefined ? undefined : controlStep({ type, object, ...(old === undefined ? {} : { old }), by, timeUs: nowUs });
      if (step !== undefined) this.#addStep(withStale(step, stale));
    });
    this.cluster.onRulesSynced(({ node, services }) => {
      this.#changed++;
      this.#addStep(withStale(rulesStep(node, services, this.nowUs), this.#stale.synced(node, services, this.nowUs)));
    });
    this.cluster.onHint(({ code, args, command }) => {
      if (this.#hints.some((known) => known.code === code)) return; // one command, one word on each matter
      const hint = { code, args, text: say(en.hints, code, args), ...(command === undefined ? {} : { command }) };
      this.#hints = [...this.#hints, hint];
      this.#tell({ type: "hints", terminal: this.#lastTerminal, hints: this.#hints });
    });
    this.cluster.watchHops({
      opened: (connection) => this.#connections.push(connection),
      hop: (hop, connection) => this.#takeHop(hop(), connection),
    });
  }

  /** What every cluster does whose user has an editor: nobody need look at a page for it. */
  #attend(): void {
    this.cluster.watchObjects(({ type, object }) => {
      this.#changed++;
      this.#noteChange(type, object);
    });
    this.cluster.lendEditor((file, answer) => {
      this.#editing.set(`${file.place} ${file.path}`, answer);
      this.#tell({ type: "openFile", ...file });
    });
  }

  /** A copy that only answers, and tells nobody. */
  attendUnseen(): void {
    this.#attend();
  }

  #takeHop(hop: HopRecord, connection: Parameters<HopWatcher["hop"]>[1]): void {
    this.#hops.push(hop);
    if (hop.action !== "drop" && hop.action !== "reject") return;
    // So many at once are a load's: nobody steps to each.
    if (this.#freshFailures.length >= failuresPlaced) return;
    this.#addFailure(failedHop(hop, connection.purpose, connection.hops.length - 1));
  }

  #addStep(step: ControlStep): void {
    this.#steps.add(step);
    this.#freshSteps.push(step);
  }

  #addFailure(failure: Failure | undefined): void {
    if (failure === undefined) return;
    this.#failures.add(failure);
    this.#freshFailures.push(failure);
  }

  /** Time may pass until this comes true, at most so much further. Watched playgrounds only. */
  runTo(goal: RunGoal, maxUs: number): RunTo {
    const changes = () => this.#changed;
    const isReady = () => isAllReady(this.#readyWorld());
    const { cluster } = this;
    const world = { cluster, changes, steps: this.#steps, failures: this.#failures, isReady, notReady: () => notReady(this.#readyWorld()) };
    return new RunTo(world, goal, maxUs);
  }

  #readyWorld(): ReadyWorld {
    const { cluster } = this;
    return {
      declared: this.#text.latest.objects.map((given) => given.object),
      find: (kind, namespace, name) => cluster.find(kind, namespace, name),
      list: (kind, namespace) => cluster.list(kind, namespace),
      proxiesBehind: [...cluster.nodes.values()].filter((node) => !node.proxy.isUpToDate).map((node) => node.name),
      hasCloud: cluster.options.loadBalancer,
    };
  }

  /** Everything since the last call, in order, in few messages. */
  takeUpdates(): readonly Update[] {
    this.#milestones.note(this.nowUs, this.cluster.queue.ran);
    const updates = this.#updates;
    this.#updates = [];
    if (this.#objects.length > 0) {
      updates.push({ type: "objects", events: lastOfEach(this.#objects) });
      this.#objects = [];
      this.#haveObjectsChanged = true;
    }
    if (this.#hops.length > 0 || this.#connections.length > 0) {
      this.#encoder.encodeAll(this.#hops).forEach((packed, i) => {
        updates.push({ type: "hops", packed, connections: i === 0 ? this.#connections : [] });
      });
      this.#hops = [];
      this.#connections = [];
    }
    const ways = this.cluster.takeWays();
    if (ways.length > 0) updates.push({ type: "ways", atUs: this.nowUs, ways });
    if (this.#haveObjectsChanged && this.nowUs - this.#doubtsToldAtUs >= this.#doubtsEveryUs()) {
      const told = this.#problemsUpdate();
      if (JSON.stringify(told) !== this.#problemsTold) updates.push(told);
      this.#problemsTold = JSON.stringify(told);
    }
    const fresh = this.#recorder.takeFresh();
    if (fresh.length > 0) updates.push({ type: "recorded", entries: fresh });
    if (this.#freshSteps.length > 0) updates.push({ type: "steps", steps: this.#freshSteps });
    if (this.#freshFailures.length > 0) updates.push({ type: "failures", failures: this.#freshFailures });
    this.#freshSteps = [];
    this.#freshFailures = [];
    return updates;
  }

  // What the user does

  openTerminal(id: number, columns: number, rows: number): void {
    if (this.#terminals.has(id)) return;
    finishInstant(this.cluster);
    const terminal = this.cluster.openTerminal({
      session: id,
      columns,
      rows,
      onOutput: (text) => {
        const running = this.#running.get(id);
        if (running !== undefined) running.output = (running.output + text).slice(-outputKept);
        this.#tell({ type: "output", terminal: id, text, timeUs: this.nowUs });
      },
      onEnded: (status) => {
        const running = this.#running.get(id);
        if (running !== undefined) running.status = status;
      },
      onPrompt: (text, place) => {
        this.#places.set(id, place);
        if (text !== undefined && text !== "") this.#lineEnded(id);
        if (text === undefined) this.#reading.delete(id);
        else this.#reading.add(id);
        this.#tell({ type: "prompt", terminal: id, text, place, timeUs: this.nowUs });
      },
    });
    this.#terminals.set(id, terminal);
  }

  hasTerminal(id: number): boolean {
    return this.#terminals.has(id);
  }

  closeTerminal(id: number): void {
    this.#terminals.get(id)?.close();
    this.#terminals.delete(id);
    this.#reading.delete(id);
  }

  /** A line typed at a terminal: whoever reads it there gets it. */
  line(id: number, text: string): void {
    this.#recorder.add([toMs(this.nowUs), "line", { terminal: id, text }]);
    this.#give(id, text);
  }

  #give(id: number, text: string): void {
    finishInstant(this.cluster);
    this.#lastTerminal = id;
    this.#hints = [];
    if (this.#failed.delete(id)) this.#tell({ type: "endings", terminal: id, line: text, endings: [] });
    const place = this.#places.get(id) ?? this.cluster.home.place;
    if (this.#reading.has(id) && text.trim() !== "") this.#running.set(id, { text, place, sinceUs: this.nowUs, output: "", status: 0 });
    this.#reading.delete(id); // until it asks for the next one
    this.#terminals.get(id)?.line(text);
  }

  /** Lines that a shell without a terminal was given, for the record: a link types them at the first terminal. */
  recordLines(text: string): void {
    for (const line of text.replace(/\n$/, "").split("\n")) this.#recorder.add([toMs(this.nowUs), "line", { terminal: 1, text: line }]);
  }

  interrupt(id: number): void {
    finishInstant(this.cluster);
    this.#recorder.add([toMs(this.nowUs), "interrupt", { terminal: id }]);
    this.#terminals.get(id)?.interrupt();
  }

  endOfInput(id: number): void {
    finishInstant(this.cluster);
    this.#recorder.add([toMs(this.nowUs), "end", { terminal: id }]);
    this.#terminals.get(id)?.endOfInput();
  }

  complete(id: number, text: string, cursor: number): { readonly from: number; readonly candidates: readonly string[] } {
    return this.#terminals.get(id)?.complete(text, cursor) ?? { from: cursor, candidates: [] };
  }

  saveFile(place: string, path: string, text: string): void {
    finishInstant(this.cluster);
    this.#recorder.add([toMs(this.nowUs), "file", { place, path, text }]);
    this.cluster.machine(place)?.files.write(path, text);
    this.#editing.get(`${place} ${path}`)?.(text);
    this.#editing.delete(`${place} ${path}`);
  }

  closeFile(place: string, path: string): void {
    finishInstant(this.cluster);
    this.#recorder.add([toMs(this.nowUs), "close", { place, path }]);
    this.#editing.get(`${place} ${path}`)?.(undefined);
    this.#editing.delete(`${place} ${path}`);
  }

  /** Markers for a text that is still being typed. */
  check(text: string): void {
    const problems = this.#text.check(text);
    this.#tell({
      type: "problems",
      problems: [...problems, ...this.#doubts(problems)],
      applied: this.#text.isApplied && text === this.#text.text,
    });
  }

  edit(text: string, settled: boolean): void {
    finishInstant(this.cluster);
    const before = this.#text.text;
    this.#isEditing = true;
    const isDone = this.#text.edit(text, settled);
    this.#isEditing = false;
    const after = this.#text.text;
    if (isDone || after !== before) {
      if (after !== before) this.#recorder.add([toMs(this.nowUs), "edit", lineEdit(before, after)]);
    }
    const told = this.#problemsUpdate();
    this.#problemsTold = JSON.stringify(told);
    this.#tell(told);
    const fields = this.#text.restartFields(parseScenario(text));
    this.#tell({ type: "restartNeeded", fields });
  }

  /** One object of the text again, whatever kubectl made of it. */
  reapply(object: string): void {
    finishInstant(this.cluster);
    this.#recorder.add([toMs(this.nowUs), "reapply", { object }]);
    this.#isEditing = true;
    this.#text.reapply(object);
    this.#isEditing = false;
    this.#changes.delete(object);
  }

  /** Applies objects that the text does not hold, as `kubectl apply` would; gives what was refused. */
  applyOnce(text: string): readonly Problem[] {
    finishInstant(this.cluster);
    return this.#text.applyOnce(text);
  }

  /**
   * Types the scenario's own commands, then plays what a link or a crash carried, at the times at which it came in. It yields between entries,
   * so that a driver may breathe; "held" when it stands at the limit and has more to play behind it.
   */
  *replay(entries: readonly RecordEntry[], limit: ReplayLimit = { untilUs: Number.POSITIVE_INFINITY }): Replay {
    const record = readRecord(entries);
    // A shell takes a moment to come up: it must stand at its prompt when its first line is typed.
    for (const [, kind, body] of record) if (kind === "line") this.openTerminal(body.terminal, ...terminalSize);
    const ownUntilUs = record[0] === undefined ? ownCommandsMaxUs : toUs(record[0][0]);
    const { commands } = this.scenario.spec;
    if (commands.length > 0) {
      this.openTerminal(1, ...terminalSize);
      yield* this.#untilReading(ownUntilUs, limit);
    }
    for (const text of commands) {
      this.#typeAgain(1, text);
      // Not recorded: the text holds them.
      this.#give(1, text);
      yield* this.#untilReading(ownUntilUs, limit);
      yield;
    }
    yield* this.#play(record, limit);
    this.#tell({ type: "text", text: this.text });
  }

  /** What came in after all that was replayed. */
  *follow(entries: readonly RecordEntry[], limit: ReplayLimit): Replay {
    yield* this.#play(readRecord(entries), limit);
  }

  *#play(record: readonly RecordEntry[], limit: ReplayLimit): Replay {
    for (const entry of record) {
      const atUs = toUs(entry[0]);
      while (this.nowUs < atUs) {
        const untilUs = Math.min(atUs, limit.untilUs);
        const isThere = this.cluster.queue.run(untilUs, replayedAtOnce) < replayedAtOnce;
        if (isThere && untilUs === atUs) break;
        yield isThere ? "held" : undefined;
      }
      this.#enter(entry);
      yield;
    }
  }

  /** One event at a time: the first terminal's next command comes exactly when the one before has ended, as everywhere. */
  *#untilReading(untilUs: number, limit: ReplayLimit): Replay {
    for (let i = 0; !this.#reading.has(1); i++) {
      while (limit.untilUs < Math.min(untilUs, this.cluster.queue.nextAtUs() ?? untilUs)) yield this.#heldAt(limit);
      if (this.cluster.queue.run(untilUs, 1) === 0) return;
      if (i % replayedAtOnce === replayedAtOnce - 1) yield;
    }
  }

  /** Takes one entry of a record now, whenever it was when it first came in. */
  enter(entry: RecordEntry): void {
    for (const read of readRecord([entry])) this.#enter(read);
    if (entry[1] === "edit") this.#tell({ type: "text", text: this.text });
  }

  #enter([, kind, body]: RecordEntry): void {
    switch (kind) {
      case "line":
        this.#typeAgain(body.terminal, body.text);
        this.line(body.terminal, body.text);
        return;
      case "interrupt":
        this.#tell({ type: "interrupted", terminal: body.terminal });
        this.interrupt(body.terminal);
        return;
      case "end":
        this.endOfInput(body.terminal);
        return;
      case "edit":
        this.edit(applyLineEdit(this.text, body), true);
        return;
      case "reapply":
        this.reapply(body.object);
        return;
      case "file":
        this.saveFile(body.place, body.path, body.text);
        return;
      case "close":
        this.closeFile(body.place, body.path);
        return;
    }
  }

  #heldAt({ untilUs }: ReplayLimit): "held" {
    this.cluster.queue.run(untilUs, 1);
    return "held";
  }

  #typeAgain(terminal: number, text: string): void {
    this.openTerminal(terminal, ...terminalSize);
    // Its prompt comes first.
    finishInstant(this.cluster);
    this.#tell({ type: "typed", terminal, text, timeUs: this.nowUs });
  }

  // What the user asks

  query(asked: Query): unknown {
    switch (asked.kind) {
      case "text":
        return this.text;
      case "rules":
        return this.cluster.rulesText(asked.node);
      case "conntrack":
        return this.cluster.peek(`node/${asked.node}`, ["conntrack", "-L"]);
      case "routes":
        return this.cluster.peek(asked.place, ["ip", "route"]);
      case "file": {
        const read = this.cluster.machine(asked.place)?.files.read(asked.path);
        return read?.ok === true ? read.value : "";
      }
      case "load":
        return this.cluster.loads.latest(asked.marksFrom, asked.lostFrom);
      case "yaml":
        return this.#kubectl(["get", ...objectArgs(asked.object), "-o", "yaml"]);
      case "describe":
        return this.#kubectl(["describe", ...objectArgs(asked.object)]);
      case "object":
        return this.#kubectl(["get", ...objectArgs(asked.object), "-o", "json"]);
      case "ending":
        return this.#ending(asked.connection);
      case "packet":
        return this.cluster.packetLayers(asked.connection, asked.sequence);
      case "chain":
        return whyChain(this.look, asked);
      case "service": {
        const service = objectOf(this.look, asked.object);
        if (service === undefined) return undefined;
        const affinity = affinityOf(this.cluster, service);
        return { ...serviceFacts(this.look, service), ...(affinity === undefined ? {} : { affinity }) };
      }
      case "pod": {
        const pod = objectOf(this.look, asked.object);
        return pod === undefined ? undefined : podFacts(this.look, this.cluster, pod);
      }
      case "ingress": {
        const ingress = objectOf(this.look, asked.object);
        return ingress === undefined ? undefined : ingressRoutes(this.look, this.cluster, ingress);
      }
      case "differences":
        return differences(this.cluster, this.look.text, this.#text.appliedLive, this.#changes);
      case "adopted":
        return this.#adopted(asked.object, asked.path);
    }
  }

  /** All that explanations may look at, now. */
  get look(): Look {
    return lookAt(this.cluster, this.#text.latest);
  }

  #ending(id: string): Ending | undefined {
    const record = this.cluster.connectionRecord(id);
    if (record === undefined) return undefined;
    if (record.info.purpose === "dns") return explainNames(this.look, [record])[0] ?? explainEnding(this.look, record);
    return explainEnding(this.look, record);
  }

  /** The user's text with a live object added at its end, or with one field as it lives. */
  #adopted(id: string, path: Path | undefined): string | undefined {
    const { look } = this;
    const object = objectOf(look, id);
    if (object === undefined) return undefined;
    if (path !== undefined) {
      const value = valueAt(object, path);
      return editText(look.text, [value === undefined ? { op: "remove", object: id, path } : { op: "set", object: id, path, value }]);
    }
    const { text } = look.text.scenario;
    const end = text === "" || text.endsWith("\n") ? "" : "\n";
    return `${text}${end}${text.trim() === "" ? "" : "---\n"}${printYaml(asWritten(object))}`;
  }

  /**
   * Looks for small changes of the text that make a terminal's last line work. Each step of the generator is short; who drives it may stop at any
   * time. undefined when that line did not fail.
   */
  findFixes(terminal: number): Generator<FixReport, FixReport, undefined> | undefined {
    const failed = this.#failed.get(terminal);
    return failed === undefined ? undefined : this.fixesFor(failed);
  }

  /** The same for any line: `on` is the machine whose shell runs it, `endings` what is known of how it failed. */
  fixesFor(request: FailedLine): Generator<FixReport, FixReport, undefined> {
    const record = this.record.filter((entry, i) => !(entry[1] === "line" && i === this.record.length - 1));
    const names = this.scenario.spec.options.external.map((host) => host.name);
    return searchFixes(this.look, { ...request, mends: mendCandidates(record) }, names, () => makeTrial(() => this.#raiseAgain(), record));
  }

  /** This cluster at any earlier moment: copies of it that are taken there. */
  past(workAtOnce?: number): Past {
    const course = () => ({
      raise: () => this.#raiseAgain(),
      record: this.record,
      work: this.cluster.queue.ran,
      milestones: this.#milestones,
      bytes: this.cluster.bytes,
    });
    return new Past(course, workAtOnce);
  }

  #raiseAgain(): Playground {
    const { seed, proxyMode } = this.scenario.spec.options;
    const opened = openPlayground(this.#firstText, { seed, proxyMode });
    if (!opened.ok) throw new Error("a text that was open can be opened");
    return opened.playground;
  }

  /** Doubts about a text that the server takes; while it has errors they would only distract. */
  #doubts(problems: readonly Problem[]): readonly Problem[] {
    return problems.some((problem) => problem.severity === "error") ? [] : suspicions(this.look);
  }

  #doubtsEveryUs(): number {
    return Math.max(doubtsEveryUs, this.#text.latest.objects.length * doubtsEveryUsByObject);
  }

  #problemsUpdate(): Update {
    this.#haveObjectsChanged = false;
    this.#doubtsToldAtUs = this.nowUs;
    const { problems, isApplied } = this.#text;
    return { type: "problems", problems: [...problems, ...this.#doubts(problems)], applied: isApplied };
  }

  /** The terminal is at its prompt again: what went wrong in the line that it ran? */
  #lineEnded(id: number): void {
    const running = this.#running.get(id);
    if (running === undefined || !this.#isWatched) return;
    this.#running.delete(id);
    const connections = this.cluster.sessionConnections(id, running.sinceUs, connectionsExplained);
    const endings = connections.length === 0 ? [] : explainCommand(this.look, connections, running.output);
    this.#addFailure(failedLine(running.text, running.status, endings, this.nowUs));
    if (endings.length === 0) return;
    this.#failed.set(id, { line: running.text, on: running.place, endings: endings.map((one) => one.cause) });
    this.#tell({ type: "endings", terminal: id, line: running.text, endings });
  }

  /** Who wrote: the text itself, a command that runs, or (the object's owner) a controller, which is nobody's change. */
  #noteChange(type: string, object: KubernetesObject): void {
    const { uid } = object.metadata;
    const before = this.#versions.get(uid);
    if (type === "DELETED") this.#versions.delete(uid);
    else this.#versions.set(uid, object);
    // A status is no change of anybody's.
    if (this.#isEditing || this.nowUs === 0) return;
    if (type === "MODIFIED" && before !== undefined && !isChangedByHand(before, object)) return;
    const command = [...this.#running.values()].find((running) => /\bkubectl\b/.test(running.text));
    if (command === undefined) return;
    const id = nameOf(object as unknown as Record<string, unknown>);
    const lines = [...(this.#changes.get(id) ?? []), { atMs: this.nowUs / 1000, by: command.text.trim() }];
    this.#changes.set(id, lines.length > changesMax ? [...lines.slice(0, 1), ...lines.slice(2)] : lines);
  }

  trace(question: TraceQuestion): TraceAnswer | undefined {
    return this.cluster.trace(question);
  }

  link(view?: LinkView): string {
    return writeLink({
      engine: engineVersion,
      text: this.#firstText,
      record: this.record,
      ...(view === undefined ? {} : { view: view as Readonly<Record<string, unknown>> }),
    });
  }

  #kubectl(args: readonly string[]): string {
    const { exit, stdout, stderr } = this.cluster.kubectl(args, "");
    return exit === 0 ? stdout : stderr;
  }

  #tell(update: Update): void {
    if (this.#isWatched) this.#updates.push(update);
  }
}

function withStale(step: ControlStep, stale: readonly StaleRules[]): ControlStep {
  return stale.length === 0 ? step : { ...step, stale };
}

/** `service/default/kubia` as kubectl's words. */
function objectArgs(object: string): readonly string[] {
  const [kind, ...rest] = object.split("/");
  if (rest.length === 1) return [kind as string, rest[0] as string];
  return [kind as string, rest[1] as string, "-n", rest[0] as string];
}

/** Lanes of time show when these changed: of them the page is told each change. */
const kindsWithTimes = ["Pod", "EndpointSlice"];

/** Of several changes of one object within an instant the page needs the last: it can look back at every instant, but not into one. */
function lastOfEach(events: readonly ObjectEvent[]): readonly ObjectEvent[] {
  const last = new Map<string, ObjectEvent>();
  for (const [index, event] of events.entries()) {
    const { kind, metadata } = event.object;
    const key = `${kind}/${metadata.namespace ?? ""}/${metadata.name}${kindsWithTimes.includes(kind) ? ` #${index}` : ` ${event.timeUs}`}`;
    last.delete(key); // it counts where it came last
    last.set(key, event);
  }
  return [...last.values()];
}
