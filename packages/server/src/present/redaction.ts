import type { CatalogueEntry } from "@mainspring/actions/catalogue";
import type {
  InvocationReply,
  RunReply,
  RunSummary as RunSummaryReply,
  StepReply,
  TimelineItem,
  WaitReply,
} from "@mainspring/api";
import {
  hasSensitive,
  maskBySchema,
  maskEntry,
  maskError,
  nothingIsSensitive,
  sensitiveFacts,
  sensitiveValues,
  ValueMask,
} from "@mainspring/core";
import type { ActionSchemas, JournalEntry, Json, Program, RunMask, SensitiveFacts } from "@mainspring/core";
import {
  eventTypeSchemas,
  eventTypeVersions,
  eventWaitsOf,
  formsOfTasks,
  getProgram,
  inputsOf,
  programsAround,
  readSecrets,
  relatedRuns,
  runsThatMeet,
  secretVersions,
  startingEventsOf,
  stepsByCommand,
  valuesOfSteps,
} from "@mainspring/store";
import type { RelatedRun, TenantDb } from "@mainspring/store";

/** What readers of a run put its values through. Nothing that is stored is touched by it. */
export interface RunRedaction {
  /** Whether the run, and those around it, have no sensitive value: everything comes back as it is. */
  readonly isEmpty: boolean;
  value(value: Json): Json;
  text(text: string): string;
  /** The run's payload, as it was at whatever moment. */
  payload(payload: Json): Json;
  /** What a step's action gave. */
  output(stepPath: string, output: Json): Json;
  run(reply: RunReply): RunReply;
  summary(reply: RunSummaryReply): RunSummaryReply;
  step(reply: StepReply): StepReply;
  wait(reply: WaitReply): WaitReply;
  invocation(reply: InvocationReply): InvocationReply;
  span(item: TimelineItem): TimelineItem;
  entry(entry: JournalEntry): JournalEntry;
}

/** Masks by what the deployed actions, the pinned programs and the types of events declare. See docs/decisions/0030-masked-when-read.md. */
export interface Redaction {
  ofRun(db: TenantDb, runId: string): Promise<RunRedaction>;
  /** Values of the tenant's secrets, to be masked wherever they stand. */
  secrets(db: TenantDb): Promise<readonly string[]>;
  /** For rows of a list; runs without anything sensitive around them are not read. */
  ofRuns(db: TenantDb, runIds: readonly string[]): Promise<(runId: string) => RunRedaction>;
}

const keptPrograms = 500;
const keptTenants = 500;
const noFacts: SensitiveFacts = { inputs: new Map(), outputs: new Map(), forms: new Map(), namedForms: new Map() };
const noSchemas: ReadonlyMap<string, Json> = new Map();

