// What CI services read: SARIF by its schema, JUnit by a strict XML parser.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { SaxesParser } from "saxes";

const require = createRequire(import.meta.url);
const SCHEMA = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

const SOUND = "event a\njourney j\n  enter when a\n  re-enter never\n  stage s\n    exit as x\n  end\nend\n";
const SOURCES = {
  "sound.journey": SOUND,
  "warnings and <marks> & \"quotes\".journey": "event b\nevent c\n",
  "旅程/错误.journey": "evnet d\njourney k\n  enter when signp\n  re-enter never\n  stage s\n    wait 3 hrs\n    tag \"]]>\"\n  end\nend\n",
  "hostile.journey": "event `a\nsausage </testcase> <![CDATA[ ]]> &amp; ::error::x\nevent \u001b]0;x\u0007b \u{fffe}\n",
  "same.journey": SOUND,
};

function workspace(sources) {
  const folder = mkdtempSync(join(tmpdir(), "journey-reports-"));
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function journey(folder, ...args) {
  const done = spawnSync(process.env.JOURNEY, args, { cwd: folder, encoding: "utf-8" });
  assert.ok(done.status === 0 || done.status === 1, done.stderr);
  return done.stdout;
}

function inside(sources, look) {
  const folder = workspace(sources);
  try {
    return look(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every element with its attributes and text; anything that is not well-formed throws. */
function elements(text) {
  const found = [], open = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => { throw error; });
  parser.on("opentag", (tag) => {
    const element = { name: tag.name, parent: open.at(-1)?.name, attributes: {}, text: "" };
    for (const [name, { value }] of Object.entries(tag.attributes)) element.attributes[name] = value;
    found.push(element);
    open.push(element);
  });
  parser.on("text", (part) => { if (open.length > 0) open.at(-1).text += part; });
  parser.on("cdata", (part) => { open.at(-1).text += part; });
  parser.on("closetag", () => open.pop());
  parser.write(text).close();
  assert.equal(open.length, 0);
  return found;
}

function assertJunit(text) {
  const found = elements(text);
  const within = { testsuites: [undefined], testsuite: ["testsuites", undefined], testcase: ["testsuite"], failure: ["testcase"], error: ["testcase"], skipped: ["testcase"], properties: ["testsuite"], property: ["properties"], "system-out": ["testcase", "testsuite"] };
  for (const element of found) {
    assert.ok(within[element.name]?.includes(element.parent), `<${element.name}> in <${element.parent}>`);
    if (element.name === "testcase") assert.ok(element.attributes.name && element.attributes.classname);
  }
  for (const suite of found.filter((e) => e.name === "testsuite")) assert.match(suite.attributes.tests, /^\d+$/);
  const count = (name) => found.filter((e) => e.name === name).length;
  const told = (name) => found.filter((e) => e.name === "testsuite").reduce((sum, e) => sum + Number(e.attributes[name] ?? 0), 0);
  assert.equal(told("tests"), count("testcase"));
  assert.equal(told("failures"), count("failure"));
  return found;
}

test("SARIF is valid against its schema", () => {
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  addFormats(ajv);
  const valid = ajv.compile(SCHEMA);
  inside(SOURCES, (folder) => {
    const log = JSON.parse(journey(folder, "check", "--format", "sarif"));
    assert.ok(valid(log), JSON.stringify(valid.errors?.slice(0, 5), null, 2));
    assert.ok(log.runs[0].results.length > 5);
    assert.ok(log.runs[0].results.some((result) => result.fixes?.length > 0), "fixes are looked at, too");
    delete log.runs[0].tool.driver.name;
    assert.ok(!valid(log), "the schema refuses what is not SARIF");
  });
});

test("SARIF of a sound workspace is valid, too", () => {
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  addFormats(ajv);
  const valid = ajv.compile(SCHEMA);
  inside({ "sound.journey": SOUND }, (folder) => {
    const log = JSON.parse(journey(folder, "check", "--format", "sarif"));
    assert.ok(valid(log), JSON.stringify(valid.errors?.slice(0, 5), null, 2));
    assert.deepEqual(log.runs[0].results, []);
  });
});

test("JUnit of a check is well-formed, whatever the sources say", () => {
  inside(SOURCES, (folder) => {
    const found = assertJunit(journey(folder, "check", "--format", "junit"));
    assert.ok(found.some((element) => element.name === "failure"));
  });
});

test("JUnit of tests is well-formed, whatever they are called", () => {
  const tests = `${SOUND}test "<b> & ]]> 測試 \\"x\\""\n  customer ann\n  ann does a\n  expect ann left j as x\nend\ntest "it fails, <&>"\n  customer ann\n  expect ann left j as x\nend\n`;
  inside({ "tests.journey": tests }, (folder) => {
    journey(folder, "test", "--junit", "report.xml");
    const found = assertJunit(readFileSync(join(folder, "report.xml"), "utf-8"));
    const names = found.filter((element) => element.name === "testcase").map((element) => element.attributes.name);
    assert.deepEqual(names, ['<b> & ]]> 測試 "x"', "it fails, <&>"]);
    assert.equal(found.filter((element) => element.name === "failure").length, 1);
  });
});
