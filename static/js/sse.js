// sse.js: text/event-stream in, events out: {id, name, data}, and a beat for every comment.
export async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ""
  try {
    while (true) {
      const { value, done } = await reader.read()
      if (done) return
      rest += value
      const events = []
      // One event ends with an empty line; what follows the last one waits for more.
      for (let end; (end = /\r?\n\r?\n/.exec(rest)); rest = rest.slice(end.index + end[0].length)) {
        events.push(parse(rest.slice(0, end.index)))
      }
      yield events
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

function parse(block) {
  const event = { id: "", name: "message", data: "" }
  const data = []
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":")
    const field = line.slice(0, colon)
    const value = line.slice(colon + 1).replace(/^ /, "")
    if (field === "id") event.id = value
    if (field === "event") event.name = value
    if (field === "data") data.push(value)
  }
  event.data = data.join("\n")
  return event
}