export function createRedaction(catalogue: readonly CatalogueEntry[]): Redaction {
  const entries = new Map(catalogue.map((entry) => [entry.id, entry]));
  const schemasOf: ActionSchemas = (action) => {
    const entry = entries.get(action);
    return entry === undefined ? undefined : { input: entry.inputSchema, output: entry.outputSchema };
  };
  // A hash names one program for ever, and the same one for every tenant.
  const known = new Map<string, SensitiveFacts>();

  async function factsOf(db: TenantDb, programHash: string | null): Promise<SensitiveFacts> {
    if (programHash === null) return noFacts;
    const kept = known.get(programHash);
    if (kept !== undefined) return kept;
    const program = await getProgram(db, programHash);
    if (program === undefined) return noFacts;
    const facts = sensitiveFacts(program as unknown as Program, schemasOf);
    known.set(programHash, facts);
    if (known.size > keptPrograms) known.delete(known.keys().next().value as string);
    return facts;
  }

  // What secrets a tenant has changes seldom; their versions are looked at each time.
  const unsealed = new Map<string, { readonly versions: string; readonly values: readonly string[] }>();

  async function secretsOf(db: TenantDb): Promise<readonly string[]> {
    const secrets = await secretVersions(db);
    if (secrets.length === 0) return [];
    const versions = JSON.stringify(secrets);
    const kept = unsealed.get(db.tenantId);
    if (kept?.versions === versions) return kept.values;
    const values = [
      ...(
        await readSecrets(
          db,
          secrets.map(({ name }) => name),
        )
      ).values(),
    ];
    unsealed.set(db.tenantId, { versions, values });
    if (unsealed.size > keptTenants) unsealed.delete(unsealed.keys().next().value as string);
    return values;
  }

  // The same of its event types.
  const typed = new Map<string, { readonly versions: string; readonly schemas: ReadonlyMap<string, Json> }>();

  async function eventSchemasOf(db: TenantDb): Promise<ReadonlyMap<string, Json>> {
    const types = await eventTypeVersions(db);
    if (types.length === 0) return noSchemas;
    const versions = JSON.stringify(types);
    const kept = typed.get(db.tenantId);
    if (kept?.versions === versions) return kept.schemas;
    const schemas = new Map<string, Json>();
    for (const { name, schema } of await eventTypeSchemas(db)) if (hasSensitive(schema)) schemas.set(name, schema);
    typed.set(db.tenantId, { versions, schemas });
    if (typed.size > keptTenants) typed.delete(typed.keys().next().value as string);
    return schemas;
  }

  async function ofRun(db: TenantDb, runId: string): Promise<RunRedaction> {
    const secrets = await secretsOf(db);
    const eventSchemas = await eventSchemasOf(db);
    const related = await relatedRuns(db, runId);
    for (const hash of new Set(related.flatMap(({ lostPrograms }) => lostPrograms)))
      if (!nothingIsSensitive(await factsOf(db, hash))) return closed;
    const facts = new Map<string, SensitiveFacts>();
    for (const { id, programHash } of related) facts.set(id, await factsOf(db, programHash));
    const met = await metEvents(db, [...facts.keys()], eventSchemas);
    if (met.isEmpty && [...facts.values()].every((one) => nothingIsSensitive(one))) return ofSecrets(secrets);
    const own = facts.get(runId) ?? noFacts;
    const answers = { named: await namedForms(db, related, facts), events: met.byStep };
    const values = new ValueMask([...secrets, ...met.values, ...(await valuesAround(db, facts, answers))]);
    const withForms = withAnswers(own, answers);
    const stepOf = await stepsByCommand(db, runId, [...withForms.outputs.keys(), ...withForms.forms.keys()]);
    return redacting({ values, facts: withForms, stepOf: (id) => stepOf.get(id), eventSchemas });
  }

  return {
    ofRun,
    secrets: secretsOf,
    async ofRuns(db, runIds) {
      if (runIds.length === 0) return () => untouched;
      const plain = ofSecrets(await secretsOf(db));
      const around = await programsAround(db, runIds);
      const meeting = await runsThatMeet(db, runIds, [...(await eventSchemasOf(db)).keys()]);
      const found = new Map<string, RunRedaction>();
      for (const [runId, programs] of around) {
        const facts = await Promise.all(programs.map((hash) => factsOf(db, hash)));
        const isPlain = !meeting.has(runId) && facts.every((one) => nothingIsSensitive(one));
        found.set(runId, isPlain ? plain : await ofRun(db, runId));
      }
      return (runId) => found.get(runId) ?? plain;
    },
  };
}

/** Of runs that declare nothing sensitive: secrets are scrubbed before values are stored, but a person may have typed one. */
function ofSecrets(secrets: readonly string[]): RunRedaction {
  if (secrets.length === 0) return untouched;
  return redacting({ values: new ValueMask(secrets), facts: noFacts, stepOf: () => undefined });
}

/** Of a run around which another is gone that knew of sensitive values: which of them stand here nobody can tell. */
const closed = redacting({ values: ValueMask.ofEverything(), facts: noFacts, stepOf: () => undefined });

/** Whatever some task's form declares sensitive is so in every answer to a named form: which one it was only the run knows. */
async function namedForms(
  db: TenantDb,
  related: readonly RelatedRun[],
  facts: ReadonlyMap<string, SensitiveFacts>,
): Promise<Json | undefined> {
  const asking = related.filter(({ id }) => (facts.get(id)?.namedForms.size ?? 0) > 0).map(({ id }) => id);
  const schemas = (await formsOfTasks(db, asking)).filter((schema) => hasSensitive(schema));
  return schemas.length === 0 ? undefined : { anyOf: schemas };
}

/** What the runs take from outside, beside what their programs say: answers to named forms, and events by the step that waits for them. */
interface Answers {
  readonly named: Json | undefined;
  readonly events: ReadonlyMap<string, Json>;
}

function withAnswers(facts: SensitiveFacts, { named, events }: Answers): SensitiveFacts {
  if (named === undefined && events.size === 0) return facts;
  const forms = new Map(facts.forms);
  if (named !== undefined) for (const path of facts.namedForms.keys()) forms.set(path, named);
  for (const [path, schema] of events) forms.set(path, schema);
  return { ...facts, forms };
}

