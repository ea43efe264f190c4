// slots.js: a browser opens few lines to one host; four of them may follow answers, the other tabs look now and then.
const SLOTS = 4

export async function takeSlot() {
  if (!navigator.locks) return () => {}
  for (let i = 0; i < SLOTS; i++) {
    const leave = await hold(`answer-${i}`)
    if (leave) return leave
  }
  return null
}

// Resolves to the function that gives the lock back, or to null when another tab has it.
function hold(name) {
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null)
      return new Promise((leave) => resolve(leave))
    })
  })
}
