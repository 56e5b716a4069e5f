import { type Field, type SourceFile, type StructType } from '../syntax/ast.js'
import { type MemberTag, type Range, readTag } from '../tags.js'
import { type Check } from './check-declarations.js'

/**
 * Warns of a default that its own range or length would refuse. go-zero checks no default either, so some files mean it: a value
 * that says that nothing was sent.
 */
export const checkDefaults: Check = (project, report) => {
  for (const { file, statement } of project.types) {
    for (const { type } of statement.declarations)
      if (type.kind === 'struct') warnIn(type, file, report)
  }
}

function warnIn({ fields }: StructType, file: SourceFile, report: Parameters<Check>[1]): void {
  for (const { tag, type } of fields) {
    if (type.kind === 'struct') warnIn(type, file, report)
    const read = tag === undefined ? undefined : readTag(tag.text)
    if (tag === undefined || read?.ok !== true || read.tag === undefined) continue
    const limit = brokenLimit(read.tag, typeName(type))
    if (limit === undefined) continue
    report.at(file, tag, {
      severity: 'warning',
      message: `the default is outside the ${limit} that callers have to keep to`,
      hint: 'handlers get it as it is, when nothing is sent',
    })
  }
}

function typeName(type: Field['type']): string {
  if (type.kind === 'pointer') return typeName(type.element)
  return type.kind === 'name' ? type.name.text : ''
}

function brokenLimit(tag: MemberTag, type: string): 'range' | 'length' | undefined {
  const { default: value, range, length } = tag
  if (value === undefined) return undefined
  if (type === 'string')
    return length !== undefined && !isWithin(Array.from(value).length, length)
      ? 'length'
      : undefined
  const number = Number(value)
  if (range === undefined || value.trim() === '' || Number.isNaN(number)) return undefined
  return isWithin(number, range) ? undefined : 'range'
}

function isWithin(value: number, { min = -Infinity, max = Infinity, ...included }: Range): boolean {
  const isAbove = included.minIncluded ? value >= min : value > min
  return isAbove && (included.maxIncluded ? value <= max : value < max)
}
