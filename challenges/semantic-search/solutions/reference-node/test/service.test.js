import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { service } from "./support.js";

const SEA = { title: "At the coast", text: "Boats on the ocean.", metadata: { area: "sea", version: 2 } };
const CAR = { title: "On the road", text: "A vehicle with four wheels.", metadata: { area: "road", version: 2 } };
const BREAD = { title: "Bakery", text: "Knead the loaf. Code KB-4711.", metadata: { area: "food", version: "2" } };

async function filled(t) {
  const own = await service(t);
  const documents = [{ id: "sea", ...SEA }, { id: "car", ...CAR }, { id: "bread", ...BREAD }];
  assert.equal((await own.call("POST", "/documents/batch", { documents })).status, 200);
  return own;
}

test("a document comes back as it was sent, numbers beyond a double included", async (t) => {
  const { call } = await service(t);
  const text = '{"title":"é \\ud800","text":"\\u0000","metadata":{"n":12345678901234567890,"x":0.5,"__proto__":"p"}}';
  assert.equal((await call("PUT", "/documents/a.b_c-1", text)).status, 200);
  const { text: back } = await call("GET", "/documents/a.b_c-1");
  assert.match(back, /"n":12345678901234567890,"x":0.5,"__proto__":"p"/);
  assert.deepEqual(JSON.parse(back).title, "é \ud800");
});

test("what was stored is found by meaning, and by words for an identifier", async (t) => {
  const { ids } = await filled(t);
  assert.deepEqual((await ids("water"))[0], "sea");
  assert.deepEqual((await ids("kb-4711"))[0], "bread");
  assert.equal((await ids("water")).length, 3);
});

test("documents are replaced and deleted", async (t) => {
  const { call, ids } = await filled(t);
  await call("PUT", "/documents/sea", CAR);
  assert.deepEqual((await call("GET", "/documents/sea")).body, { id: "sea", ...CAR });
  assert.equal((await call("DELETE", "/documents/car")).status, 204);
  assert.equal((await call("DELETE", "/documents/car")).status, 404);
  assert.equal((await call("GET", "/documents/car")).status, 404);
  assert.deepEqual(await ids("vehicle"), ["sea", "bread"]);
});

test("a batch with one invalid document stores none", async (t) => {
  const { call } = await service(t);
  assert.equal((await call("POST", "/documents/batch", { documents: [{ id: "a", ...SEA }, { id: "/" }] })).status, 422);
  assert.equal((await call("GET", "/documents/a")).status, 404);
});

test("filters go by type and value and come before the cut", async (t) => {
  const { ids } = await filled(t);
  assert.deepEqual(await ids("loaf", { filter: { area: "sea" }, top_k: 1 }), ["sea"]);
  assert.deepEqual((await ids("loaf", { filter: { version: 2 } })).sort(), ["car", "sea"]);
  assert.deepEqual(await ids("loaf", { filter: { area: ["road", "food"], version: ["2", true] } }), ["bread"]);
  assert.deepEqual(await ids("loaf", { filter: { area: [] } }), []);
  assert.deepEqual(await ids("loaf", { filter: { toString: "x" } }), []);
});

test("pages join, and one past the end is empty", async (t) => {
  const { ids } = await filled(t);
  const pages = [await ids("ocean", { top_k: 2 }), await ids("ocean", { top_k: 2, offset: 2 })];
  assert.deepEqual(pages.flat(), await ids("ocean", { top_k: 3 }));
  assert.deepEqual(await ids("ocean", { offset: 9 }), []);
});

test("a snippet stands in the text as it is", async (t) => {
  const { call } = await service(t);
  const text = `${"Nothing here. ".repeat(200)}The ${"vehicle ".repeat(60)}ends. More.`;
  await call("PUT", "/documents/a", { title: "t", text });
  const { snippet } = (await call("POST", "/search", { query: "vehicle" })).body.results[0];
  assert.ok(text.includes(snippet) && snippet.length <= 300);
  assert.match(snippet, /vehicle/);
});

for (const [what, path, body, status] of [
  ["no JSON", "/search", "{", 400],
  ["no UTF-8", "/search", Buffer.from([0x22, 0xff, 0x22]), 400],
  ["many digits", "/search", `{"query": "a", "top_k": ${"9".repeat(500)}}`, 400],
  ["no query", "/search", {}, 422],
  ["a long query", "/search", { query: "q".repeat(2_001) }, 422],
  ["true for a number", "/search", { query: "q", top_k: true }, 422],
  ["half a page", "/search", { query: "q", offset: 0.5 }, 422],
  ["a filter that is deep", "/search", { query: "q", filter: { a: { b: 1 } } }, 422],
  ["no filter at all", "/search", { query: "q", filter: null }, 422],
  ["an unknown path", "/nowhere", {}, 404],
  ["no documents", "/documents/batch", { documents: [] }, 422],
  ["65 documents", "/documents/batch", { documents: Array(65).fill({ id: "a", ...SEA }) }, 422],
  ["a number without end", "/documents/batch", '{"documents":[{"id":"a","title":"t","text":"t","metadata":{"n":1e999}}]}', 422],
]) {
  test(`refused: ${what}`, async (t) => {
    const { call } = await service(t);
    const answer = await call("POST", path, body);
    assert.equal(answer.status, status);
    assert.equal(typeof answer.body.error.code, "string");
    assert.equal(typeof answer.body.error.message, "string");
  });
}

test("two failed calls in a row reach nobody", async (t) => {
  const { call, ids, practice } = await filled(t);
  for (const [number, fault] of [429, 500, "garbage"].entries()) {
    practice.faults = [fault, fault];
    assert.equal((await ids(`water ${number}`))[0], "sea");
  }
  practice.faults = [503, 503];
  assert.equal((await call("PUT", "/documents/new", SEA)).status, 200);
});

test("in an outage writes are kept and words are found; afterwards all is found by meaning", async (t) => {
  const { call, ids, practice } = await filled(t);
  practice.lasting = 500;
  assert.equal((await call("PUT", "/documents/new", { title: "Harbour", text: "The sea." })).status, 200);
  assert.deepEqual(await ids("harbour"), ["new"]);
  const none = await call("POST", "/search", { query: "zzz" });
  assert.deepEqual([none.status, none.body.error.code], [503, "gateway_down"]);
  assert.deepEqual(await ids("zzz", { filter: { area: "nowhere" } }), []);
  practice.lasting = null;
  const until = performance.now() + 15_000;
  const isBack = async () => (await ids("water")).slice(0, 2).sort().join() === "new,sea";
  while (!(await isBack()) && performance.now() < until) await sleep(500);
  assert.ok(await isBack());
});

test("nothing is embedded twice, and all is there after a restart", async (t) => {
  const { call, ids, practice, restart } = await filled(t);
  const before = practice.texts.length;
  await call("PUT", "/documents/sea", SEA);
  await restart();
  assert.deepEqual((await call("GET", "/documents/car")).body, { id: "car", ...CAR });
  assert.equal(practice.texts.length, before);
  assert.equal((await ids("water"))[0], "sea");
  await ids("water", { offset: 1 });
  assert.equal(practice.texts.length, before + 1);
});
