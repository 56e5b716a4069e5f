import type { Demo } from '../configuration/configuration.js'

/** One step of the walk: its title and its shell line. */
interface WalkStep {
  readonly title: string
  readonly command: string
}

/** The whole walk as lines for a POSIX shell with curl and sed; it works as printed, from top to bottom. */
function curlWalk(origin: string, password: string): readonly WalkStep[] {
  const json = `-H 'content-type: application/json'`
  const login = quoted(JSON.stringify({ username: 'alice', password }))
  return [
    {
      title: 'log in',
      command: `ANSWER=$(curl -s ${origin}/user/login ${json} -d ${login}); echo "$ANSWER"`,
    },
    {
      title: 'take the two tokens out of the answer',
      command: `ACCESS=$(echo "$ANSWER" | ${field('accessToken')}); REFRESH=$(echo "$ANSWER" | ${field('refreshToken')})`,
    },
    {
      title: 'call something that is guarded',
      command: `curl -s ${origin}/user/profile -H "authorization: Bearer $ACCESS"; echo`,
    },
    {
      title: 'trade the refresh token for a new pair',
      command: `ANSWER=$(curl -s ${origin}/user/refresh ${json} -d "{\\"refreshToken\\":\\"$REFRESH\\"}"); ACCESS=$(echo "$ANSWER" | ${field('accessToken')}); echo "$ANSWER"`,
    },
    {
      title: 'log out (204, no body)',
      command: `curl -s -X POST ${origin}/user/logout -H "authorization: Bearer $ACCESS" -o /dev/null -w '%{http_code}\\n'`,
    },
    {
      title: 'the same access token is refused from now on',
      command: `curl -s -i ${origin}/user/profile -H "authorization: Bearer $ACCESS"; echo`,
    },
  ]
}

function field(name: string): string {
  return `sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/'`
}

/** A text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/**
 * The text that a demo prints when it has started.
 *
 * @example process.stdout.write(demoBanner('http://127.0.0.1:8888', configuration.demo))
 */
export function demoBanner(origin: string, { password, metricsToken }: Demo): string {
  const steps = curlWalk(origin, password).flatMap(({ title, command }, index) => [
    `# ${String(index + 1)}. ${title}`,
    command,
    '',
  ])
  return [
    '',
    `Jotgate is listening on ${origin}`,
    '',
    `This is a demo, on loopback only. Its user is alice, her password until it stops: ${password}`,
    'With a configuration (JOTGATE_CONFIG=file.yaml) she is gone.',
    '',
    `The console: ${origin}/console/`,
    `Metrics: curl -s ${origin}/metrics -H 'authorization: Bearer ${metricsToken}'`,
    '',
    'Paste these lines into another terminal:',
    '',
    ...steps,
    'Stop with Ctrl-C.',
    '',
  ].join('\n')
}
