import { spawn } from 'node:child_process'
import process from 'node:process'
import { root } from './paths.mjs'

/**
 * Runs a program in the repository's root and waits for its end.
 *
 * The default swallows both streams into `output`; `show: true` lets them through to the terminal.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean, cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, output: string }>} `code` is 128 + the signal's number, 127
 *   when there is no such program.
 */
export function run(command, args, { show = false, cwd = root, env = process.env } = {}) {
  return new Promise((resolve) => {
    const stdio = show ? 'inherit' : 'pipe'
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', stdio, stdio] })
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))
    child.once('error', (error) => {
      resolve({ code: 127, output: error.message })
    })
    child.once('close', (code, signal) => {
      resolve({ code: code ?? 128 + signalNumber(signal), output: String(Buffer.concat(chunks)) })
    })
  })
}

/**
 * Runs a tool from node_modules with this Node, without the detour over npx.
 *
 * @param {string} script path of the tool's JavaScript below node_modules
 * @param {readonly string[]} args
 * @param {{ show?: boolean, cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @example await runTool('typescript/bin/tsc', ['-b'])
 */
export function runTool(script, args, options) {
  return run(process.execPath, [`${root}/node_modules/${script}`, ...args], options)
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  return signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9
}
