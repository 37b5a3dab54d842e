// The workloads in a page, and JSON.parse beside them. `eddy` is the module; `answer` gets a question and answers it:
//
// - {"bench":"kmeans","k":3,"dim":4,"batch":32,"ms":100} works for about 100 ms: {"rows":…,"s":…}; the next such
//   question goes on with the same model
// - the same with "pieces":3 in place of ms does as many from the start: {"outcome":[…]}
// - {"parse":"row","from":"string","ms":100}: JSON.parse of ready strings, as a JavaScript program may have them;
//   with "from":"bytes", of what a TextDecoder makes of the bytes that it got

const workloads = new Map();

window.answer = ({ ms, pieces, ...question }) => {
  const name = JSON.stringify(question);
  if (pieces) return outcome(name, pieces);
  if (!workloads.has(name)) {
    workloads.set(name, question.parse ? parsing(question) : new eddy.Bench(name));
  }
  return time(workloads.get(name), ms);
};

function time(workload, least_ms) {
  let rows = 0;
  let spent_ms = 0;
  while (spent_ms < least_ms) {
    workload.prepare();
    const start_ms = performance.now();
    rows += workload.run();
    spent_ms += performance.now() - start_ms;
  }
  return { rows, s: spent_ms / 1000 };
}

function outcome(name, pieces) {
  const workload = new eddy.Bench(name);
  for (let i = 0; i < pieces; i++) {
    workload.prepare();
    workload.run();
  }
  return { outcome: Array.from(workload.outcome()) };
}

// The numbers of each row, as the module reads them, too.
function parsing({ parse, from }) {
  const row = { row: (event) => event, row_with_schema: (event) => event.payload, envelope: (event) => event.payload.after }[parse];
  const values = [];
  for (let bytes; (bytes = eddy.value(JSON.stringify(parse), values.length)); ) values.push(bytes);
  const decoder = new TextDecoder();
  const inputs = from === "bytes" ? values : values.map((bytes) => decoder.decode(bytes));
  const read = from === "bytes" ? (bytes) => JSON.parse(decoder.decode(bytes)) : JSON.parse;
  let sum = 0;
  const run = () => {
    for (const input of inputs) {
      const { id, sepal_length, sepal_width, petal_length, petal_width, iris_class } = row(read(input));
      sum += id + sepal_length + sepal_width + petal_length + petal_width + iris_class;
    }
    if (!Number.isFinite(sum)) throw new Error("not all columns were read");
    return inputs.length;
  };
  return { prepare() {}, run };
}
