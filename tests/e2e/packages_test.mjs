// Libraries of the system, as an app's folio.toml names them: in development, in a binary and in tests in C++.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { develop, eventually, runFolio, serve, temporaryFolder } from './helpers.mjs';

const packages = (...names) => `[build]\npackages = ${JSON.stringify(names)}\n`;
const database = `#pragma once
#include <sqlite3.h>
#include <string>

struct Database {
  sqlite3* handle = nullptr;
  Database() {
    sqlite3_open(":memory:", &handle);
    sqlite3_exec(handle, "CREATE TABLE notes (text)", nullptr, nullptr, nullptr);
  }
  ~Database() { sqlite3_close(handle); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
};

inline void insert(const Database& database, const std::string& text) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database.handle, "INSERT INTO notes VALUES (?)", -1, &statement, nullptr);
  sqlite3_bind_text(statement, 1, text.c_str(), -1, SQLITE_TRANSIENT);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
}

inline std::string last(const Database& database) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database.handle, "SELECT text FROM notes ORDER BY rowid DESC", -1, &statement, nullptr);
  sqlite3_step(statement);
  const std::string text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  return text;
}
`;
const route = `#include <folio/folio.hpp>
#include "_database.hpp"
using namespace folio;

std::string GET(Query<"text"> text, State<Database> database) {
  insert(*database, std::string(*text));
  return last(*database);
}
`;

function makeApp(t) {
  const root = path.join(temporaryFolder(t), 'app');
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  write('folio.toml', packages('sqlite3 >= 3.0'));
  write('routes/_database.hpp', database);
  write('routes/note.cpp', route);
  return { root, write };
}

const answers = (url, status, body) => eventually(`${url} answers ${status} ${body}`, async () => {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  if (response.status === status && body.test(text)) return text;
  throw new Error(`${response.status} ${text}`);
});

test('in development', async (t) => {
  const app = makeApp(t);
  // Where a package can be missing, and come, without apt.
  const installed = path.join(app.root, '../installed');
  fs.mkdirSync(installed);
  process.env.PKG_CONFIG_PATH = installed;
  t.after(() => { delete process.env.PKG_CONFIG_PATH; });
  const server = await develop(t, app.root);
  const note = `${server.url}/note?text=milk`;
  await answers(note, 200, /^milk$/);

  await t.test('one that is not there is an error at its line', async () => {
    app.write('folio.toml', packages('sqlite3', 'folio-e2e'));
    const problem = JSON.parse(await answers(note, 500, /folio-e2e/));
    assert.match(problem.detail, /^folio\.toml:2:23: pkg-config finds no package 'folio-e2e'$/);
    assert.match(problem.errors[0].help, /apt-get install libfolio-e2e-dev/);
    const page = await (await fetch(note, { headers: { accept: 'text/html' } })).text();
    assert.match(page, /folio-e2e\.pc/);
    assert.match(server.events().filter((event) => event.event === 'failed').at(-1).errors[0], /^folio\.toml:2:23: /);
  });

  await t.test('until it is installed', async () => {
    fs.writeFileSync(path.join(installed, 'folio-e2e.pc'),
      'Name: e2e\nDescription: e2e\nVersion: 1\nCflags: -DANSWER=42\n');
    await answers(note, 200, /^milk$/);
    app.write('routes/answer.cpp',
      '#include <folio/folio.hpp>\nstd::string GET() { return std::to_string(ANSWER); }\n');
    await answers(`${server.url}/answer`, 200, /^42$/);
  });

  await t.test('or another version of it', async () => {
    fs.writeFileSync(path.join(installed, 'folio-e2e.pc'),
      'Name: e2e\nDescription: e2e\nVersion: 2\nCflags: -DANSWER=43\n');
    await answers(`${server.url}/answer`, 200, /^43$/);
  });

  await t.test('and one that is no longer named is gone', async () => {
    app.write('folio.toml', packages('sqlite3'));
    await answers(`${server.url}/answer`, 500, /ANSWER/);
  });

  await t.test('a fault in the section is an error, too', async () => {
    app.write('folio.toml', '[build]\npackage = []\n');
    await answers(note, 500, /folio\.toml:2:1: there is no setting 'build\.package'/);
  });
});

test('in tests in C++', (t) => {
  const app = makeApp(t);
  app.write('tests/note_test.cpp', `#include <folio/test_client.hpp>
#include <gtest/gtest.h>
#include <sqlite3.h>

TEST(Note, IsStored) {
  EXPECT_GE(sqlite3_libversion_number(), 3000000);
  folio::TestClient client;
  EXPECT_EQ(client.get("/note?text=milk").body, "milk");
}
`);
  const run = runFolio('test', app.root);
  assert.equal(run.status, 0, run.stdout + run.stderr);
});

test('in a binary', async (t) => {
  const app = makeApp(t);
  const binary = path.join(app.root, '../server');

  await t.test('one that is not there is an error at its line', () => {
    app.write('folio.toml', packages('sqlite3', 'folio-e2e'));
    const run = runFolio('build', app.root, '-o', binary);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /pkg-config finds no package 'folio-e2e'\n +--> folio\.toml:2:23\n/);
    assert.match(run.stderr, /help: .*apt-get install libfolio-e2e-dev/);
    assert.equal(fs.existsSync(binary), false);
  });

  await t.test('those that are there are linked, beside one C++ runtime for all', async (t) => {
    app.write('folio.toml', packages('sqlite3 >= 3.0'));
    const run = runFolio('build', app.root, '-o', binary);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const libraries = execFileSync('ldd', [binary], { encoding: 'utf8' });
    assert.match(libraries, /libsqlite3\.so/);
    assert.match(libraries, /libstdc\+\+\.so/);
    fs.copyFileSync(path.join(app.root, 'folio.toml'), path.join(app.root, '../folio.toml'));
    const { url } = await serve(t, binary, { args: ['--config', path.join(app.root, '../folio.toml')] });
    await answers(`${url}/note?text=milk`, 200, /^milk$/);
  });
});
