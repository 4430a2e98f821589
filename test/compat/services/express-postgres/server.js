'use strict'
// A service as people write it: sessions and notes in PostgreSQL, pages by a template, uploads in memory.
// It reads DATABASE_URL, prints the port that it listens on, and stops cleanly on SIGTERM.
const path = require('path')
const express = require('express')
const session = require('express-session')
const PgStore = require('connect-pg-simple')(session)
const compression = require('compression')
const helmet = require('helmet')
const morgan = require('morgan')
const multer = require('multer')
const { Pool } = require('pg')

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 64 * 1024 } })
const app = express()

app.set('view engine', 'ejs')
app.set('views', path.join(__dirname, 'views'))
app.use(helmet())
app.use(compression({ threshold: 0 }))
app.use(morgan(':method :url :status'))
app.use(express.json())
app.use(express.urlencoded({ extended: true }))
app.use(
  session({
    store: new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false }),
    secret: 'not a secret',
    resave: false,
    saveUninitialized: false
  })
)

const signedIn = (req, res, next) => (req.session.user ? next() : res.status(401).json({ error: 'sign in first' }))

app.post('/sign-in', (req, res) => {
  req.session.user = req.body.user
  res.json({ user: req.session.user })
})

app.post('/notes', signedIn, upload.single('file'), async (req, res, next) => {
  try {
    const { rows } = await pool.query(
      'insert into notes (owner, text, file, content) values ($1, $2, $3, $4) returning id, text, file',
      [req.session.user, req.body.text, req.file?.originalname, req.file?.buffer]
    )
    res.status(201).json(rows[0])
  } catch (error) {
    next(error)
  }
})

app.get('/notes', signedIn, async (req, res, next) => {
  try {
    const { rows } = await pool.query('select id, text, file from notes where owner = $1 order by id', [req.session.user])
    res.render('notes', { user: req.session.user, notes: rows })
  } catch (error) {
    next(error)
  }
})

app.get('/files/:id', signedIn, async (req, res, next) => {
  try {
    const { rows } = await pool.query('select file, content from notes where id = $1', [req.params.id])
    if (rows.length === 0) return res.sendStatus(404)
    res.attachment(rows[0].file).send(rows[0].content)
  } catch (error) {
    next(error)
  }
})

app.get('/broken', async (req, res, next) => {
  try {
    await pool.query('select * from no_such_table')
  } catch (error) {
    next(error)
  }
})

app.use((error, req, res, next) => {
  res.status(500).json({ error: error.message, code: error.code })
})

async function main() {
  await pool.query('create table notes (id serial primary key, owner text, text text, file text, content bytea)')
  const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
  process.on('SIGTERM', () => {
    server.closeAllConnections()
    server.close(() => pool.end().then(() => console.log('closed')))
  })
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
