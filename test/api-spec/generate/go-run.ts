import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findOrInstall } from '../../setup/programs.js'
import { type GoField, type GoStructs, type JsonMembers } from './go-structs.js'

/**
 * The JSON members that Go's own encoding/json gives each struct of each tree, by a program that has all of them. Among them
 * are structs that `go vet` warns of, with two embedded members of one name: what becomes of these is the point.
 *
 * @example (await runGo([new Map([['S', fields]])]))[0]?.['S']
 */
export async function runGo(
  trees: readonly GoStructs[],
): Promise<readonly Readonly<Record<string, JsonMembers>>[]> {
  const go = await findOrInstall({
    programs: ['go'],
    debianPackage: 'golang-go',
    variable: 'PATH',
    holding: 'a list of folders, one of which has the program go',
  })
  const folder = await mkdtemp(join(tmpdir(), 'jotgate-go-'))
  const run = (...args: readonly string[]) =>
    promisify(execFile)(go, args, {
      cwd: folder,
      maxBuffer: 256 * 1024 * 1024,
      env: { ...process.env, GOCACHE: join(folder, 'cache'), GOFLAGS: '', GO111MODULE: 'off' },
    })
  try {
    await writeFile(join(folder, 'main.go'), programOf(trees))
    const { stdout } = await run('run', 'main.go')
    const lines = stdout.trim().split('\n')
    let next = 0
    return trees.map((structs) =>
      Object.fromEntries(
        [...structs.keys()].map((name) => [name, membersOf(JSON.parse(lines[next++] ?? ''))]),
      ),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Structs without a name, which are all tagged `n`, as objects; plain members, and those of a type with a name, as null. */
function membersOf(value: unknown): JsonMembers {
  return Object.fromEntries(
    Object.entries(value as object).map(([name, each]: [string, unknown]) => [
      name,
      name === 'n' ? membersOf(each) : null,
    ]),
  )
}

function programOf(trees: readonly GoStructs[]): string {
  const types = trees.map((structs, tree) => typesOf(structs, String(tree)))
  const shows = trees.flatMap((structs, tree) =>
    [...structs.keys()].map((name) => `\tshow(&T${String(tree)}_${name}{})\n`),
  )
  // A function of Go has a limit, so they come in several.
  const chunks: string[] = []
  for (let at = 0; at < shows.length; at += 500) {
    const name = `show${String(at)}`
    chunks.push(`func ${name}() {\n${shows.slice(at, at + 500).join('')}}\n`)
  }
  const calls = chunks.map((_, at) => `\tshow${String(at * 500)}()\n`)
  return `package main

import (
	"encoding/json"
	"fmt"
	"reflect"
)

${types.join('')}
// fill makes the embedded pointers point, so that what they embed is written: deeper than this all is hidden.
func fill(value reflect.Value, left int) {
	if left == 0 {
		return
	}
	for i := 0; i < value.NumField(); i++ {
		field := value.Field(i)
		if field.Kind() == reflect.Ptr {
			if !value.Type().Field(i).Anonymous {
				continue
			}
			field.Set(reflect.New(field.Type().Elem()))
			fill(field.Elem(), left-1)
		} else if field.Kind() == reflect.Struct {
			fill(field, left-1)
		}
	}
}

func show(value any) {
	fill(reflect.ValueOf(value).Elem(), 9)
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

${chunks.join('\n')}
func main() {
${calls.join('')}}
`
}

function typesOf(structs: GoStructs, tree: string): string {
  return [...structs]
    .map(([name, fields]) => `type T${tree}_${name} struct {\n${fieldsOf(fields, tree)}}\n`)
    .join('')
}

function fieldsOf(fields: readonly GoField[], tree: string): string {
  return fields
    .map(({ kind, name, tag, fields: inner }) => {
      const end = tag === '' ? '\n' : ` \`json:"${tag}"\`\n`
      if (kind === 'nested') return `${name} struct {\n${fieldsOf(inner ?? [], tree)}}${end}`
      if (kind === 'plain') return `${name} int${end}`
      return `${kind === 'pointer' ? '*' : ''}T${tree}_${name}${end}`
    })
    .join('')
}
