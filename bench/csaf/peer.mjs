// Judges every CSAF 2.0 document of a folder with @secvisogram/csaf-validator-lib,
// by schema and all mandatory tests, one after the other:
//
//   node peer.mjs PACKAGE FOLDER RUNS
//
// PACKAGE is the folder of the installed library. Each run prints a line
// "run SECONDS CPU_SECONDS"; the last one prints a line of JSON for each document
// too: its name and the tests that it fails.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , lib, folder, runs] = process.argv
const load = (file) => import(pathToFileURL(join(lib, file)).href)
const { default: validate } = await load('validate.js')
const { csaf_2_0 } = await load('schemaTests.js')
const mandatory = await load('mandatoryTests.js')
const tests = [csaf_2_0, ...Object.values(mandatory)]
const docs = readdirSync(folder).filter((f) => f.endsWith('.json')).sort().map((name) => [name, readFileSync(join(folder, name))])

for (let run = 1; run <= Number(runs); run++) {
  const lines = []
  const start = process.hrtime.bigint()
  const cpu = process.cpuUsage()
  for (const [name, bytes] of docs) {
    const result = await validate(tests, JSON.parse(bytes))
    lines.push([name, result])
  }
  const used = process.cpuUsage(cpu)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(`run ${seconds} ${(used.user + used.system) / 1e6}`)
  if (run === Number(runs)) {
    for (const [name, result] of lines) {
      const fails = result.tests.filter((t) => !t.isValid).map((t) => t.name.replace(/^mandatoryTest_/, '').replaceAll('_', '.').replace('csaf.2.0', 'schema'))
      console.log(JSON.stringify({ name, fails }))
    }
  }
}