/** Events whose type declares something sensitive: what began the runs, and what they wait for. */
async function metEvents(
  db: TenantDb,
  runIds: readonly string[],
  schemas: ReadonlyMap<string, Json>,
): Promise<{
  readonly isEmpty: boolean;
  readonly values: readonly Json[];
  readonly byStep: ReadonlyMap<string, Json>;
}> {
  if (schemas.size === 0) return { isEmpty: true, values: [], byStep: noSchemas };
  const names = [...schemas.keys()];
  const starting = await startingEventsOf(db, runIds, names);
  const byStep = new Map<string, Json>();
  for (const { stepPath, name } of await eventWaitsOf(db, runIds, names)) {
    const before = byStep.get(stepPath);
    const schema = schemas.get(name) as Json;
    byStep.set(stepPath, before === undefined ? schema : { anyOf: [before, schema] });
  }
  return {
    isEmpty: starting.length === 0 && byStep.size === 0,
    values: starting.flatMap(({ name, payload }) => sensitiveValues(schemas.get(name), payload)),
    byStep,
  };
}

/** Every sensitive value of the run and of those around it. */
async function valuesAround(
  db: TenantDb,
  facts: ReadonlyMap<string, SensitiveFacts>,
  answers: Answers,
): Promise<Json[]> {
  const found: Json[] = [];
  const withPayload = [...facts].filter(([, { payload }]) => payload !== undefined).map(([id]) => id);
  for (const { runId, input } of await inputsOf(db, withPayload))
    found.push(...sensitiveValues(facts.get(runId)?.payload, input));
  for (const one of new Set(facts.values())) {
    const whole = withAnswers(one, answers);
    const paths = [...new Set([...whole.inputs.keys(), ...whole.outputs.keys(), ...whole.forms.keys()])];
    const runIds = [...facts].filter(([, other]) => other === one).map(([id]) => id);
    for (const { stepPath, of, value } of await valuesOfSteps(db, runIds, paths)) {
      const schemas = of === "input" ? whole.inputs : of === "output" ? whole.outputs : whole.forms;
      found.push(...sensitiveValues(schemas.get(stepPath), value));
      // A task's step gives what was answered.
      if (of === "output") found.push(...sensitiveValues(whole.forms.get(stepPath), value));
    }
  }
  return found;
}

/** Of a run that meets no sensitive value. */
export const untouched: RunRedaction = {
  isEmpty: true,
  value: (value) => value,
  text: (text) => text,
  payload: (payload) => payload,
  output: (_, output) => output,
  run: (reply) => reply,
  summary: (reply) => reply,
  step: (reply) => reply,
  wait: (reply) => reply,
  invocation: (reply) => reply,
  span: (item) => item,
  entry: (entry) => entry,
};

function redacting(mask: RunMask): RunRedaction {
  const { values, facts } = mask;
  const value = (one: Json): Json => values.value(one);
  const text = (one: string): string => values.text(one);
  const by = (schema: Json | undefined, one: Json): Json => values.value(maskBySchema(schema, one));
  const common = <R extends Omit<RunSummaryReply, "why">>(reply: R): R => ({
    ...reply,
    state: value(reply.state),
    error: reply.error === null ? null : maskError(reply.error, mask),
  });
  return {
    isEmpty: false,
    value,
    text,
    payload: (payload) => by(facts.payload, payload),
    output: (stepPath, output) => by(facts.outputs.get(stepPath), output),
    run: (reply) => ({
      ...common(reply),
      input: by(facts.payload, reply.input),
      output: value(reply.output),
      trigger: maskTrigger(reply.trigger, values),
    }),
    summary: (reply) => {
      const masked = common(reply);
      return reply.why === undefined
        ? masked
        : { ...masked, why: { ...reply.why, sentence: text(reply.why.sentence) } };
    },
    step: (reply) => ({
      ...reply,
      input: by(facts.inputs.get(reply.stepPath), reply.input),
      output: by(facts.outputs.get(reply.stepPath) ?? facts.forms.get(reply.stepPath), reply.output),
      error: reply.error === null ? null : maskError(reply.error, mask),
    }),
    wait: (reply) => ({
      ...reply,
      key: reply.key === null || reply.waitType === "human" ? reply.key : text(reply.key),
      filters: value(reply.filters),
      payload: by(facts.forms.get(reply.stepPath), reply.payload),
    }),
    invocation: (reply) => ({
      ...reply,
      input: by(facts.inputs.get(reply.stepPath), reply.input),
      output: by(facts.outputs.get(reply.stepPath), reply.output),
      error: value(reply.error),
      late: value(reply.late),
    }),
    span: (item) => (item.label === undefined ? item : { ...item, label: text(item.label) }),
    entry: (entry) => maskEntry(entry, mask),
  };
}

/** What kind of start it was, and which run or event began it, are ours. */
function maskTrigger(trigger: Json, values: ValueMask): Json {
  if (typeof trigger !== "object" || trigger === null || Array.isArray(trigger)) return values.value(trigger);
  const masked: { [name: string]: Json } = {};
  for (const [name, member] of Object.entries(trigger))
    masked[name] = name === "type" || name.endsWith("Id") ? member : values.value(member);
  return masked;
}
