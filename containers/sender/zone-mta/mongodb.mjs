// In the place of MongoDB, for ZoneMTA: a server that speaks MongoDB's wire protocol (OP_MSG) and keeps its documents in memory.
// It knows the commands and operators that ZoneMTA uses. What it does not know it refuses, and says so on standard output.
import { createServer } from "node:net";
import { deserialize, Long, ObjectId, serialize } from "bson";

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

/** By name: documents, oldest first. */
const collections = new Map();
const documentsOf = (name) => {
  const known = collections.get(name) ?? [];
  collections.set(name, known);
  return known;
};

class Unknown extends Error {}

/** What can be compared by < and ===. */
function plain(value) {
  if (value instanceof Date) return value.getTime();
  if (value instanceof ObjectId) return value.toHexString();
  return value ?? null;
}

const at = (document, path) => path.split(".").reduce((value, key) => value?.[key], document);

const operators = {
  $lt: (value, other) => value < other,
  $lte: (value, other) => value <= other,
  $gt: (value, other) => value > other,
  $gte: (value, other) => value >= other,
  $ne: (value, other) => value !== other,
  $in: (value, others) => others.map(plain).includes(value),
  $nin: (value, others) => !others.map(plain).includes(value),
};

function is(value, condition) {
  const given = Object.entries(condition ?? {}).filter(([key]) => key.startsWith("$"));
  if (given.length === 0) return plain(value) === plain(condition);
  return given.every(([name, other]) => {
    const operator = operators[name];
    if (!operator) throw new Unknown(`operator ${name}`);
    return operator(plain(value), Array.isArray(other) ? other : plain(other));
  });
}

function matches(document, query) {
  return Object.entries(query ?? {}).every(([key, condition]) => {
    if (key === "$or") return condition.some((one) => matches(document, one));
    if (key.startsWith("$")) throw new Unknown(`operator ${key}`);
    return is(at(document, key), condition);
  });
}

function put(document, path, change) {
  const keys = path.split(".");
  const last = keys.pop();
  let holder = document;
  for (const key of keys) holder = holder[key] ??= {};
  holder[last] = change(holder[last]);
}

function alter(document, update) {
  for (const [name, fields] of Object.entries(update))
    for (const [path, value] of Object.entries(fields)) {
      if (name === "$set") put(document, path, () => value);
      else if (name === "$inc") put(document, path, (old = 0) => old + value);
      else throw new Unknown(`update ${name}`);
    }
}

function found(documents, { query, filter, sort = {}, skip = 0, limit = 0 }) {
  const all = documents.filter((document) => matches(document, query ?? filter));
  const keys = Object.entries(sort);
  all.sort((a, b) => {
    for (const [path, direction] of keys) {
      const [left, right] = [plain(at(a, path)), plain(at(b, path))];
      if (left !== right) return left < right ? -direction : direction;
    }
    return 0;
  });
  return all.slice(skip, limit > 0 ? skip + limit : undefined);
}

const allOf = (name, list) => ({ cursor: { id: Long.ZERO, ns: `zone-mta.${name}`, firstBatch: list } });
const hello = () => ({
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize: 16777216,
  maxMessageSizeBytes: 48000000,
  maxWriteBatchSize: 100000,
  minWireVersion: 0,
  maxWireVersion: 13,
});
const nothing = () => ({});

const commands = {
  hello,
  ismaster: hello,
  isMaster: hello,
  ping: nothing,
  endSessions: nothing,
  createIndexes: () => ({ numIndexesBefore: 1, numIndexesAfter: 1 }),
  listIndexes: ({ listIndexes: name }) => allOf(name, [{ v: 2, key: { _id: 1 }, name: "_id_" }]),

  insert({ insert: name, documents }) {
    documentsOf(name).push(...documents);
    return { n: documents.length };
  },

  find: (command) => allOf(command.find, found(documentsOf(command.find), command)),

  /** countDocuments(): a $match, then a $group that counts. */
  aggregate({ aggregate: name, pipeline }) {
    const [match, group] = pipeline;
    if (pipeline.length !== 2 || group.$group?.n?.$sum !== 1) throw new Unknown("pipeline");
    return allOf(name, [{ _id: 1, n: found(documentsOf(name), { filter: match.$match }).length }]);
  },

  update({ update: name, updates }) {
    const changed = updates.map(({ q, u, multi }) => {
      const chosen = found(documentsOf(name), { filter: q, limit: multi ? 0 : 1 });
      for (const document of chosen) alter(document, u);
      return chosen.length;
    });
    const n = changed.reduce((sum, one) => sum + one, 0);
    return { n, nModified: n };
  },

  findAndModify({ findAndModify: name, new: after, update, ...rest }) {
    const [document] = found(documentsOf(name), { ...rest, limit: 1 });
    if (!document) return { value: null };
    const before = deserialize(serialize(document));
    alter(document, update);
    return { value: after ? document : before };
  },

  delete({ delete: name, deletes }) {
    const documents = documentsOf(name);
    const gone = new Set(deletes.flatMap(({ q, limit }) => found(documents, { filter: q, limit })));
    collections.set(
      name,
      documents.filter((document) => !gone.has(document)),
    );
    return { n: gone.size };
  },
};

function answer(command) {
  const [name] = Object.keys(command);
  try {
    const run = commands[name];
    if (!run) throw new Unknown(`command ${name}`);
    return { ...run(command), ok: 1 };
  } catch (error) {
    console.log(`danelab: mongodb.mjs: ${error.stack} in ${JSON.stringify(command)}`);
    return { ok: 0, code: 59, errmsg: `not known here: ${error.message}` };
  }
}

/** A message's header: its length, its id, the id that it answers, what it is. */
function message(id, answers, kind, body) {
  const header = Buffer.alloc(16);
  for (const [at, value] of [16 + body.length, id, answers, kind].entries())
    header.writeInt32LE(value, 4 * at);
  return Buffer.concat([header, body]);
}

let sent = 0;

function reply(bytes) {
  const id = bytes.readInt32LE(4);
  const kind = bytes.readInt32LE(12);
  if (kind === opMsg) {
    // Flags, then one section of kind 0: the command.
    if (bytes[20] !== 0) throw new Unknown(`section of kind ${bytes[20]}`);
    const body = serialize(answer(deserialize(bytes.subarray(21))));
    return message(++sent, id, opMsg, Buffer.concat([Buffer.alloc(5), body]));
  }
  // The first question of a connection: flags, collection, numbers to skip and to return.
  if (kind !== opQuery) throw new Unknown(`message of kind ${kind}`);
  const query = bytes.subarray(bytes.indexOf(0, 20) + 9);
  const numbers = Buffer.alloc(20);
  numbers.writeInt32LE(1, 16);
  return message(++sent, id, opReply, Buffer.concat([numbers, serialize(answer(deserialize(query)))]));
}

createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      socket.write(reply(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  });
}).listen(27017, "127.0.0.1");
