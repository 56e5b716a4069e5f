import process from 'node:process'

// Imported first by every command: nothing after it has to wonder which Node it runs on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Jotgate needs Node 20.19 or newer; this is Node ${process.versions.node}.`)
  process.exit(1)
}
