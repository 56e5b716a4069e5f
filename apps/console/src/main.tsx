import { render } from 'preact'
import { App } from './app.js'
import { restore } from './session/session.js'

const root = document.getElementById('app')
if (root) render(<App />, root)
void restore()
