#!/usr/bin/env node
import { commands } from './commands/table.js'
import { run } from './run.js'
import { systemIo } from './system-io.js'

process.exitCode = await run(commands, process.argv.slice(2), systemIo())
