// How fast one thread of DuckDB counts the same lines: duckdb_count.mjs MODULES CSV REDS BLUE. Best of five.
import { createRequire } from "node:module";
const [modules, csv, reds, blue] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(modules + "/")("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
await connection.run(`CREATE TABLE line AS SELECT mask FROM read_csv('${csv}', header = false, columns = {'mask': 'UBIGINT'})`);
const count = `SELECT bit_count(mask & ${reds}::UBIGINT) + CASE WHEN mask & ${blue}::UBIGINT <> 0 THEN 8 ELSE 0 END AS place, count(*) AS lines
               FROM line GROUP BY place ORDER BY place`;
let best = Infinity;
let rows = [];
for (let run = 0; run < 5; ++run) {
  const begun = process.hrtime.bigint();
  rows = await (await connection.runAndReadAll(count)).getRowObjectsJson();
  best = Math.min(best, Number(process.hrtime.bigint() - begun) / 1e9);
}
const places = Array(16).fill(0);
for (const row of rows) places[Number(row.place)] = Number(row.lines);
const lines = places.reduce((a, b) => a + b);
console.log(JSON.stringify({ lines, seconds: best, places }));
